"""The one renderer of options: an entry's fields as widgets, what they hold, and what is wrong with it.

What a visitor changed is kept in the session under `page.entry.field`, as plain values; everything else follows its
default, which may change. Widgets only mirror that, so nothing is lost when they are not on the page. They have no
bounds of their own: a value out of bounds is kept, and the sentence about it stands under its field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from cnn_core.base.errors import UserError
from cnn_core.base.options import OptionField, Options, option_fields, parse_options
from pages.parts.words import md

KEPT = "form.kept"  # in the session: {key: value}, only what the visitor changed
NARROW = 94  # pixels: three across on a phone
TEXT_MOST = 200  # letters in a text field


def kept(key: str, default: Any) -> Any:
    """What the visitor chose under this key, else the default of the moment."""
    return st.session_state.get(KEPT, {}).get(key, default)


def keep(key: str, value: Any) -> None:
    """Set a value as if the visitor had."""
    st.session_state.setdefault(KEPT, {})[key] = value


def changed(page: str) -> bool:
    """Whether the visitor changed anything on a page."""
    return any(key.startswith(f"{page}.") for key in st.session_state.get(KEPT, {}))


def forget(page: str) -> None:
    """Let everything on a page follow its defaults again."""
    held = st.session_state.get(KEPT, {})
    st.session_state[KEPT] = {key: value for key, value in held.items() if not key.startswith(f"{page}.")}


def mirror(key: str, default: Any) -> dict[str, Any]:
    """The arguments that make a widget show what is kept under `key` and keep what is changed: `**mirror(key, 3)`."""
    value = kept(key, default)
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value
    return {"key": key, "on_change": _changed, "args": (key,)}


def _changed(key: str) -> None:
    if st.session_state[key] is not None:  # an emptied field goes back to what it was
        keep(key, st.session_state[key])


def form_values(
    page: str, entry: str, options: type[Options], defaults: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What an entry's form holds, drawn or not; `defaults` go before those of the options."""
    first = defaults or {}
    return {
        one.name: kept(f"{page}.{entry}.{one.name}", first.get(one.name, one.default)) for one in option_fields(options)
    }


def form_problems(options: type[Options], values: Mapping[str, Any]) -> dict[str, str]:
    """Field to sentence, for each value that is not allowed: `Epochs is "0", but must be a whole number …`."""
    found = {}
    for one in option_fields(options):
        try:
            parse_options(options, {one.name: _plain(values[one.name])}, "")
        except UserError as error:
            found[one.name] = one.title + str(error).removeprefix(one.name)
    return found


def _plain(value: Any) -> Any:
    """A number as it stands in a sentence: 0, not 0.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def draw_form(
    page: str,
    entry: str,
    options: type[Options],
    *,
    defaults: Mapping[str, Any] | None = None,
    problems: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
    columns: int = 3,
    narrow: bool = False,
) -> None:
    """Draw an entry's fields, rare ones behind "More".

    Args:
        page, entry: the first two parts of the widgets' keys. problems: sentences by field, shown under it.
        only: the fields to draw, in this order; default all. narrow: for short titles, three across on a phone.
    """
    fields = {one.name: one for one in option_fields(options)}
    chosen = [fields[name] for name in only] if only is not None else list(fields.values())
    values, wrong = form_values(page, entry, options, defaults), problems or {}
    placed = [_Placed(one, f"{page}.{entry}.{one.name}", values[one.name], wrong.get(one.name, "")) for one in chosen]
    if not placed:
        st.caption("There is nothing to set.")
    draw_fields([one for one in placed if not one.field.advanced], columns, narrow)
    rare = [one for one in placed if one.field.advanced]
    if rare:
        with st.expander("More", type="compact", expanded=any(one.problem for one in rare), key=f"{page}.{entry}.more"):
            draw_fields(rare, columns)


def draw_together(
    page: str,
    entries: Mapping[str, type[Options]],
    problems: Mapping[str, Mapping[str, str]],
    defaults: Mapping[str, Mapping[str, Any]],
) -> None:
    """Draw all fields of several small entries in one grid; `problems` and `defaults` by entry, then field."""
    placed = []
    for entry, options in entries.items():
        values, wrong = form_values(page, entry, options, defaults.get(entry)), problems.get(entry, {})
        placed += [
            _Placed(one, f"{page}.{entry}.{one.name}", values[one.name], wrong.get(one.name, ""))
            for one in option_fields(options)
        ]
    draw_fields(placed, 3, narrow=True)


@dataclass(frozen=True)
class _Placed:
    field: OptionField
    key: str
    value: Any
    problem: str


def draw_fields(placed: Sequence[_Placed], columns: int, narrow: bool = False) -> None:
    """Fields in a grid, each with what is wrong with it beneath."""
    if not placed:
        return
    with st.grid(columns, min_column_width=NARROW if narrow else 130):
        for one in placed:
            with st.container(gap="xsmall"):
                draw_field(one.field, one.key, one.value)
                complain(one.problem)


def complain(sentence: str) -> None:
    """What is wrong, under the field it is about."""
    if sentence:
        st.markdown(f":small[:orange[:material/error: {md(sentence)}]]")


def draw_field(one: OptionField, key: str, value: Any) -> None:
    """One field as the widget of its kind; `value` is what it shows while nothing is kept under `key`."""
    label = f"{one.title}, {one.unit}" if one.unit else one.title
    about = one.description
    if one.kind == "bool":
        st.toggle(label, help=about, **mirror(key, value))
    elif one.kind == "choice":
        choices = one.choices if value in one.choices else (*one.choices, value)
        st.selectbox(label, choices, format_func=str, help=about, **mirror(key, value))
    elif one.kind in ("int", "float"):
        st.number_input(
            label, step=step(one), format=_FORMATS[one.kind], help=about, **mirror(key, _number(one, value))
        )
    else:
        shown = ", ".join(map(str, value)) if one.kind == "pair" and not isinstance(value, str) else value
        st.text_input(label, max_chars=TEXT_MOST, help=about, **mirror(key, shown))


_FORMATS = {"int": "%d", "float": "%g"}  # the widget's own format would show 0.001 as 0.00


def _number(one: OptionField, value: Any) -> float | int:
    return int(value) if one.kind == "int" else float(value)


def step(one: OptionField) -> float | int:
    """How far one press on + or - goes: the hint, 1, or a tenth of the default's size."""
    if one.kind == "int":
        return int(one.step or 1)
    if one.step:
        return float(one.step)
    size = abs(float(one.default)) or 1e-3
    return 10.0 ** (math.floor(math.log10(size)) - (one.scale == "log"))


def summary(options: type[Options], values: Mapping[str, Any]) -> str:
    """What is set, for the label of an expander: `3 convolutions, width 32, relu, batch norm`."""
    words = [_word(one, values[one.name]) for one in option_fields(options) if not one.advanced]
    return ", ".join(word for word in words if word)


def _word(one: OptionField, value: Any) -> str:
    """One field in a word or two; nothing for what is off."""
    title = re.sub(r" \(.*\)", "", one.title[:1].lower() + one.title[1:])
    if one.kind == "bool":
        return title if value else ""
    if one.kind == "choice" and value == "none":
        return ""
    if one.kind == "choice" and isinstance(value, str):
        return value if len(value) > 1 else f"{title} {value}"
    if one.kind == "pair" and not isinstance(value, str):
        return f"{title} {' × '.join(map(str, value))}"
    if one.kind == "text":
        return f"{title} {md(value)}" if value else ""
    if not value:
        return ""
    shown = f"{value:,}" if one.kind == "int" else f"{value:g}"
    return f"{shown} {title}" if title.endswith("s") else f"{title} {shown}{' ' + one.unit if one.unit else ''}"
