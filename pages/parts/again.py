"""Training once more: with other settings after a failure, for longer, with another seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnn_core import actions, experiment
from cnn_core.base.errors import UserError
from pages.parts import cached, following, shell


def begin(settings_of: Callable[[], dict[str, Any]]) -> None:
    """Start a run with these settings and look at it; where that fails the page runs again and says why."""

    def start() -> bool:
        shell.look_at(actions.start(experiment.resolve(settings_of())))
        return True

    if not shell.attempt(start):
        st.rerun()


def settings(run: str, **train: Any) -> dict[str, Any]:
    """The settings of a run with some of `train` changed."""
    raw = cached.experiment(run).model_dump(mode="json")
    return {**raw, "train": {**raw["train"], **train}}


def demo() -> dict[str, Any]:
    """The settings of the button on the first page."""
    return experiment.demo().model_dump(mode="json")


def reads_digits(record: dict[str, Any]) -> bool:
    """Whether the first page can tell this run's story: the demo, or the demo with other settings."""
    return (record["data"], record["model"]) == ("digits", "small_cnn")


def longer_button(record: dict[str, Any], key: str) -> None:
    """*Train longer*: a new run of twice the epochs."""
    epochs = min(10_000, 2 * record["epochs_planned"])
    if st.button(
        "Train longer",
        icon=":material/add:",
        key=key,
        help=f"Starts a new run with the same settings and {epochs} epochs. This one stays as it is.",
    ):
        begin(lambda: settings(record["run"], epochs=epochs))
        shell.go("watch")


def way_out(record: dict[str, Any], key: str) -> None:
    """After a failure: the primary button that most likely helps, and the way to the settings."""
    known = _settings_can_be_read(record["run"]) and not record["origin"]
    if record["origin"] or (record["step"] and record["reason"] != "diverged"):
        following.resume_button(record, key)
    elif known:
        lower = _lower_rate(record) if record["reason"] == "diverged" else None
        label = f"Try with learning rate {lower:g}" if lower else "Try again"
        if st.button(label, type="primary", icon=":material/replay:", key=key):
            changed = {"lr": lower} if lower else {}
            begin(lambda: settings(record["run"], **changed))
            shell.go("watch")
    if known and st.button("Change settings", icon=":material/tune:", key=f"{key}.settings"):
        shell.go("train", record["run"])


def _settings_can_be_read(run: str) -> bool:
    try:
        cached.experiment(run)
    except UserError:
        return False
    return True


def _lower_rate(record: dict[str, Any]) -> float | None:
    """A rate that is surely lower: a tenth, and no higher than what suits a set of this size."""
    try:
        tried = cached.experiment(record["run"])
        usual = experiment.train_defaults(experiment.facts(tried).train_pictures)["lr"]
    except UserError:
        return None
    return min(tried.train.lr / 10, float(usual))
