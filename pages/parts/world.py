"""A network that others have trained on ImageNet: the way to one in one click, and its run on Watch."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from cnn_core import actions
from cnn_core.runs.live import Live
from pages.parts import following, shell
from pages.parts.words import md, number

NETWORK = "squeezenet1_1"  # the smallest that torchvision publishes


def ready(record: shell.Record) -> bool:
    """Whether a run is of a network that was trained elsewhere, and can be asked."""
    return bool(record["origin"]) and record["status"] == "done"


def button(key: str, *, primary: bool = False, quiet: bool = False) -> None:
    """*A network that knows 1,000 things*: makes a run of one, or takes the one that is there, and goes to it."""
    kind: Literal["primary", "secondary", "tertiary"] = "primary" if primary else "tertiary" if quiet else "secondary"
    if st.button(
        "A network that knows 1,000 things",
        key=key,
        type=kind,
        icon=":material/public:",
        help="SqueezeNet, trained on the photos of ImageNet; 5 MB are fetched once if they are not here yet.",
    ):
        _go()


def _go() -> None:
    there = shell.newest(lambda one: ready(one) and one["model"] == NETWORK)
    if there:
        shell.go("explain", there)
    run = shell.newest(lambda one: bool(one["origin"]) and one["model"] == NETWORK and one["status"] in shell.LIVE)
    run = run or shell.attempt(actions.start_pretrained, NETWORK)
    if run is None:
        st.rerun()
    shell.go("watch", run)


def fetched(record: shell.Record) -> str:
    """How far it is: `Fetching its weights, 12.3 of 44.7 MB`."""
    if not record["total"]:
        return "Reading its weights …"
    return f"Fetching its weights, {record['bytes'] / 1e6:,.1f} of {record['total'] / 1e6:,.1f} MB"


def draw(now: Live) -> None:
    """Below the status line of Watch: what the network is, and what can be asked of it. There are no curves."""
    record = now.record
    if record["status"] == "done":
        st.markdown(
            f"**{md(record['model'], 60)}** was trained on {md(record['data'], 60)} by others; its weights come from "
            f"{md(record['origin'], 60)}. It has {number(record['parameters'])} parameters, and no data of its own: "
            "give it a photo."
        )
        st.caption(md(record["message"], 300))
        with st.container(horizontal=True):
            if st.button("Explain a photo", type="primary", icon=":material/image_search:", key="watch.explain"):
                shell.go("explain", record["run"])
            if st.button("Look into it", icon=":material/filter_center_focus:", key="watch.features"):
                shell.go("features", record["run"])
    following.log(now)
