"""The settings of the Train page as one experiment; what the visitor did not touch follows the data set."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cnn_core import experiment as experiments
from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.errors import UserError
from cnn_core.base.shelf import Shelf
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.experiment import TASKS, TRAIN_SHELVES, Choice, Experiment, TrainSettings
from cnn_core.models import MODEL_SHELVES
from cnn_core.preprocessing.steps import ORDER as STEP_ORDER
from cnn_core.preprocessing.steps import SHELF as STEPS
from pages.parts import form

PAGE = "train"
SETTINGS = "settings"  # the entry name of the fields that belong to no shelf: train.settings.epochs


@dataclass(frozen=True)
class Setup:
    """What the form holds now.

    experiment: None where something is wrong. problems: sentences by the key of the field they belong to.
    """

    experiment: Experiment | None
    problems: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)  # of the fields under SETTINGS

    @property
    def reason(self) -> str:
        """Why training cannot start; empty when it can."""
        return next(iter(self.problems.values()), "")

    @property
    def seed(self) -> int:
        """The seed that augmentation is drawn with; 0 while something is wrong."""
        return self.experiment.train.seed if self.experiment else 0

    def problems_of(self, entry: str) -> dict[str, str]:
        """Sentences by field for one entry's form."""
        start = f"{PAGE}.{entry}."
        return {key.removeprefix(start): text for key, text in self.problems.items() if key.startswith(start)}


def task() -> str:
    """The task that is chosen."""
    name = form.kept(f"{PAGE}.task", next(iter(TASKS)))
    return name if name in TASKS else next(iter(TASKS))


def shelves() -> dict[str, Shelf[Any]]:
    """The shelf of each section that is one choice; networks are those of the task."""
    return {"data": DATASETS, "model": MODEL_SHELVES[task()], **experiments.train_shelves(task())}


def names(section: str) -> list[str]:
    """What may be chosen for a section: of the data sets those that suit the task."""
    return list(_suiting(task())) if section == "data" else shelves()[section].names()


def learn_from(data: str) -> None:
    """Choose a data set, and where the task that is chosen cannot use it, the first one that can."""
    form.keep(f"{PAGE}.data", data)
    if data not in names("data"):
        form.keep(f"{PAGE}.task", next(one for one in TASKS if data in _suiting(one)))


@cache
def _suiting(wanted: str) -> tuple[str, ...]:
    lacks = experiments.task_named(wanted).lacks
    return tuple(name for name in DATASETS.names() if not lacks(experiments.data_facts(Choice(name=name))))


def chosen(section: str) -> str:
    """The entry that is chosen for data, model, optimizer, schedule or loss."""
    there = names(section)
    usual = TASKS[task()].usual.get("train", {}).get(section, {}).get("name", there[0])
    name = form.kept(f"{PAGE}.{section}", usual)
    return name if name in there else usual


def usual(name: str) -> Mapping[str, Any]:
    """The options of an entry that the task usually takes, where they are others than the entry's own defaults."""
    wanted = TASKS[task()].usual
    train = {one["name"]: one["options"] for one in wanted.get("train", {}).values() if isinstance(one, dict)}
    found: Mapping[str, Any] = {**train, **wanted.get("preprocessing", {})}.get(name, {})
    return found


def augmentations() -> list[str]:
    """The chosen augmentations, in the order of their shelf."""
    held = form.kept(f"{PAGE}.augmentation", [])
    return [name for name in AUGMENTATIONS.names() if name in held]


def entries() -> list[tuple[str, str, Shelf[Any]]]:
    """(where, name, shelf) of every entry whose options the form holds; `where` as the core names it in sentences."""
    return [
        *((_where(section), chosen(section), shelf) for section, shelf in shelves().items()),
        *((f"preprocessing.{name}", name, STEPS) for name in STEP_ORDER),
        *((f"augmentation.{name}", name, AUGMENTATIONS) for name in augmentations()),
    ]


def _where(section: str) -> str:
    return f"train.{section}" if section in TRAIN_SHELVES else section


def values(name: str, shelf: Shelf[Any]) -> dict[str, Any]:
    """The options of one entry as the form holds them."""
    return form.form_values(PAGE, name, shelf.load(name).options, usual(name))


def current() -> Setup:
    """Read the whole form, drawn or not."""
    problems: dict[str, str] = {}
    for _, name, shelf in entries():
        found = form.form_problems(shelf.load(name).options, values(name, shelf))
        problems |= {f"{PAGE}.{name}.{option}": text for option, text in found.items()}
    defaults = _train_defaults()
    settings = form.form_values(PAGE, SETTINGS, TrainSettings, defaults)
    found = form.form_problems(TrainSettings, settings)
    problems |= {f"{PAGE}.{SETTINGS}.{option}": text for option, text in found.items()}
    if problems:
        return Setup(None, problems, defaults)
    try:
        return Setup(experiments.resolve(raw(settings)), {}, defaults)
    except UserError as error:
        return Setup(None, dict([locate(str(error))]), defaults)


def _train_defaults() -> dict[str, Any]:
    name = chosen("data")
    try:
        facts = experiments.data_facts(Choice(name=name, options=values(name, DATASETS)))
    except UserError:  # an option of the data set is wrong; its own sentence says so
        facts = experiments.data_facts(Choice(name=name))
    found = experiments.train_defaults(facts.splits["train"], task())
    return {name: value for name, value in found.items() if name not in TRAIN_SHELVES}


def raw(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The form as the experiment's JSON, not yet checked."""

    def choice(name: str, shelf: Shelf[Any]) -> dict[str, Any]:
        return {"name": name, "options": values(name, shelf)}

    return {
        "task": task(),
        "data": choice(chosen("data"), DATASETS),
        "preprocessing": [choice(name, STEPS) for name in STEP_ORDER],
        "augmentation": [choice(name, AUGMENTATIONS) for name in augmentations()],
        "model": choice(chosen("model"), MODEL_SHELVES[task()]),
        "train": {
            **settings,
            **{name: choice(chosen(name), shelf) for name, shelf in experiments.train_shelves(task()).items()},
        },
    }


def pictures() -> Experiment | None:
    """An experiment with the form's pictures and the network that takes any: they are shown whatever else is wrong."""
    wanted = raw({})
    simple = "mlp" if task() == "classification" else MODEL_SHELVES[task()].names()[0]
    try:
        return experiments.resolve({**wanted, "model": simple, "train": {}})
    except UserError:
        return None


def locate(sentence: str) -> tuple[str, str]:
    """The key of the field that a sentence of the core is about, and the sentence in the words of the form.

    A sentence that names no field is about the network, unless it names the data set or an augmentation.
    """
    path, _, rest = sentence.partition(" ")
    places = {where: (name, shelf.load(name).options) for where, name, shelf in entries()}
    places["train"] = (SETTINGS, TrainSettings)
    where, _, option = path.rpartition(".")
    if where in places and option in places[where][1].model_fields:
        name, options = places[where]
        return f"{PAGE}.{name}.{option}", f"{options.model_fields[option].title or option} {rest}"
    for word in re.findall(r"\w+", sentence):
        if word in augmentations():
            return f"{PAGE}.augmentation", sentence
    return f"{PAGE}.{'data' if chosen('data') in sentence.split() else 'model'}", sentence


def use(wanted: Experiment) -> None:
    """Fill the form with the settings of an experiment; the next visit to the page shows them."""
    form.forget(PAGE)
    form.keep(f"{PAGE}.task", wanted.task)
    for section in ("data", "model"):
        _use_choice(section, getattr(wanted, section))
    for section in TRAIN_SHELVES:
        _use_choice(section, getattr(wanted.train, section))
    for one in (*wanted.preprocessing, *wanted.augmentation):
        _use_options(one)
    form.keep(f"{PAGE}.augmentation", [one.name for one in wanted.augmentation])
    for name in experiments.TRAIN_FIELDS:
        form.keep(f"{PAGE}.{SETTINGS}.{name}", getattr(wanted.train, name))


def _use_choice(section: str, choice: Choice) -> None:
    form.keep(f"{PAGE}.{section}", choice.name)
    _use_options(choice)


def _use_options(choice: Choice) -> None:
    for name, value in choice.options.items():
        form.keep(f"{PAGE}.{choice.name}.{name}", value)
