"""What the Calculators page shows of one calculator: its question, its inputs, and what comes out, live."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.options import Options, option_fields, parse_options
from cnn_core.calculators import SHELF, Step, Table, Value, Worked
from pages.parts import calc_address, calc_drawn, calc_picture, shell
from pages.parts.calc_address import PAGE
from pages.parts.form import draw_form, form_problems, form_values
from pages.parts.words import NOTHING, md, percent


def calculator(name: str) -> None:
    """The whole of one calculator."""
    entry = SHELF.load(name)
    question, more = SHELF.card(name)
    calc_address.take(name, entry.options)
    st.header(md(question), anchor=False)
    left, right = st.columns([8, 12], gap="large")
    values = form_values(PAGE, name, entry.options)
    problems = form_problems(entry.options, values)
    with left:
        _inputs(name, entry.options, problems)
        looks = entry.build.picture or name in calc_drawn.PICTURED
        picture = calc_picture.choose() if looks else None
        with st.expander("What is behind it", icon=":material/menu_book:", key=f"calculators.more.{name}"):
            st.markdown(md(" ".join(more.split())))
    calc_address.write(name, entry.options, values)
    if problems:
        with right:
            st.caption("What comes out stands here when every input is allowed.")
        return
    options = parse_options(entry.options, values, "")
    try:
        found = actions.calculate(name, values, picture.pixels if picture and entry.build.picture else None)
    except UserError as error:
        with right:
            shell.problem(str(error))
        return
    with right:
        _numbers(found)
    calc_drawn.draw(name, options, found, picture)
    for table in found.tables:
        if name not in calc_drawn.IN_CHARTS:
            _table(table, name)


def _inputs(name: str, options: type[Options], problems: dict[str, str]) -> None:
    """The fields: lists of numbers over the whole width, the others side by side."""
    fields = option_fields(options)
    for wide, columns in ((True, 1), (False, 2)):
        only = [one.name for one in fields if (one.kind == "text") == wide]
        if only:
            draw_form(PAGE, name, options, problems=problems, only=only, columns=columns)


def _numbers(found: Worked) -> None:
    """Each number with its formula, what to beware of, and remarks."""
    for text in found.warnings:
        st.markdown(f":orange[:material/warning:] {md(text)}")
    rows = "\n".join(_row(one) for one in found.steps)
    st.markdown(f"| Number | Value | How |\n|:--|:--|:--|\n{rows}")
    for text in found.notes:
        st.caption(md(text))


def value(one: Step) -> str:
    """The value of a step as the page writes it."""
    return percent(one.value) if one.unit == "%" else figure(one.value)


def figure(number: Value) -> str:
    """`150,528`, `0.26894`, `9.1e-13`; a dash for what is not defined."""
    if number is None:
        return NOTHING
    if isinstance(number, int):
        return f"{number:,}"
    shown = f"{number:.6g}".replace("-", "−")
    return f"{number:,.1f}" if abs(number) >= 1e6 else shown


def _row(one: Step) -> str:
    how = f":gray[{md(one.formula)}]" if one.formula else ""
    unit = f" {md(one.unit)}" if one.unit not in ("", "%") else ""
    return f"| {md(one.title)} | **{value(one)}**{unit} | {how} |"


def _table(table: Table, name: str) -> None:
    st.subheader(md(table.title), anchor=False)
    frame = pd.DataFrame(table.rows, columns=[column or " " for column in table.columns])
    texts = [column for column in frame if any(isinstance(one, str) for one in frame[column])]
    config = {
        column: st.column_config.TextColumn() if column in texts else st.column_config.NumberColumn(format="%.5g")
        for column in frame
    }
    for column in frame:
        if column not in texts and all(isinstance(one, int) for one in frame[column]):
            config[column] = st.column_config.NumberColumn(format="localized")
    st.dataframe(
        frame, hide_index=True, height="content", key=f"calculators.{name}.{table.title}", column_config=config
    )
