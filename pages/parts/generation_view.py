"""What draws, on Watch and Evaluate: samples from fixed noise as it learns, distances, the way between two, memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.kinds import is_number
from cnn_core.figures.overlay import enlarged, png, squared
from cnn_core.figures.readings import readings_chart
from cnn_core.figures.sheet import Sheet, sheet
from pages.parts import cached, following, saving, shell
from pages.parts.gallery import Thumb, gallery
from pages.parts.words import NOTHING, md, number, percent, plural, table_text

if TYPE_CHECKING:
    from cnn_core.runs.live import Live
    from cnn_core.runs.loaded import Run

SHOWN = 64  # pictures of a sample
STEPS = 21  # pictures on the way between two
EVERY = 2  # of these are shown at once
NEAR = 8  # pictures whose nearest training picture is looked for
LOSSES = {"d_loss": "discriminator", "g_loss": "generator"}
TOLD = {"d_real": "real ones", "d_val": "real ones it never saw", "d_fake": "drawn ones"}
Record = dict[str, Any]


# --- Watch ----------------------------------------------------------------------------------------


def watched(now: Live) -> None:
    """While it learns: two losses, what the discriminator says, and what is drawn from noise that stays the same."""
    last = now.rows[-1] if now.rows else {}
    with st.grid(4, min_column_width=140):
        st.metric("Discriminator's loss", number(last.get("d_loss")), help="1.39 when it can tell nothing apart.")
        st.metric("Generator's loss", number(last.get("g_loss")), help="No loss here says how good the pictures are.")
        st.metric(
            "Drawn ones called real", percent(last.get("d_fake")), help="What the discriminator says of drawn pictures."
        )
        st.metric("Pictures per second", number(now.images_per_second), help="While training, validation left out.")
    st.space("small")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("What it draws", anchor=False)
        _on_the_way(now)
    with right:
        st.subheader("What the discriminator says", anchor=False)
        _chart(now, TOLD, "share called real", f"watch.told.{now.record['run']}")
        st.subheader("Both losses", anchor=False)
        _chart(now, LOSSES, "loss", f"watch.losses.{now.record['run']}")
    following.log(now)


def _on_the_way(now: Live) -> None:
    """The samples of the last validation; once it has ended, of any."""
    run = now.record["run"]
    made = actions.samples_on_the_way(run)
    if not made:
        st.caption("Nothing yet: it draws at each validation.")
        return
    step = max(made)
    if now.record["status"] not in shell.LIVE and len(made) > 1:
        step = st.select_slider("Step", list(made), value=step, key=f"watch.samples.{run}", format_func=_thousands)
    st.image(made[step], width="stretch", alt=f"{SHOWN} pictures drawn at step {step:,}")
    st.caption(f"Step {step:,}. Always from the same noise, so each square can be followed.")


def _thousands(step: int) -> str:
    return f"{step:,}"


def _chart(now: Live, names: dict[str, str], title: str, key: str) -> None:
    """Some columns of the journal over epochs, a line each."""
    lines = {
        words: [(row["epoch"], row[name]) for row in now.rows if is_number(row.get(name))]
        for name, words in names.items()
    }
    lines = {words: points for words, points in lines.items() if points}
    if not lines:
        st.caption("Nothing yet.")
        return
    said = ", ".join(f"{words} {points[-1][1]:.3f}" for words, points in lines.items())
    chart = readings_chart([lines], "epoch", title, shell.theme())
    st.altair_chart(chart, key=key, theme=None, alt=f"{title} by epoch; at the end {said}.")


# --- Evaluate -------------------------------------------------------------------------------------


def evaluation(record: Record) -> None:
    """What it draws, how near that is to real pictures, the way between two, and whether it draws from memory."""
    run = record["run"]
    try:
        asked = cached.loaded(run)
        made = _sample(run, asked.checkpoint_sha256, _seed(), asked)
    except UserError as error:
        shell.problem(str(error))
        return
    shell.caution(made.notice)
    st.header("What it draws", anchor=False)
    left, right = st.columns([11, 9], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input("Seed of the noise", 0, 10**6, step=1, key="evaluate.drawn.seed", width=160)
            saving.button(
                "As PNG", lambda: actions.samples_png(made.pictures), f"{run}-seed-{_seed()}.png", "evaluate.drawn.png"
            )
        st.image(actions.samples_png(made.pictures), width="stretch", alt=f"{SHOWN} pictures that the generator draws")
    with right:
        st.subheader("How near to real pictures", anchor=False)
        _distances(run, asked)
    st.space("small")
    _between(run, asked)
    st.space("small")
    _memory(run, asked, made)


def _seed() -> int:
    return int(st.session_state.get("evaluate.drawn.seed") or 0)


@st.cache_data(max_entries=16, show_spinner=False)
def _sample(run: str, weights: str, seed: int, _run: Run) -> actions.Drawn:
    return actions.sample(_run, SHOWN, seed)


def _distances(run: str, asked: Run) -> None:
    """FID and KID with the floor and the ceilings; where there is no judge yet, how to get one."""
    judge = actions.judge_of(asked)
    if judge is None:
        _no_judge(run, asked)
        return
    with st.spinner("The judge looks at some thousand pictures …"):
        report = _report(run, asked.checkpoint_sha256, judge, asked)
    accuracy = report["judge"]["accuracy"]
    with st.grid(3, min_column_width=110):
        st.metric("FID", number(report["fid"]), help="Smaller is nearer; it means something only beside the others.")
        st.metric("KID", number(report["kid"]), help="Another distance, 0 on average for real pictures.")
        st.metric("Classes drawn", f"{report['covered']} of {len(report['classes'])}")
    rows = [{"name": "what it draws", **report}, *report["references"]]
    frame = pd.DataFrame(
        {
            "pictures": [row["name"] for row in rows],
            "FID": [row["fid"] for row in rows],
            "KID": [row["kid"] for row in rows],
            "classes": [row["covered"] for row in rows],
            "judge is sure": [100 * row["confident"] for row in rows],
        }
    )
    column = st.column_config
    st.dataframe(
        frame,
        hide_index=True,
        height="content",
        placeholder=NOTHING,
        key="evaluate.drawn.distances",
        column_config={
            "FID": column.NumberColumn(format="%.3g"),
            "KID": column.NumberColumn(format="%.3g"),
            "judge is sure": column.NumberColumn(
                format="%.0f%%", help="Surer than 90%. It may be sure of noise, so this alone says little."
            ),
        },
    )
    st.caption(
        f"{report['n']:,} pictures on each side, in the features of the judge, a classifier of ours that is right "
        f"{percent(accuracy)} of test pictures. Other real pictures are the floor; the rest is bad on purpose."
    )
    _shares(report)


@st.cache_data(max_entries=16, show_spinner=False)
def _report(run: str, weights: str, judge: str, _run: Run) -> Record:
    return actions.generation_report(_run)


def _shares(report: Record) -> None:
    with st.expander("Class by class", icon=":material/bar_chart:", key="evaluate.drawn.classes"):
        frame = pd.DataFrame(
            {
                "class": [table_text(row["class"]) for row in report["classes"]],
                "share": [row["share"] for row in report["classes"]],
            }
        )
        most = max(0.01, *(row["share"] for row in report["classes"]))
        share = st.column_config.ProgressColumn(
            "of what is drawn", format="percent", min_value=0, max_value=most, help="By what the judge says."
        )
        st.dataframe(
            frame, hide_index=True, height="content", key="evaluate.drawn.shares", column_config={"share": share}
        )


def _no_judge(run: str, asked: Run) -> None:
    """A judge is a run like any other: it waits in the queue, and is found again."""
    waiting = next((one for one in shell.all_runs() if "judge" in one["tags"] and one["status"] in shell.LIVE), None)
    st.markdown(
        "Distances are taken in the features of a **judge**, a classifier for the same pictures. It is trained once "
        "for a data set, in about half a minute, and stays as a run."
    )
    if waiting:
        st.caption(f"{md(shell.run_label(waiting))} is at work. Come back in a moment.")
        if st.button("Watch it", icon=":material/monitoring:", key="evaluate.judge.watch"):
            shell.go("watch", waiting["run"])
        if st.button("Look again", icon=":material/refresh:", key="evaluate.judge.again", type="tertiary"):
            st.rerun()
    elif st.button("Train the judge", type="primary", icon=":material/balance:", key="evaluate.judge"):
        shell.attempt(actions.start_judge, asked)
        st.rerun()


def _between(run: str, asked: Run) -> None:
    """From one picture to another, through noise that no training picture belongs to."""
    st.subheader("On the way from one to another", anchor=False)
    with st.container(horizontal=True):
        first = st.number_input("From seed", 0, 10**6, value=1, step=1, key="evaluate.drawn.from", width=160)
        second = st.number_input("To seed", 0, 10**6, value=2, step=1, key="evaluate.drawn.to", width=160)
        place = st.slider(
            "Where", 0, 100, 50, step=100 // (STEPS - 1), key="evaluate.drawn.place", format="%d%%", width=320
        )
    try:
        way = _way(run, asked.checkpoint_sha256, int(first or 0), int(second or 0), asked)
    except UserError as error:
        shell.problem(str(error))
        return
    at = round(place * (STEPS - 1) / 100)
    left, right = st.columns([1, 5], gap="medium", vertical_alignment="center")
    with left:
        st.image(png(squared(enlarged(way.pictures[at]))), width="stretch", alt=f"The picture at {place}% of the way")
    with right:
        shown = way.pictures[::EVERY]
        thumbs = [Thumb(f"{100 * one // (len(shown) - 1)}% of the way") for one in range(len(shown))]
        name, label = f"evaluate.way.{run}", "From one picture to the other"
        gallery(name, sheet(shown), thumbs, label=label, form="line", size=64, pick=False, dark=shell.dark())
    st.caption("Where each step is a picture of its own, it has learned more than to repeat what it was shown.")


@st.cache_data(max_entries=32, show_spinner=False)
def _way(run: str, weights: str, first: int, second: int, _run: Run) -> actions.Drawn:
    return actions.between(_run, first, second, STEPS)


def _memory(run: str, asked: Run, made: actions.Drawn) -> None:
    """Drawn pictures beside the training pictures that are nearest to them."""
    st.subheader("Does it draw from memory?", anchor=False)
    try:
        drawn, found = _near(run, asked.checkpoint_sha256, _seed(), asked)
    except UserError as error:  # the data set has gone
        shell.caution(str(error))
        return
    for name, shown, words in (
        ("drawn", drawn, [Thumb("Drawn", f"{far:.0f}") for far in found.distances]),
        ("nearest", found.pictures, [Thumb(f"Training picture {at}") for at in found.indices]),
    ):
        stack: Sheet = sheet(shown)
        label = "Drawn pictures" if name == "drawn" else "The nearest training pictures"
        gallery(
            f"evaluate.{name}.{run}", stack, words, label=label, form="line", size=74, pick=False, dark=shell.dark()
        )
    copies = sum(far < found.usual / 2 for far in found.distances)
    said = (
        "None of them is a copy." if not copies else f"{plural(copies, 'of them is', 'of them are')} suspiciously near."
    )
    st.caption(
        f"Above: drawn. Below: the training picture whose pixels differ least; the number is by how much (root mean "
        f"square, of 255). Real test pictures are {found.usual:.0f} from their nearest. {said}"
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _near(run: str, weights: str, seed: int, _run: Run) -> tuple[Any, actions.Nearest]:
    drawn = actions.sample(_run, NEAR, seed).pictures
    return drawn, actions.nearest(_run, drawn)


# --- Explain --------------------------------------------------------------------------------------


def nothing_to_explain(run: str) -> None:
    """What to do with a network that draws, instead of asking it why."""
    with shell.empty(
        "brush",
        "It draws, and answers nothing",
        "There is no class to explain. See what it draws and how near that is to real pictures, or look into its "
        "discriminator, which says what is real.",
    ):
        if st.button("See what it draws", type="primary", icon=":material/grid_on:", key="explain.drawn"):
            shell.go("evaluate", run)
        if st.button("Look into it", icon=":material/filter_center_focus:", key="explain.features"):
            shell.go("features", run)
