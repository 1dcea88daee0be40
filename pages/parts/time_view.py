"""How long an epoch will take, on Train: timed in a process of its own, once the settings have been still for a moment.

One at a time for the whole server, whoever asks; what was timed is remembered by the settings that decide it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.experiment import Experiment
from pages.parts import shell
from pages.parts.words import NOTHING, duration, md, plural, seconds_of

if TYPE_CHECKING:
    from cnn_core.runs.live import Live

STILL = 1.0  # seconds without a change after which it begins
REMEMBERED = 256
DECIDE = {"data", "preprocessing", "augmentation", "model"}  # and of `train`:
DECIDE_TRAIN = {"batch_size", "optimizer", "loss", "validations", "device", "precision", "threads"}


@dataclass
class Desk:
    """What was timed on this server, and what is being timed."""

    known: OrderedDict[str, dict[str, Any] | str] = field(default_factory=OrderedDict)  # figures, or a sentence
    busy: str = ""  # the settings that are being timed
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, key: str, experiment: Experiment) -> None:
        """Time these settings, unless that goes on already, or others are being timed."""
        with self.lock:
            if self.busy or key in self.known:
                return
            self.busy = key
        in_background(self._work, key, experiment)

    def _work(self, key: str, experiment: Experiment) -> None:
        found: dict[str, Any] | str = "It could not be timed."
        try:
            found = actions.estimate_apart(experiment)
        except UserError as error:
            found = str(error)
        finally:
            with self.lock:
                self.known[key], self.busy = found, ""
                while len(self.known) > REMEMBERED:
                    self.known.popitem(last=False)


def in_background(work: Callable[..., None], *args: Any) -> None:
    """Let a thread wait for the process that times."""
    threading.Thread(target=work, args=args, name="time an epoch", daemon=True).start()


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """The one desk of this server."""
    return Desk()


def key_of(experiment: Experiment) -> str:
    """The settings that decide how long a step takes."""
    return experiment.model_dump_json(include={**dict.fromkeys(DECIDE, True), "train": DECIDE_TRAIN})


def estimated(experiment: Experiment) -> float | None:
    """Seconds of an epoch, where these settings were timed."""
    found = desk().known.get(key_of(experiment))
    return float(found["seconds"]) if isinstance(found, dict) else None


def draw(experiment: Experiment | None, lacking: bool) -> None:
    """The figure *Time per epoch*; it comes by itself where the pictures are here and nothing else trains."""
    if experiment is None or lacking:
        st.metric("Time per epoch", NOTHING, help="It is timed as soon as the settings fit and the pictures are here.")
        return
    key = key_of(experiment)
    waits = key not in desk().known

    @shell.ticking(STILL if waits else None)
    def figure() -> None:
        still = st.session_state.get("train.timed") == key
        st.session_state["train.timed"] = key
        found = desk().known.get(key)
        if found is not None and waits:
            st.rerun()
        elif isinstance(found, dict):
            _known(found, experiment)
        elif found is not None:
            st.metric("Time per epoch", NOTHING, help=md(found, 300))
        else:
            trains = any(one["status"] == "running" for one in shell.all_runs())
            if still and not trains:
                desk().begin(key, experiment)
            _unknown(key, experiment, trains)

    figure()


def _known(found: dict[str, Any], experiment: Experiment) -> None:
    epochs = experiment.train.epochs
    st.metric(
        "Time per epoch",
        seconds_of(found["seconds"]),
        help=f"{plural(found['timed'], 'step')} were timed on this computer: {1000 * found['step']:.3g} ms each "
        f"({found['device']}, {found['precision']}, {plural(found['threads'], 'thread')}). "
        f"{plural(epochs, 'epoch')}: about {duration(epochs * found['seconds'])} in all, validation included.",
    )


def _unknown(key: str, experiment: Experiment, trains: bool) -> None:
    timing = desk().busy == key
    st.metric("Time per epoch", "timing …" if timing or not trains else NOTHING, help="Some steps are tried out.")
    if (
        trains
        and not timing
        and st.button(
            "Time it",
            key="train.time",
            type="tertiary",
            icon=":material/timer:",
            help="Another run trains at the moment: both will be slower for some seconds.",
        )
    ):
        desk().begin(key, experiment)
        st.rerun(scope="fragment")


def beside_the_truth(now: Live) -> str:
    """`1.2 s an epoch, 0.8 s estimated`, or what of it is known; empty where nothing is."""
    truth, estimate = now.epoch_seconds, now.record["estimated"]
    if truth is None:
        return f"{seconds_of(estimate)} an epoch estimated" if estimate else ""
    said = f"{seconds_of(truth)} an epoch"
    return f"{said}, {seconds_of(estimate)} estimated" if estimate else said
