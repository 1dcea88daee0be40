"""Data: what there is to learn from; look at it, fetch it where it is not here, train on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UnknownName, UserError
from cnn_core.data.sets import SHELF
from pages.parts import data_view, setup, shell
from pages.parts.data_view import SPLITS
from pages.parts.words import md, roughly


def main() -> None:
    row = shell.title_row("Data", picker=False)
    name = _chosen("data", SHELF.names(), "data set")
    titles = {one: SHELF.load(one).build.about.title for one in SHELF.names()}
    st.pills(
        "Data set",
        SHELF.names(),
        format_func=titles.__getitem__,
        label_visibility="collapsed",
        **_control("data"),
    )
    about = actions.about_data(name)
    st.markdown(md(about["summary"]))
    if about["missing"]:
        _not_here(about)
    else:
        _here(about, row)


def _here(about: dict[str, Any], row: Any) -> None:
    with row:
        if st.button(f"Train on {about['title']}", type="primary", icon=":material/play_arrow:", key="data.train"):
            setup.learn_from(about["name"])
            shell.go("train")
    try:
        with st.spinner("Reading the pictures …"):
            found = data_view.numbers(about["name"], about["path"])
    except UserError as error:
        shell.problem(str(error))
        return
    split = _chosen("split", list(SPLITS), "split")
    left, right = st.columns([7, 3], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Samples", anchor=False, width="content")
            st.space("stretch")
            st.segmented_control(
                "Split",
                list(SPLITS),
                format_func=SPLITS.__getitem__,
                label_visibility="collapsed",
                **_control("split"),
            )
            data_view.others_button()
        data_view.samples(about, found, split)
        data_view.means(about, found)
    with right:
        data_view.facts(about, found)
        data_view.splits(found["splits"])
        data_view.by_class(about, found, split)


def _not_here(about: dict[str, Any]) -> None:
    """What it is, and how it comes here; while it comes, how far it is."""
    left, right = st.columns([7, 3], gap="large")
    with left:
        _fetching(about)
    with right:
        data_view.facts(about, None)
        data_view.splits(about["splits"])


def _fetching(about: dict[str, Any]) -> None:
    name = about["name"]
    began = actions.download_of(name)
    running = began is not None and began["status"] in shell.LIVE

    @st.fragment(run_every=0.5 if running else None)
    def view() -> None:
        now = actions.download_of(name)
        if running != (now is not None and now["status"] in shell.LIVE):
            st.rerun()
        if now is not None and running:
            _on_its_way(now)
        else:
            _offer(about, now)

    view()


def _on_its_way(now: dict[str, Any]) -> None:
    st.subheader(f"{md(now['title'])} is being downloaded", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.progress(min(1.0, now["bytes"] / max(1, now["total"])), text=_where(now))
        asked = st.session_state.get("data.cancelled") == now["dataset"]
        if st.button("Cancelling …" if asked else "Cancel", icon=":material/close:", key="data.cancel", disabled=asked):
            st.session_state["data.cancelled"] = now["dataset"]
            shell.attempt(actions.cancel_download, now["dataset"])
            st.rerun()
    if now["status"] == "queued":
        shell.attempt(actions.start_download, now["dataset"])  # nothing is begun twice; a supervisor may be missing
    st.caption("You can close this page meanwhile; the download goes on.")


def _where(now: dict[str, Any]) -> str:
    """`12.0 of 170.5 MB · 3.4 MB/s · about 40 s left`."""
    if now["waiting_for"]:
        return f"It waits for {md(SHELF.load(now['waiting_for']).build.about.title)}."
    if now["stage"] == "unpacking":
        return "Unpacking and checking …"
    if not now["stage"]:
        return "Connecting …"
    words = [f"{now['bytes'] / 1e6:,.1f} of {now['total'] / 1e6:,.1f} MB"]
    if now["speed"]:
        left = (now["total"] - now["bytes"]) / now["speed"]
        words += [f"{now['speed'] / 1e6:,.1f} MB/s", f"about {roughly(left)} left"]
    return " · ".join(words)


def _offer(about: dict[str, Any], last: dict[str, Any] | None) -> None:
    """The button that fetches it; why the last try failed; what to do without a network."""
    title, size, by_hand = about["title"], about["download"], about["by_hand"]
    st.subheader(f"{md(title)} is not on this computer yet", anchor=False)
    if not size:
        shell.problem(about["missing"])
        return
    if last is not None and last["status"] == "failed":
        shell.problem(last["message"])
    elif last is not None and last["status"] == "stopped":
        st.info(md(last["message"]), icon=":material/info:")
    else:
        st.markdown(f"It has to be fetched once: {size / 1e6:.0f} MB, checked against its published MD5.")
    again = last is not None and last["status"] in ("failed", "stopped")
    label, icon = ("Try again", "refresh") if again else (f"Download {title}", "download")
    if st.button(label, type="primary", icon=f":material/{icon}:", key="data.download"):
        st.session_state.pop("data.cancelled", None)
        shell.attempt(actions.start_download, about["name"])
        st.rerun()
    if not again:
        st.caption(f"Without a network: {md(by_hand)}")


def _chosen(name: str, known: Sequence[str], what: str) -> str:
    """What the address asks for, else what was chosen before, else the first. The address then says it."""
    key = f"data.{name}.chosen"
    asked = st.query_params.get(name)
    if asked is not None and asked not in known:
        st.warning(md(f"From the address: {UnknownName(asked, what, known)}"), icon=":material/info:")
        asked = None
    value = asked or st.session_state.get(key, known[0])
    st.session_state[key] = st.session_state[f"data.{name}"] = value
    if st.query_params.get(name) != value:
        st.query_params[name] = value
    return value


def _control(name: str) -> dict[str, Any]:
    """The arguments of a widget that shows what is chosen and changes it."""
    return {"key": f"data.{name}", "on_change": _changed, "args": (name,), "required": True}


def _changed(name: str) -> None:
    st.session_state[f"data.{name}.chosen"] = st.query_params[name] = st.session_state[f"data.{name}"]


shell.require_app()
main()
