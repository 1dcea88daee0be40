"""Runs side by side: the settings in which they differ, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from cnn_core.base.errors import Failed, UserError
from cnn_core.base.files import unseal
from cnn_core.experiment import TRAIN_FIELDS, TRAIN_SHELVES, Choice, Pretrained, Settings, TrainSettings
from cnn_core.runs.run import RunFolder

# What decides bits beside the settings: how it was really computed, and by which code.
MEANS = {"device": "ran on", "precision": "computed in", "threads": "ran with threads", "revision": "code"}
PACKAGES = ("torch", "numpy")
MEANT = "environment."  # how the keys of these begin
COLORS = 10


def color_of(record: Mapping[str, Any]) -> int:
    """The number of the colour that a run keeps, 0 to 9, whatever it is shown with and wherever it stands.

    By its number among the runs of its folder, so that ten in a row all differ; a run without one (from an early
    version) goes by its id.
    """
    return (record["number"] - 1 if record["number"] else crc32(record["run"].encode())) % COLORS


@dataclass(frozen=True)
class Setting:
    """One setting of several runs.

    key: as `--set` and the experiment's file name it, `train.lr`. title: in words. values: one a run, as JSON has
    them; None where a run has no such setting.
    """

    key: str
    title: str
    values: tuple[Any, ...]


def differing(several: Sequence[Mapping[str, tuple[str, Any]]]) -> list[Setting]:
    """The settings that are not the same in all of these runs, in the order of the experiment.

    Args:
        several: of each run key: (title, value), see `settings_of`.
    """
    titles = {key: title for one in several for key, (title, _) in one.items()}
    found = []
    for key in _in_order(several):
        values = tuple(one[key][1] if key in one else None for one in several)
        known = not key.startswith(MEANT) or None not in values  # how a run was computed that has not begun is unknown
        if known and any(value != values[0] for value in values):
            found.append(Setting(key, titles[key], values))
    return found


def _in_order(several: Sequence[Mapping[str, Any]]) -> list[str]:
    """All keys; one that only some runs have stands behind what it stands behind there."""
    order: list[str] = []
    for one in several:
        place = 0
        for key in one:
            if key in order:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
    return order


def settings_of(run: RunFolder) -> dict[str, tuple[str, Any]]:
    """What decides a run, flat: key: (title, value). Settings that cannot be read are one line that says so."""
    try:
        found = dict(_flat(run.experiment()))
    except UserError as error:
        found = {"experiment": ("settings", str(error))}
    return {**found, **{f"{MEANT}{name}": said for name, said in _means(run).items()}}


def _flat(settings: Settings) -> Iterator[tuple[str, tuple[str, Any]]]:
    if isinstance(settings, Pretrained):
        yield "data", ("data", settings.origin.taught)
        yield "origin.weights", ("weights", settings.origin.weights)
    else:
        yield "task", ("task", settings.task)
        yield from _choice("data", "data", settings.data)
    for step in settings.preprocessing:
        yield from _options(f"preprocessing.{step.name}", step.name, step)
    if not isinstance(settings, Pretrained):
        names = [one.name for one in settings.augmentation]
        yield "augmentation", ("augmentation", names)
        for one in settings.augmentation:
            yield from _options(f"augmentation.{one.name}", one.name, one)
    yield from _choice("model", "network", settings.model)
    if not isinstance(settings, Pretrained):
        yield from _train(settings.train)


def _train(train: TrainSettings) -> Iterator[tuple[str, tuple[str, Any]]]:
    for name in TRAIN_FIELDS:
        title = TrainSettings.model_fields[name].title or name
        yield f"train.{name}", (title[:1].lower() + title[1:], getattr(train, name))
    for name in TRAIN_SHELVES:
        yield from _choice(f"train.{name}", name, getattr(train, name))


def _choice(key: str, title: str, choice: Choice) -> Iterator[tuple[str, tuple[str, Any]]]:
    yield key, (title, choice.name)
    yield from _options(key, title, choice)


def _options(key: str, title: str, choice: Choice) -> Iterator[tuple[str, tuple[str, Any]]]:
    for name, value in choice.options.items():
        yield f"{key}.{name}", (f"{title} {name.replace('_', ' ')}", value)


def _means(run: RunFolder) -> dict[str, tuple[str, Any]]:
    """How it was computed; nothing of a run that has not begun, or whose note on it is damaged."""
    try:
        means = unseal(run.folder / "environment.json")
    except Failed:
        return {}
    found = {name: (title, means[name]) for name, title in MEANS.items() if means.get(name)}
    packages = means.get("packages")
    if isinstance(packages, dict):
        found |= {name: (name, packages[name]) for name in PACKAGES if packages.get(name)}
    return found
