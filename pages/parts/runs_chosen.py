"""Which runs are chosen on the page of runs: in the session, and those that are compared in the address bar too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from cnn_core.actions.keeping import MOST
from cnn_core.jobs.job import ID
from pages.parts import shell
from pages.parts.words import md

CHOSEN = "runs.chosen"  # ids, in the order of the list
WRITTEN = "runs.written"  # what stands in the address bar because we wrote it
LOOKED = "runs.looked"  # the run that was looked at when this page was drawn last
TURN = "runs.turn"  # counts what was chosen elsewhere than in the table, which then begins anew
ASKED_MOST = 100  # names in an address that are looked at
Known = Mapping[str, shell.Record]


def chosen() -> list[str]:
    """The ids of the chosen runs."""
    return list(st.session_state.get(CHOSEN, ()))


def choose(runs: Iterable[str], *, in_table: bool = False) -> None:
    """Choose these runs. One alone is also the run that the other pages look at."""
    several = list(runs)
    st.session_state[CHOSEN] = several
    if not in_table:
        st.session_state[TURN] = turn() + 1
    if len(several) == 1 and shell.record(several[0]):  # one that cannot be read can be ticked, but not looked at
        shell.look_at(several[0])
    st.session_state[LOOKED] = shell.run_id()
    _write()


def turn() -> int:
    """Part of the table's key."""
    return int(st.session_state.get(TURN, 0))


def _write() -> None:
    """The runs that are compared, in the address bar."""
    several = ",".join(chosen()[:MOST]) if len(chosen()) > 1 else None
    if several is None:
        st.query_params.pop("runs", None)
    elif st.query_params.get("runs") != several:
        st.query_params["runs"] = several
    st.session_state[WRITTEN] = several


def settle(known: Known) -> str:
    """At the beginning of the page: what the address asks for, or what was chosen when one was here last.

    Returns a sentence when the address names what is not there.
    """
    st.session_state.setdefault(TURN, 0)
    asked = st.query_params.get("runs")
    if asked is not None and asked != st.session_state.get(WRITTEN):
        there, sentence = _asked(asked, known)
        choose(there)
        return sentence
    run, before = shell.run_id(), chosen()
    there = [one for one in before if one in known]
    elsewhere = run in known and run not in there and run != st.session_state.get(LOOKED)
    if elsewhere and run:  # another page has looked at another run
        choose([run])
    elif there != before:  # some were deleted
        choose(there)
    else:
        _write()
    return ""


def _asked(text: str, known: Known) -> tuple[list[str], str]:
    """The runs that an address names, each once, and a sentence on those that are not there."""
    names = list(dict.fromkeys(text[: ASKED_MOST * 100].split(",")[:ASKED_MOST]))
    there = [name for name in known if name in names and ID.fullmatch(name)]
    missing = [name for name in names if name not in there]
    if not missing:
        return there, ""
    if not any(missing):
        return there, "The address names no runs to compare (its “runs” is empty)."
    more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
    which = "a run that is" if len(missing) == 1 else f"{len(missing)} runs that are"
    return there, f"The address names {which} not here: {md(missing[0], 60)}{more}."
