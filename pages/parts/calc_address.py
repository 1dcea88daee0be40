"""A calculator's inputs in the address bar: read once when somebody comes with a link, written whenever they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from cnn_core.base.errors import UserError, shorten
from cnn_core.base.options import Options, option_fields, parse_options
from pages.parts.form import TEXT_MOST, keep
from pages.parts.words import md

PAGE = "calculators"
NAME = "calculator"  # in the address: which one
_WRITTEN = "calculators.written"  # what this session wrote into the address last


def take(name: str, options: type[Options]) -> None:
    """Keep the inputs of the address, unless this page wrote them itself; what makes no sense is taken out and said."""
    asked = {one.name: st.query_params[one.name] for one in option_fields(options) if one.name in st.query_params}
    if st.session_state.get(_WRITTEN) == (name, asked):
        return
    for field, text in asked.items():
        try:
            if len(text) > TEXT_MOST:
                raise UserError(f'{field} is "{shorten(text, 40)}", but may have {TEXT_MOST} letters at most.')
            value = getattr(parse_options(options, {field: text}, ""), field)
        except UserError as error:
            st.query_params.pop(field)
            st.warning(f"From the address: {md(error, 300)}", icon=":material/info:")
        else:
            keep(f"{PAGE}.{name}.{field}", value)


def write(name: str, options: type[Options], values: Mapping[str, Any]) -> None:
    """The calculator and what differs from its defaults, and nothing of another calculator."""
    shown = {one.name: str(values[one.name]) for one in option_fields(options) if values[one.name] != one.default}
    for field in [one for one in _inputs() if one not in shown]:
        st.query_params.pop(field)
    for field, text in shown.items():
        if st.query_params.get(field) != text:  # every write is a step of the browser's history
            st.query_params[field] = text
    st.session_state[_WRITTEN] = (name, shown)


def _inputs() -> list[str]:
    """The fields in the address that are neither the calculator nor the run."""
    return [one for one in st.query_params if one not in (NAME, "run")]


def forget_inputs() -> None:
    """Take everything but the calculator and the run out of the address."""
    for field in _inputs():
        st.query_params.pop(field)
