"""The one model of all settings. An experiment is data: a run can be repeated from its JSON alone.

Importing this module and resolving all but the model's options needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, ValidationError

from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.errors import UnknownName, UserError, shorten
from cnn_core.base.options import Facts, Options, hints, option_fields, parse_options
from cnn_core.base.shelf import Shelf
from cnn_core.data import store
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.data.sets import DataFacts, DataSet
from cnn_core.models.zoo import SHELF as MODELS
from cnn_core.optimization.losses import SHELF as LOSSES
from cnn_core.optimization.optimizers import SHELF as OPTIMIZERS
from cnn_core.optimization.schedules import SHELF as SCHEDULES
from cnn_core.preprocessing.steps import ORDER as STEP_ORDER
from cnn_core.preprocessing.steps import SHELF as STEPS

SCHEMA = 1
SECTIONS = ("data", "preprocessing", "augmentation", "model", "train")
SMALL_SET = 5_000  # training pictures up to which small batches suit better


class Choice(Options):
    """An entry of a shelf by name, with every option resolved."""

    name: str
    options: dict[str, Any] = Field(default_factory=dict)


class TrainSettings(Options):
    """How the network is trained. `optimizer`, `schedule` and `loss` are choices from their shelves."""

    epochs: int = Field(
        10, ge=1, le=10_000, title="Epochs", description="How often every training picture is seen at most."
    )
    batch_size: int = Field(
        64, ge=1, le=65_536, title="Batch size", description="Pictures in one step; small sets want small batches."
    )
    lr: float = Field(
        3e-3,
        gt=0,
        title="Learning rate",
        description="The largest step size; the schedule scales it down from there.",
        json_schema_extra=hints(scale="log"),
    )
    optimizer: Choice = Choice(name=OPTIMIZERS.first[0])
    schedule: Choice = Choice(name=SCHEDULES.first[0])
    loss: Choice = Choice(name=LOSSES.first[0])
    patience: int = Field(
        0,
        ge=0,
        le=10_000,
        title="Early stopping: patience",
        description="Stop once this many epochs and one more in a row did not lower the validation loss; 0: off.",
        json_schema_extra=hints(unit="epochs"),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Decides the first weights, the order of pictures and their augmentation; not the split.",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field(
        "auto", title="Device", description="Where to compute; auto takes a GPU where there is one."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        title="Precision",
        description="auto takes bfloat16 where the processor or GPU has instructions for it; weights stay float32.",
    )
    validations: int = Field(
        1,
        ge=1,
        le=20,
        title="Validations per epoch",
        description="How often an epoch the validation pictures are tried; more gives a livelier curve.",
        json_schema_extra=hints(advanced=True),
    )
    threads: int = Field(
        0,
        ge=0,
        le=256,
        title="Threads",
        description="Processor threads of the training; 0: one fewer than there are cores, eight at most.",
        json_schema_extra=hints(advanced=True),
    )


TRAIN_SHELVES: dict[str, Shelf[Any]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "loss": LOSSES}


class Experiment(Options):
    """Everything that decides a run."""

    schema_version: Literal[1] = 1
    task: Literal["classification"] = "classification"
    data: Choice
    preprocessing: tuple[Choice, ...]
    augmentation: tuple[Choice, ...] = ()
    model: Choice
    train: TrainSettings

    @property
    def label(self) -> str:
        """How people call it: `digits · small_cnn`."""
        return f"{self.data.name} · {self.model.name}"


# ---------------------------------------------------------------- from what a user said to an experiment


def resolve(raw: Mapping[str, Any], sets: Sequence[str] = ()) -> Experiment:
    """An experiment with every value resolved, checked as a whole.

    Args:
        raw: nested settings as in experiment.json; what is left out gets its default. `data` and `model` need a name.
        sets: `section.field=value` as on the command line, applied over `raw`.

    Raises:
        UserError: the first thing that is wrong, by name.
    """
    draft = _draft(raw)
    for text in sorted(sets, key=_depth):  # a choice by name first, then its options
        _apply(draft, text)
    experiment = _resolve(draft)
    reason = unfit(experiment)
    if reason:
        raise UserError(reason)
    return experiment


def _draft(raw: Mapping[str, Any]) -> dict[str, Any]:
    known = {"schema_version", "task", "sha256", *SECTIONS}
    for name in raw:
        if name not in known:
            raise UnknownName(name, "section", SECTIONS)
    version = raw.get("schema_version", SCHEMA)
    if version != SCHEMA:
        raise UserError(
            f"schema_version is {shorten(version)}, but this ConvScope reads {SCHEMA}: "
            "the experiment comes from another version."
        )
    if raw.get("task", "classification") != "classification":
        raise UserError(f'task is "{shorten(raw["task"])}", but must be classification.')
    train = dict(_mapping(raw.get("train", {}), "train"))
    for name in TRAIN_SHELVES:
        train[name] = _choice(train.get(name), f"train.{name}", TRAIN_SHELVES[name].first[0])
    steps = {step["name"]: step for step in _choices(raw.get("preprocessing", ()), "preprocessing")}
    for name in steps:
        STEPS.known(name)
    return {
        "data": _choice(raw.get("data"), "data", ""),
        "preprocessing": [steps.get(name, {"name": name, "options": {}}) for name in STEP_ORDER],
        "augmentation": _choices(raw.get("augmentation", ()), "augmentation"),
        "model": _choice(raw.get("model"), "model", ""),
        "train": train,
    }


def _mapping(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UserError(f'{where} is "{shorten(value)}", but must be an object with fields.')
    return value


def _choice(value: Any, where: str, default: str) -> dict[str, Any]:
    if value is None:
        value = {"name": default}
    if isinstance(value, str):
        value = {"name": value}
    value = _mapping(value, where)
    for key in value:
        if key not in ("name", "options"):
            raise UserError(f'{where}.{shorten(key)} is not known: a choice has "name" and "options".')
    return {
        "name": str(value.get("name", default)),
        "options": dict(_mapping(value.get("options", {}), f"{where}.options")),
    }


def _choices(value: Any, where: str) -> list[dict[str, Any]]:
    if isinstance(value, str | Mapping) or not isinstance(value, Sequence):
        raise UserError(f'{where} is "{shorten(value)}", but must be a list of choices.')
    found = [_choice(one, where, "") for one in value]
    names = [one["name"] for one in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UserError(f'{where} names "{shorten(twice)}" twice.')
    return found


def _depth(text: str) -> int:
    return text.partition("=")[0].count(".")


def _apply(draft: dict[str, Any], text: str) -> None:
    path, equals, value = text.partition("=")
    section, *rest = path.strip().split(".")
    if not equals:
        raise UserError(f'--set "{shorten(text)}" has no "=": write section.field=value, as train.lr=0.01.')
    if section not in SECTIONS:
        raise UnknownName(section, "section", SECTIONS)
    if section in ("data", "model"):
        _apply_choice(draft, section, rest, value, path)
    elif section == "train":
        _apply_train(draft["train"], rest, value, path)
    else:
        _apply_list(draft, section, rest, value, path)


def _apply_choice(draft: dict[str, Any], section: str, rest: list[str], value: str, path: str) -> None:
    if rest in ([], ["name"]):
        draft[section] = {"name": value, "options": {}}
    elif len(rest) == 1:
        draft[section]["options"][rest[0]] = value
    else:
        raise UserError(f"{shorten(path)} is too deep: write {section}.field=value.")


def _apply_train(train: dict[str, Any], rest: list[str], value: str, path: str) -> None:
    if len(rest) == 1 and rest[0] in TRAIN_SHELVES:
        train[rest[0]] = {"name": value, "options": {}}
    elif len(rest) == 1:
        train[rest[0]] = value
    elif len(rest) == 2 and rest[0] in TRAIN_SHELVES:
        train[rest[0]]["options"][rest[1]] = value
    else:
        raise UserError(f"{shorten(path)} is not a setting: write train.field=value or train.optimizer.field=value.")


def _apply_list(draft: dict[str, Any], section: str, rest: list[str], value: str, path: str) -> None:
    chosen: list[dict[str, Any]] = draft[section]
    if not rest and section == "augmentation":
        names = [name.strip() for name in value.split(",") if name.strip() not in ("", "none")]
        draft[section] = _choices([AUGMENTATIONS.known(name) for name in names], section)
        return
    if len(rest) != 2:
        there = ", ".join(STEP_ORDER if section == "preprocessing" else AUGMENTATIONS.names())
        raise UserError(f"{shorten(path)} is not a setting: write {section}.ENTRY.field=value, with one of {there}.")
    for one in chosen:
        if one["name"] == rest[0]:
            one["options"][rest[1]] = value
            return
    (STEPS if section == "preprocessing" else AUGMENTATIONS).known(rest[0])
    raise UserError(f"{shorten(path)} sets an option of {rest[0]}, which is not chosen; add {section}={rest[0]}.")


def _resolve(draft: dict[str, Any]) -> Experiment:
    for section, shelf in (("data", DATASETS), ("model", MODELS)):
        if not draft[section]["name"]:
            raise UserError(f"{section} is missing: choose one of {', '.join(shelf.names())}.")
    data = _resolved(DATASETS, draft["data"], "data")
    train = {**train_defaults(data_facts(data).splits["train"]), **draft["train"]}
    for name, shelf in TRAIN_SHELVES.items():
        train[name] = _resolved(shelf, train[name], f"train.{name}")
    return Experiment(
        data=data,
        preprocessing=tuple(_resolved(STEPS, one, f"preprocessing.{one['name']}") for one in draft["preprocessing"]),
        augmentation=tuple(
            _resolved(AUGMENTATIONS, one, f"augmentation.{one['name']}") for one in draft["augmentation"]
        ),
        model=_resolved(MODELS, draft["model"], "model"),
        train=_train(train),
    )


def _resolved(shelf: Shelf[Any], choice: Mapping[str, Any], where: str) -> Choice:
    name = shelf.known(choice["name"])
    options = parse_options(shelf.load(name).options, choice["options"], where)
    return Choice(name=name, options=options.model_dump(mode="json"))


def _train(values: Mapping[str, Any]) -> TrainSettings:
    choices = {name: values[name] for name in TRAIN_SHELVES}
    plain = {name: value for name, value in values.items() if name not in TRAIN_SHELVES}
    return parse_options(TrainSettings, {**plain, **choices}, "train")


def train_defaults(train_pictures: int) -> dict[str, Any]:
    """What suits a data set of this size: epochs, batch size, learning rate (for AdamW with one-cycle)."""
    if train_pictures <= SMALL_SET:
        return {"epochs": 10, "batch_size": 32, "lr": 5e-3}
    return {"epochs": 5, "batch_size": 128, "lr": 5e-3}


# ---------------------------------------------------------------- what an experiment means


def options_of(shelf: Shelf[Any], choice: Choice) -> Any:
    """The options model of a choice, validated anew."""
    return parse_options(shelf.load(choice.name).options, choice.options, choice.name)


def data_facts(data: Choice) -> DataFacts:
    """Classes, stored shape and split sizes, without reading the data."""
    return DATASETS.load(data.name).build.facts(options_of(DATASETS, data))


def load_data(data: Choice) -> DataSet:
    """The data set itself, from the store.

    Raises:
        Failed: it is missing or damaged; says where, and what to do.
    """
    return store.load(data.name, options_of(DATASETS, data))


def step_choices(experiment: Experiment) -> list[tuple[str, Any]]:
    """(name, options) of the preprocessing steps, in order."""
    return [(one.name, options_of(STEPS, one)) for one in experiment.preprocessing]


def augmentation_choices(experiment: Experiment) -> list[tuple[str, Any]]:
    """(name, options) of the augmentations, in order."""
    return [(one.name, options_of(AUGMENTATIONS, one)) for one in experiment.augmentation]


def facts(experiment: Experiment) -> Facts:
    """What entries ask before they say that they do not fit."""
    data = data_facts(experiment.data)
    shape = data.shape
    for name, options in step_choices(experiment):
        shape = STEPS.load(name).build.shape(options, shape)
    return Facts(
        data=experiment.data.name, input_shape=shape, classes=len(data.classes), train_pictures=data.splits["train"]
    )


def unfit(experiment: Experiment) -> str:
    """Why this experiment cannot be run, in one sentence; empty when it can."""
    known = facts(experiment)
    if experiment.train.batch_size > known.train_pictures:
        return (
            f"train.batch_size is {experiment.train.batch_size}, but {known.data} has {known.train_pictures:,} "
            f"training pictures; choose 1 to {known.train_pictures}."
        )
    chosen: list[tuple[Shelf[Any], Choice]] = [
        (DATASETS, experiment.data),
        *((STEPS, one) for one in experiment.preprocessing),
        *((AUGMENTATIONS, one) for one in experiment.augmentation),
        (MODELS, experiment.model),
        *((shelf, getattr(experiment.train, name)) for name, shelf in TRAIN_SHELVES.items()),
    ]
    for shelf, choice in chosen:
        reason = shelf.load(choice.name).unfit(options_of(shelf, choice), known)
        if reason:
            return reason
    return ""


def demo() -> Experiment:
    """The recipe of the button on the first page: digits, a small network, a lively curve."""
    return resolve(
        {
            "data": {"name": "digits"},
            # two convolutions: the last map still has 4 x 4 cells; global pooling: its map is the class's evidence
            "model": {"name": "small_cnn", "options": {"depth": 2, "global_pooling": True}},
            "train": {"epochs": 12, "validations": 4},
        }
    )


def read(record: Mapping[str, Any]) -> Experiment:
    """An experiment as it was stored, shown without validating the entries' options.

    Raises:
        UserError: it comes from another version or lacks a section.
    """
    body = {key: value for key, value in record.items() if key != "sha256"}
    if body.get("schema_version") != SCHEMA:
        raise UserError(
            f"schema_version is {shorten(body.get('schema_version'))}, but this ConvScope reads {SCHEMA}: "
            "the experiment comes from another version."
        )
    try:
        return Experiment.model_validate(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UserError(f"The experiment is damaged at {shorten(place)}: {first['msg']}.") from error


TRAIN_FIELDS = tuple(one.name for one in option_fields(TrainSettings))
