"""Where an experiment on Train may come from, and go to: a preset, a file."""

from __future__ import annotations

import streamlit as st

from cnn_core import experiment as experiments
from cnn_core.experiment import PRESETS, Experiment
from cnn_core.experiment.reading import raw_of
from pages.parts import setup, shell, uploads, world

MENU = "train.begin"  # whether the menu is open
FILE_MB = 1  # as the uploader takes it; `reading.MOST_BYTES` is the true limit, and says so in a sentence


def menu(now: setup.Setup) -> None:
    """*Begin with …*: presets, an experiment as a file, a network that is there already."""
    menu = st.popover("Begin with", icon=":material/playlist_add_check:", key=MENU, on_change="rerun", width="content")
    if not menu.open:
        return
    with menu, st.container(width=420):
        for one in PRESETS:
            st.button(
                one.title,
                key=f"train.preset.{one.name}",
                icon=":material/tune:",
                on_click=_use_preset,
                args=(one.name,),
                width="stretch",
            )
            st.caption(one.summary)
        key = f"train.file.{st.session_state.get('train.files', 0)}"
        st.file_uploader(
            "An experiment as a file",
            type="json",
            key=key,
            on_change=_uploaded,
            args=(key,),
            max_upload_size=FILE_MB,
            help="As *Save these settings* writes it, or `show RUN --json`; it fills the form, and nothing starts.",
        )
        _save(now.experiment)
        world.button("train.world")


def _use_preset(name: str) -> None:
    setup.use(experiments.preset(name))
    st.session_state[MENU] = False


def _uploaded(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    st.session_state["train.files"] = st.session_state.get("train.files", 0) + 1  # an empty uploader
    st.session_state[MENU] = False
    wanted = shell.attempt(_read, uploads.take(file), file.name)
    if wanted is not None:
        setup.use(wanted)


def _read(data: bytes, name: str) -> Experiment:
    raw = raw_of(data, name)
    inner = raw.get("experiment")  # a record, as `show RUN --json` prints it
    return experiments.resolve(inner if isinstance(inner, dict) and "run" in raw else raw)


def _save(experiment: Experiment | None) -> None:
    st.download_button(
        "Save these settings",
        experiment.model_dump_json(indent=1) if experiment else "",
        f"{experiment.data.name}-{experiment.network}.json" if experiment else "experiment.json",
        "application/json",
        key="train.save",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        disabled=experiment is None,
        help="For `train --experiment FILE.json`, for another computer, or for this page.",
    )
