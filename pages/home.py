"""The first page: one button that trains a network before one's eyes, and what can be asked of it then."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.evaluation.cases import Case
from cnn_core.runs.live import Live
from pages.parts import again, cached, following, shell, world
from pages.parts.gallery import Form, Thumb, gallery
from pages.parts.now import is_waiting, keep_going
from pages.parts.words import md, percent, plain, plural

shell.require_app()

QUESTIONS = (  # page, icon, question, line, picture; how the pictures were made: assets/README.md
    ("evaluate", "grid_on", "Which pictures does it get wrong?", "The matrix opens the pictures behind every number."),
    ("explain", "image_search", "Why did it say that?", "The part of the picture that decided, for any class."),
    ("train", "tune", "What if it learned something else?", "Other pictures, other networks, every setting in view."),
)


def invitation(record: dict[str, Any] | None) -> None:
    """Nothing has been trained yet, or it failed: what this is, one button, and what it does in a picture."""
    left, right = st.columns([5, 6], gap="large", vertical_alignment="center")
    with left:
        st.title("Train a network. Then look inside it.", anchor=False)
        st.markdown(
            "Press the button and watch a small network learn to read 1,797 handwritten digits. "
            "It takes a few seconds, on this computer."
        )
        if record:
            shell.problem(record["message"] or f"The demo failed ({record['reason'] or 'no reason known'}).")
        with st.container(horizontal=True, vertical_alignment="center"):
            label, icon = ("Try again", "refresh") if record else ("Train the demo network", "play_arrow")
            if st.button(label, type="primary", icon=f":material/{icon}:", key="home.start"):
                begin()
            if record:
                if st.button("Show the log", type="tertiary", key="home.log"):
                    shell.go("watch")
            elif st.button("Or explain a picture", type="tertiary", icon=":material/image_search:", key="home.explain"):
                shell.go("explain")
        world.button("home.world", quiet=True)
    with right:
        pair = st.columns(2, wrap=False)
        pair[0].image(shell.asset("hero-picture.png"), width="stretch")
        pair[1].image(shell.asset("hero-heat.png"), width="stretch")
        st.caption("It said “star”, and was 99.9% sure. The glow shows which part of the picture decided.")
    questions()


def begin(settings_of: Callable[[], dict[str, Any]] = again.demo) -> None:
    """Start a run and show it here."""
    with st.spinner("Starting …"):
        again.begin(settings_of)
    st.rerun()


def questions() -> None:
    st.space("large")
    st.subheader("What you can ask it", anchor=False)
    for column, (page, icon, question, line) in zip(st.columns(3, gap="medium"), QUESTIONS, strict=True):
        with column:
            st.image(shell.asset(f"question-{page}.png"), width="stretch")
            st.page_link(f"pages/{page}.py", label=f"**{question}**", icon=f":material/{icon}:")
            st.caption(line)


def working(run: str) -> None:
    """The page turns into the run: where it is, the curve growing, the wall."""
    st.title("Learning to read digits", anchor=False)

    @shell.ticking(0.5)  # the demo takes seconds
    def view() -> None:
        now = actions.live(run)
        if now.record["status"] not in shell.LIVE:
            st.rerun()
        if is_waiting(now.record):
            keep_going()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.progress(now.progress, text=following.where(now))
            following.stop_button(now.record, "home.stop")
        curve_and_wall(now, "How often it is right")

    view()


def curve_and_wall(now: Live, heading: str) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(heading, anchor=False)
        following.accuracy(now, f"home.curve.{now.record['run']}", height=260)
    with right:
        following.wall(now, f"home.wall.{now.record['run']}", whole=True, size=28)


def stopped(run: str, record: dict[str, Any]) -> None:
    """Stopped before its end: what there is, and *Resume*."""
    st.title("Learning to read digits", anchor=False)
    st.markdown(shell.sentences(record["message"] or "Stopped. What it learned is kept."))
    shell.caution(record["notice"])
    with st.container(horizontal=True):
        following.resume_button(record, "home.resume")
        if st.button("Start over", icon=":material/replay:", key="home.again"):
            begin(partial(again.settings, run))
    curve_and_wall(actions.live(run), "How often it was right")


def done(run: str, record: dict[str, Any]) -> None:
    """The result as the title, its baseline, and on to the mistakes."""
    try:
        report = cached.evaluation(run)
        wrong, narrow = cached.hard_cases(run)
    except UserError as error:
        shell.problem(str(error))
        return
    base = report["baseline"]
    st.title(f"It reads {percent(report['accuracy'])} of digits it never saw", anchor=False)
    st.markdown(
        f"{report['n'] - len(wrong)} of {report['n']} test pictures right after {plural(record['epochs'], 'epoch')}. "
        f"Always answering “{md(base['class'], 40)}” would get {percent(base['accuracy'])}."
    )
    next_steps(run)
    st.space("small")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("How often it was right", anchor=False)
        following.accuracy(actions.live(run), f"home.curve.{run}", height=260)
    with right:
        hard(run, wrong, narrow)
    questions()


def next_steps(run: str) -> None:
    """On to the mistakes; or once more; or something else."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("See where it goes wrong", type="primary", icon=":material/grid_on:", key="home.evaluate"):
            shell.go("evaluate", run)
        if st.button(
            "Train again",
            icon=":material/replay:",
            key="home.again",
            help="With other first weights, and so other mistakes.",
        ):
            begin(partial(again.settings, run, seed=cached.experiment(run).train.seed + 1))
        if st.button("Train on other pictures", type="tertiary", icon=":material/tune:", key="home.train"):
            shell.go("train")
        world.button("home.world", quiet=True)


def hard(run: str, wrong: list[Case], narrow: list[Case]) -> None:
    """All mistakes, then what was right but only just; a click asks why."""
    names = [plain(name, 40) for name in cached.classes(run)]
    shown = wrong[:10]
    if shown:
        st.subheader(counted(len(shown), len(wrong)), anchor=False)
        thumbs = [
            Thumb(
                f"It is {names[one.target]}, it said {names[one.said]}, {percent(one.probability)} sure. See why.",
                f"{names[one.target]}, said {names[one.said]}",
                wrong=True,
            )
            for one in shown
        ]
        row(run, "wrong", shown, thumbs)
    st.subheader("Right, but only just", anchor=False)
    thumbs = [
        Thumb(
            f"It is {names[one.target]}, and it said so, {percent(one.probability)} sure. See why.",
            f"{names[one.target]}, {100 * one.probability:.0f}% sure",
        )
        for one in narrow
    ]
    row(run, "narrow", narrow, thumbs, form="line")
    st.caption("Click a picture to see why.")


def counted(shown: int, mistakes: int) -> str:
    if shown < mistakes:
        return f"{shown} of {mistakes} mistakes"
    return {1: "The one mistake", 2: "Both mistakes"}.get(mistakes, f"All {mistakes} mistakes")


def row(run: str, name: str, shown: list[Case], thumbs: list[Thumb], form: Form = "grid") -> None:
    sheet, _ = cached.picture_sheet(run, "test", tuple(one.index for one in shown))
    label = f"{len(shown)} test pictures"
    picked = gallery(f"home.{name}.{run}", sheet, thumbs, label=label, form=form, size=86, dark=shell.dark())
    if picked is not None:
        shell.explain_picture(run, "test", shown[picked].index)


run = shell.run_id()
record = shell.record(run) if run else None
if run is None or record is None or not again.reads_digits(record):
    invitation(None)
elif record["status"] in shell.LIVE:
    working(run)
elif record["status"] == "done":
    done(run, record)
elif record["status"] == "stopped":
    stopped(run, record)
else:
    invitation(record)
