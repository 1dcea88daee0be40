"""Evaluate: how often it is right on pictures it never saw, and what it mixes up."""

from __future__ import annotations

import streamlit as st

from cnn_core.base.errors import UserError
from pages.parts import (
    cached,
    cases_view,
    evaluate_view,
    film_view,
    generation_view,
    masks_view,
    matrix_view,
    shell,
    unready,
)
from pages.parts.words import thing

NO_DATA = (
    "This network was trained elsewhere, and has no data of its own to be tried on. "
    "Give it a photo: it says what it sees, and which part decided."
)

shell.require_app()
record = unready.ready_run(
    "evaluate",
    "grid_on",
    "Nothing to evaluate yet",
    "Train a network first. Here you will see how often it is right on pictures it never saw, and which it mixes up.",
)
run = record["run"]
if record["origin"]:
    with shell.empty("grid_on", "Nothing to count here", NO_DATA):
        if st.button("Explain a photo", type="primary", icon=":material/image_search:", key="evaluate.explain"):
            shell.go("explain", run)
    st.stop()
if record["task"] == "generation":
    unready.still_training(record)
    generation_view.evaluation(record)
    st.stop()
try:
    with st.spinner("Trying it on the test pictures …"):
        report = cached.evaluation(run)
except UserError as error:
    shell.problem(str(error))
    st.stop()

unready.still_training(record)
shell.caution(report["notice"])
if report["task"] == "segmentation" and report["n"]:
    masks_view.evaluation(run, report)
    st.stop()
evaluate_view.headline(report)
if report["n"]:
    st.space("small")
    if report["task"] == "sequences":
        film_view.one_of_them(run)
        st.space("small")
    matrix_view.matrix(run, report)
    cases_view.surest(run, report["classes"], thing(report["task"]))
    st.space("small")
    evaluate_view.by_class(report, run)
    st.space("small")
    evaluate_view.all_alike(report, run, cached.sureness(run))
