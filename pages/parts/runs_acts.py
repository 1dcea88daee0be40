"""What can be done with the chosen runs: look at one, name it, copy it to Train, delete them, save the list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.experiment import Experiment
from cnn_core.runs.notes import NAME_MOST, NOTE_MOST, TAG_MOST, TAGS_MOST
from pages.parts import cached, runs_chosen, runs_list, setup, shell, unready
from pages.parts.now import place
from pages.parts.shell import Record
from pages.parts.told import tell
from pages.parts.words import md, plain, plural

NAMED = 6  # runs that a question names; the others are counted


def tools(found: Sequence[Record], every: Sequence[Record]) -> None:
    """The row under the list: what is chosen, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if not found:
            st.caption("Tick a run to look at it, or several to compare them.", width="content")
        elif len(found) == 1:
            st.caption(md(shell.run_label(found[0])), width="content")
        else:
            st.caption(f"{len(found):,} selected", width="content")
        if len(found) == 1 and shell.record(found[0]["run"]):  # else it cannot be read, and can only be deleted
            _lead_on(found[0])
            if st.button("Name and note", icon=":material/edit:", key="runs.edit"):
                edit(found[0], _tags(every))
            _copy(found[0])
        elif found and st.button("Tag", icon=":material/sell:", key="runs.tag"):
            ask_tags(found, _tags(every))
        _download(every)
        if found:
            st.space("stretch")
            _delete_button(found)
    if len(found) == 1:
        about(found[0])


def _lead_on(one: Record) -> None:
    """The pages that look at a run; those that need a trained network wait for its first epoch."""
    for page, label, icon in (
        ("watch", "Watch", "monitoring"),
        ("evaluate", "Evaluate", "grid_on"),
        ("explain", "Explain", "image_search"),
    ):
        closed = page != "watch" and not unready.learned(one)
        if st.button(
            label,
            icon=f":material/{icon}:",
            key=f"runs.{page}",
            disabled=closed,
            help="No epoch has ended yet." if closed else None,
        ):
            shell.go(page, one["run"])


def about(one: Record) -> None:
    """What is to be known of the chosen run: its note, its place in the queue, how it ended, what was lost."""
    if one["note"]:
        st.markdown("  \n".join(md(line, 400) for line in one["note"].splitlines()))
    if one["status"] == "queued":
        st.caption(place(one))
    elif one["message"]:
        st.caption(md(one["message"], 300))
    shell.caution(one["notice"])


# --- name, tags, note ---------------------------------------------------------------------------------------------


def _tags(every: Iterable[Record]) -> list[str]:
    """All tags that are in use."""
    return sorted({tag for one in every for tag in one["tags"]})


@st.dialog("Name, tags and note")
def edit(one: Record, known: list[str]) -> None:
    run = one["run"]
    st.text_input(
        "Name",
        one["name"],
        max_chars=NAME_MOST,
        key=f"runs.name.{run}",
        placeholder=plain(one["label"], 60),
        help="Shown wherever the run is. Its id stays. Empty: it goes by its settings.",
    )
    _tag_box(f"runs.tags.{run}", known, one["tags"])
    st.text_area("Note", one["note"], max_chars=NOTE_MOST, key=f"runs.note.{run}", height=120)
    with st.container(horizontal=True):
        saved = st.button("Save", type="primary", key="runs.edit.yes", on_click=_save, args=(one,))
        kept = st.button("Leave it", key="runs.edit.no")
    if saved or kept:
        st.rerun()  # closes the dialog


def _tag_box(key: str, known: Iterable[str], default: Sequence[str]) -> None:
    """Tags to choose from those in use, or to type."""
    st.multiselect(
        "Tags",
        sorted({*known, *default}),
        list(default),
        format_func=lambda tag: plain(tag, 2 * TAG_MOST),
        max_selections=TAGS_MOST,
        accept_new_options=True,
        key=key,
        placeholder="Choose or type tags",
    )


@st.dialog("Tag these runs")
def ask_tags(found: Sequence[Record], known: list[str]) -> None:
    shared = set.intersection(*(set(one["tags"]) for one in found))
    st.caption(f"What all {len(found):,} runs have stands here already; what you take out is taken off each.")
    _tag_box("runs.tags", known, sorted(shared))
    with st.container(horizontal=True):
        args = ([one["run"] for one in found], sorted(shared))
        saved = st.button("Save", type="primary", key="runs.tag.yes", on_click=_tag_all, args=args)
        kept = st.button("Leave it", key="runs.tag.no")
    if saved or kept:
        st.rerun()  # closes the dialog


def _tag_all(runs: Sequence[str], shared: Sequence[str]) -> None:
    tags, before = set(st.session_state.get("runs.tags") or ()), set(shared)
    if tags == before:
        return
    for run in runs:
        shell.attempt(actions.tag, run, sorted(tags - before), sorted(before - tags))


def _save(one: Record) -> None:
    """Only what was changed is written: another may have changed the rest meanwhile."""
    run = one["run"]
    name, tags, note = (st.session_state.get(f"runs.{what}.{run}") for what in ("name", "tags", "note"))
    if name is not None and name != one["name"]:
        shell.attempt(actions.rename, run, name)
    if note is not None and note != one["note"]:
        shell.attempt(actions.note, run, note)
    if tags is not None and set(tags) != set(one["tags"]):
        before = set(one["tags"])
        shell.attempt(actions.tag, run, sorted(set(tags) - before), sorted(before - set(tags)))


# --- copy to Train, save the list ---------------------------------------------------------------------------------


def _copy(one: Record) -> None:
    settings = _settings(one["run"])
    if st.button(
        "Copy to Train",
        icon=":material/content_copy:",
        key="runs.copy",
        disabled=settings is None,
        help="Its settings, in the form of the Train page. Nothing starts yet."
        if settings
        else "It has no settings to train with.",
    ):
        if settings is not None:
            setup.use(settings)
        shell.go("train", one["run"])


def _settings(run: str) -> Experiment | None:
    try:
        found = cached.experiment(run)
    except UserError:
        return None
    return found if isinstance(found, Experiment) else None


def _download(every: Sequence[Record]) -> None:
    st.download_button(
        "Download table",
        lambda: runs_list.csv(every),
        "runs.csv",
        "text/csv",
        icon=":material/download:",
        key="runs.csv",
        on_click="ignore",
    )


# --- delete -------------------------------------------------------------------------------------------------------


def _delete_button(found: Sequence[Record]) -> None:
    busy = [one for one in found if one["status"] in shell.LIVE]
    which = "It is" if len(found) == 1 else f"{plural(len(busy), 'of them is', 'of them are')}"
    if st.button(
        "Delete",
        type="tertiary",
        icon=":material/delete:",
        key="runs.delete",
        disabled=bool(busy),
        help=f"{which} being trained; stop it first." if busy else None,
    ):
        ask_delete(found)


@st.dialog("Delete?")
def ask_delete(found: Sequence[Record]) -> None:
    names = [f"**{md(shell.run_label(one))}**" for one in found[:NAMED]]
    more = f" and {len(found) - NAMED:,} more" if len(found) > NAMED else ""
    goes = "goes" if len(found) == 1 else "go"
    st.markdown(f"{', '.join(names)}{more} {goes} into the trash, from which you can restore what you want back.")
    with st.container(horizontal=True):
        args = ([one["run"] for one in found],)
        label = "Delete it" if len(found) == 1 else "Delete them"
        yes = st.button(label, type="primary", key="runs.delete.yes", on_click=delete, args=args)
        no = st.button("Keep it" if len(found) == 1 else "Keep them", key="runs.delete.no")
    if yes or no:
        st.rerun()  # closes the dialog


def delete(runs: Sequence[str]) -> None:
    """Into the trash, and out of the address bar. What cannot be deleted stays chosen, and the page says why."""
    gone = [run for run in runs if shell.attempt(actions.delete, run)]
    runs_chosen.choose(run for run in runs_chosen.chosen() if shell.record(run))
    run = shell.run_id()
    if run and shell.record(run) is None:
        shell.look_away()
    if gone:
        tell(f"{plural(len(gone), 'run')} moved to the trash.", icon=":material/delete:")
