"""What the Labs page shows of one lab: its claim and options, and a result with verdict, numbers, curves and runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from cnn_core import actions
from cnn_core.figures.groups import groups_chart
from cnn_core.figures.readings import readings_chart
from cnn_core.jobs.job import LIVE
from cnn_core.labs import SEEDS, SHELF, Chart, chapter_of
from pages.parts import lab_results, shell
from pages.parts.form import draw_form, form_problems, form_values, kept, mirror
from pages.parts.lab_cards import badge
from pages.parts.words import ago, duration, md, plain, plural, prose

PAGE = "labs"
TICK = 1.0  # seconds between two looks at a lab at work
Record = dict[str, Any]


def about(name: str) -> None:
    """The claim, what is varied, when it is confirmed; the options."""
    lab = SHELF.load(name).build
    claim, more = SHELF.card(name)
    st.header(md(claim), anchor=False)
    left, right = st.columns([11, 9], gap="large")
    with left:
        st.markdown(prose(" ".join(more.split()), 3000))
        st.caption(f"Chapter {chapter_of(name)} · {md(lab.title)} · about {duration(lab.seconds)} on two cores")
    with right:
        st.markdown(f"**Varied.** {prose(lab.varies)}")
        st.markdown(f"**Rule.** {prose(lab.rule)}")
        options = SHELF.load(name).options
        with st.expander("Seeds and options", icon=":material/tune:", key=f"labs.options.{name}"):
            with st.grid(2, min_column_width=140):
                st.number_input("Seeds", 1, 100, step=1, **mirror(f"{PAGE}.{name}.lab_seeds", SEEDS))
                st.number_input("First seed", 0, 10**6, step=1, **mirror(f"{PAGE}.{name}.lab_first", 0))
            draw_form(PAGE, name, options, problems=form_problems(options, form_values(PAGE, name, options)))


def run_button(name: str) -> None:
    """*Run*: starts the lab with the options of the form, and shows its result as it comes."""
    options = SHELF.load(name).options
    values = form_values(PAGE, name, options)
    wrong = next(iter(form_problems(options, values).values()), "")
    if st.button(
        "Run",
        key="labs.run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=bool(wrong),
        help=md(wrong) or None,
    ):
        seeds, first = kept(f"{PAGE}.{name}.lab_seeds", SEEDS), kept(f"{PAGE}.{name}.lab_first", 0)
        result = shell.attempt(actions.start_lab, name, values, int(seeds), int(first))
        if result is None:
            st.rerun()
        shell.go("labs", lab=name, result=result)


def result(name: str, asked: str) -> None:
    """One result, live while it is at work; earlier ones to choose from."""
    _earlier(name, asked)
    live = actions.lab_result(asked)["status"] in LIVE

    @shell.ticking(TICK if live else None)
    def view() -> None:
        record = actions.lab_result(asked)
        if live and record["status"] not in LIVE:
            st.rerun()
        _standing(record)
        if record["found"]:
            _found(name, record)

    view()
    lab_results.beside(name, asked)


def _earlier(name: str, asked: str) -> None:
    records = {one["id"]: one for one in actions.lab_results(name=name)}
    if len(records) < 2:
        return
    st.session_state[f"labs.result.{name}"] = asked
    st.selectbox(
        "Result",
        list(records),
        format_func=lambda one: _called(records[one]) if one in records else one,
        key=f"labs.result.{name}",
        on_change=_chosen,
        args=(f"labs.result.{name}",),
        label_visibility="collapsed",
        width=420,
    )


def _called(record: Record) -> str:
    """`confirmed, 3 seeds, 2 min ago`."""
    found = record["found"]
    what = f"{found['verdict']}, {plural(len(found['seeds']), 'seed')}" if found else record["status"]
    what = "at work" if record["status"] in LIVE else what  # it moves on without this box
    return f"{what}, {ago(record['created'])} · {record['id'].rsplit('-', 1)[-1]}"


def _chosen(key: str) -> None:
    st.query_params["result"] = st.session_state[key]


def _standing(record: Record) -> None:
    """How far it is, with Stop; or how it ended, where that is to be said."""
    if record["status"] in LIVE:
        done = len(record["found"]["seeds"]) if record["found"] else 0
        with st.container(horizontal=True, vertical_alignment="bottom"):
            said = plain(record["stage"], 120) or "Getting ready …"
            st.progress(min(1.0, done / max(1, record["planned"])), text=md(said))
            if st.button("Stop", icon=":material/stop:", key="labs.stop"):
                shell.attempt(actions.stop_lab, record["id"])
                st.rerun()
    elif record["status"] == "failed":
        shell.problem(record["message"] or "It failed; the log has the details.")
        if "on the page Data" in record["message"]:
            title, icon = shell.page_of("data")
            st.page_link("pages/data.py", label=title, icon=icon)
    elif record["message"]:
        st.caption(md(record["message"], 300))


def _found(name: str, record: Record) -> None:
    lab, found = SHELF.load(name).build, record["found"]
    st.space("small")
    with st.container(horizontal=True, vertical_alignment="center"):
        badge(record)
        st.caption(
            f"{'seed' if len(found['seeds']) == 1 else 'seeds'} {', '.join(map(str, found['seeds'][:8]))}"
            f"{' …' if len(found['seeds']) > 8 else ''} · {duration(found['seconds'])}",
            width="content",
        )
    st.markdown(f"**{md(found['why'], 600)}**")
    left, right = st.columns([11, 9], gap="large")
    with left:
        if lab.chart:
            _chart(lab.chart, record["id"], [one["curves"] for one in found["readings"]])
        _pictures(record)
        _runs(found)
    with right:
        st.subheader("Numbers", anchor=False)
        _numbers(lab.numbers, found)
        st.markdown(f"**Next.** {prose(lab.next)}")


def _chart(chart: Chart, result: str, curves: list[dict[str, Any]]) -> None:
    st.subheader(md(chart.title), anchor=False)
    if chart.kind == "bars":
        drawn = groups_chart(curves, chart.ticks, chart.y, shell.theme(), log=chart.log)
        words = ", ".join(chart.ticks)
    else:
        drawn = readings_chart(curves, chart.x, chart.y, shell.theme(), log=chart.log)
        words = ", ".join(curves[0])
    words = f"{chart.title}: {words}. The table beside it has the numbers."
    st.altair_chart(drawn, key=f"labs.chart.{result}", theme=None, alt=words)
    if len(curves) > 1:
        st.caption(f"{'Bars' if chart.kind == 'bars' else 'Lines'}: the mean over the seeds. Dots: each seed.")


def _numbers(meanings: Mapping[str, str], found: Record) -> None:
    rows = [
        {
            "number": prose(meanings.get(key, key)),
            "mean": f"{value:.4g}",
            "over the seeds": _span(*found["spread"][key]) if len(found["seeds"]) > 1 else "one seed",
        }
        for key, value in found["numbers"].items()
    ]
    st.table(pd.DataFrame(rows).set_index("number"), border="horizontal")


def _span(low: float, high: float) -> str:
    return "the same" if low == high else f"{low:.4g} to {high:.4g}"


def _pictures(record: Record) -> None:
    """What the numbers of the first seed were taken from."""
    reading = record["found"]["readings"][0]
    if not reading.get("pictures"):
        return
    st.subheader("The pictures behind it", anchor=False)
    found = actions.lab_pictures(record["id"], reading["seed"])
    grid = st.grid(min(3, max(1, len(found))), min_column_width=200)
    for caption, picture in found.items():
        with grid.cell():
            st.image(picture, caption=md(caption, 200), width="stretch")


def _runs(found: Record) -> None:
    """The runs that were trained, each a click away; those that were deleted since are left out."""
    there = [one for reading in found["readings"] for run in reading["runs"] if (one := shell.record(run))]
    if not there:
        return
    st.subheader("The runs behind it", anchor=False)
    for one in there[:12]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(md(shell.run_label(one)), width="content")
            st.space("stretch")
            for page, label in (("evaluate", "Evaluate"), ("explain", "Explain")):
                if st.button(label, key=f"labs.{page}.{one['run']}", type="tertiary"):
                    shell.go(page, one["run"])
