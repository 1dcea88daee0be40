"""From what a user said, in JSON or as `section.field=value`, to one nested draft; only its form is checked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.errors import UnknownName, UserError, shorten
from cnn_core.experiment.settings import SCHEMA, TRAIN_SHELVES
from cnn_core.preprocessing.steps import ORDER as STEP_ORDER
from cnn_core.preprocessing.steps import SHELF as STEPS

SECTIONS = ("data", "preprocessing", "augmentation", "model", "train")


def draft_of(raw: Mapping[str, Any], sets: Sequence[str] = ()) -> dict[str, Any]:
    """The sections of an experiment as plain dicts, every choice as `{"name", "options"}`; see `resolve`."""
    draft = _draft(raw)
    for text in sorted(sets, key=_depth):  # a choice by name first, then its options
        _apply(draft, text)
    return draft


def _draft(raw: Mapping[str, Any]) -> dict[str, Any]:
    if "origin" in raw:
        raise UserError(
            "The experiment is of a pre-trained network: it has no data to train on; choose data and a model."
        )
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
    task = raw.get("task", "")
    if not isinstance(task, str):
        raise UserError(f'task is "{shorten(task)}", but must be a name.')
    train = dict(_mapping(raw.get("train", {}), "train"))
    for name in TRAIN_SHELVES:
        train[name] = _choice(train.get(name), f"train.{name}", "")  # without a name: what the task usually takes
    steps = {step["name"]: step for step in _choices(raw.get("preprocessing", ()), "preprocessing")}
    for name in steps:
        STEPS.known(name)
    return {
        "task": task,
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
    if section == "task" and not rest:
        draft["task"] = value.strip()
        return
    if section not in SECTIONS:
        raise UnknownName(section, "section", ("task", *SECTIONS))
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
