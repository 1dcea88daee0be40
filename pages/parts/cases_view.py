"""Test pictures with what was said of them: a gallery whose pictures lead to Explain, and every answer as a table."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.evaluation import cases
from pages.parts import cached, saving, shell
from pages.parts.gallery import Form, Thumb, gallery
from pages.parts.words import plain, plural

SPLIT = "test"
LINE_MOST = 24  # surest mistakes in one line


def show_cases(
    key: str,
    run: str,
    found: Sequence[cases.Case],
    classes: Sequence[str],
    *,
    sure: bool,
    form: Form = "grid",
    called: str = "picture",
) -> None:
    """Test pictures as a gallery; a click explains one. The caption says how sure, or what was said."""
    try:
        sheet, _ = cached.picture_sheet(run, SPLIT, tuple(one.index for one in found), most=96)
    except UserError as error:  # the data set has gone; what was counted stands all the same
        shell.caution(str(error))
        return
    long, short = [plain(name, 60) for name in classes], [plain(name, 12) for name in classes]
    thumbs = [
        Thumb(
            f"Test {called} {one.index}: it was {long[one.target]}, it said {long[one.said]}, "
            f"{_sure(one.probability)}. Why?",
            _sure(one.probability) if sure else f"{short[one.target]}, said {short[one.said]}",
        )
        for one in found
    ]
    size = 66 if form == "line" else 76
    label = f"{plural(len(found), f'test {called}')}, the surest first"
    picked = gallery(key, sheet, thumbs, label=label, form=form, size=size, dark=shell.dark())
    if picked is not None:
        shell.explain_picture(run, SPLIT, found[picked].index)


def _sure(probability: float) -> str:
    """`80% sure`; never 100% while there was some doubt."""
    return f"{min(99, round(100 * probability)) if probability < 1 else 100}% sure"


def surest(run: str, classes: Sequence[str], called: str = "picture") -> None:
    """One line of the mistakes it was surest of, and all of its answers as a file."""
    wrong, _ = cached.hard_cases(run)
    st.space("small")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Surest mistakes" if wrong else "No mistakes", anchor=False, width="content")
        st.space("stretch")
        saving.button(
            "All answers as CSV",
            lambda: answers_csv(run, classes),
            f"{run}-{SPLIT}-answers.csv",
            "evaluate.answers",
            f"A line a test {called}: its number, what it was, what was said, and how sure.",
        )
    if wrong:
        show_cases(f"evaluate.surest.{run}", run, wrong[:LINE_MOST], classes, sure=False, form="line", called=called)


def answers_csv(run: str, classes: Sequence[str]) -> str:
    """Every test picture: its number (as in the addresses), true class, predicted class, probability of that one."""
    found = actions.load_run(run).predictions(SPLIT)
    said, sure = cases.answers(found.logits)
    names = pd.Series(list(classes), dtype=object)
    frame = pd.DataFrame(
        {
            "picture": range(len(said)),
            "it was": names.iloc[found.targets].to_list(),
            "it said": names.iloc[said].to_list(),
            "probability": sure.round(6),
            "right": said == found.targets,
        }
    )
    return saving.csv(frame)
