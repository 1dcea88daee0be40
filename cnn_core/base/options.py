"""Options: one frozen pydantic model is the form, the flags, the JSON and the documentation of an entry.

Only a closed vocabulary of kinds (`KINDS`) is allowed, so that one small renderer serves all pages.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, ConfigDict, ValidationError

from cnn_core.base.errors import UserError, nearest, shorten

KINDS = ("bool", "int", "float", "text", "choice", "pair")


class Options(BaseModel):
    """Base of all options: frozen, no unknown fields, no infinities."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


OptionsT = TypeVar("OptionsT", bound=Options)


def hints(
    *, unit: str = "", scale: Literal["", "log"] = "", step: float | None = None, advanced: bool = False
) -> dict[str, Any]:
    """Hints for the form, given as `Field(json_schema_extra=hints(...))`."""
    return {"unit": unit, "scale": scale, "step": step, "advanced": advanced}


@dataclass(frozen=True)
class OptionField:
    """One field of an options model in the closed vocabulary; what a form, a flag or a table needs."""

    name: str
    kind: str
    default: Any
    title: str
    description: str
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[Any, ...] = ()
    unit: str = ""
    scale: str = ""
    step: float | None = None
    advanced: bool = False

    @property
    def allowed(self) -> str:
        """What is allowed, in words: `a number above 0 and at most 10`."""
        if self.kind == "choice":
            return "one of " + ", ".join(str(c) for c in self.choices)
        if self.kind == "bool":
            return "true or false"
        if self.kind == "text":
            return "a text"
        noun = {"int": "a whole number", "float": "a number", "pair": "two whole numbers as A,B"}[self.kind]
        bounds = []
        if self.low is not None:
            bounds.append(f"above {self.low:g}" if self.low_open else f"at least {self.low:g}")
        if self.high is not None:
            bounds.append(f"below {self.high:g}" if self.high_open else f"at most {self.high:g}")
        return " ".join([noun, " and ".join(bounds)]).strip()


@dataclass(frozen=True)
class Facts:
    """What an entry may ask before it says that it does not fit (`Entry.unfit`)."""

    data: str = ""
    input_shape: tuple[int, int, int] = (1, 1, 1)  # C, H, W of what the network gets
    classes: int = 2
    train_pictures: int = 1
    task: str = "classification"
    frames: int = 1  # of a film, one behind the other in its channels
    convolutions: int | None = None  # with more than 1x1 positions; None: not known yet


def fits(options: Any, facts: Facts) -> str:
    """The `unfit` of entries that fit everything."""
    return ""


Build = TypeVar("Build")


@dataclass(frozen=True)
class Entry(Generic[Build]):
    """One thing on a shelf: its options, what does it, and tiny options for the tests."""

    options: type[Options]
    build: Build
    tiny: Mapping[str, Any] = field(default_factory=dict)
    unfit: Callable[[Any, Facts], str] = fits


def option_fields(options: type[BaseModel]) -> list[OptionField]:
    """The fields of a model that are in the closed vocabulary, in order; others (nested choices) are left out."""
    found = (_option_field(name, info) for name, info in options.model_fields.items())
    return [one for one in found if one is not None]


def _option_field(name: str, info: Any) -> OptionField | None:
    kind, choices = _kind(info.annotation)
    if kind is None:
        return None
    bounds: dict[str, Any] = {}
    for rule in info.metadata:
        if isinstance(rule, Ge | Gt):
            bounds |= {"low": rule.ge if isinstance(rule, Ge) else rule.gt, "low_open": isinstance(rule, Gt)}
        if isinstance(rule, Le | Lt):
            bounds |= {"high": rule.le if isinstance(rule, Le) else rule.lt, "high_open": isinstance(rule, Lt)}
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return OptionField(
        name, kind, info.default, info.title or "", info.description or "", choices=choices, **bounds, **extra
    )


def _kind(annotation: Any) -> tuple[str | None, tuple[Any, ...]]:
    origin = get_origin(annotation)
    if origin is Literal:
        return "choice", get_args(annotation)
    if origin is tuple and get_args(annotation) == (int, int):
        return "pair", ()
    if origin in (Union, types.UnionType):
        return None, ()
    return {bool: "bool", int: "int", float: "float", str: "text"}.get(annotation), ()


def parse_options(options: type[OptionsT], values: Mapping[str, Any], where: str) -> OptionsT:
    """Validate values (also strings from a shell) into options.

    Args:
        options: the model. values: by field name. where: how a user names the place, `train.optimizer`.

    Raises:
        UserError: names field, value and what is allowed.
    """
    known = {one.name: one for one in option_fields(options)}
    ready = {
        name: _from_text(known[name], value) if isinstance(value, str) and name in known else value
        for name, value in values.items()
    }
    try:
        return options.model_validate(ready)
    except ValidationError as error:
        raise UserError(_sentence(error, options, known, where)) from error


def _from_text(field: OptionField, text: str) -> Any:
    """What pydantic does not read from a text by itself: pairs, and choices that are numbers."""
    if field.kind == "pair":
        return text.split(",")
    if field.kind == "choice":
        return {str(choice): choice for choice in field.choices}.get(text, text)
    return text


def _sentence(error: ValidationError, options: type[BaseModel], known: Mapping[str, OptionField], where: str) -> str:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    path = f"{where}.{name}" if where else name
    if first["type"] == "extra_forbidden":
        there = ", ".join(options.model_fields) or "no options"
        return f"{shorten(path, 90)} is not an option{nearest(name, options.model_fields) or '.'} There is: {there}."
    if first["type"] == "missing":
        return f"{path} is missing; give {known[name].allowed if name in known else 'a value'}."
    value = shorten(first["input"])
    if first["type"] == "value_error":  # a validator of the options says itself what is allowed
        return f'{path} is "{value}": {first["msg"].removeprefix("Value error, ")}.'
    if name in known:
        return f'{path} is "{value}", but must be {known[name].allowed}.'
    return f'{path} is "{value}": {first["msg"]}.'
