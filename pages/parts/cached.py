"""What pages remember between reruns: loaded runs, pictures, reports; each key changes with its content.

All of it is bounded: two networks, bytes where there are pictures (`server.maxCacheDataSize` bounds their sum). What
comes of a visitor's own photo is remembered for that visitor alone, and goes when the visitor goes.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnn_core import actions
from cnn_core.base.settings import runs_folder
from cnn_core.evaluation import cases
from cnn_core.experiment import Settings, classes_of, data_facts, trained
from cnn_core.figures.films import laid
from cnn_core.figures.sheet import Sheet, sheet
from cnn_core.runs.run import run_by_id

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run

F = TypeVar("F", bound=Callable[..., Any])


# torch first: scipy, which scikit-learn imports, breaks on a torch that another thread has imported by half.
WARM = ("torch", "sklearn.datasets", "altair", "captum.attr", "cnn_core.actions.asking", "cnn_core.actions.planning")


@st.cache_resource(show_spinner=False)
def warm() -> threading.Thread:
    """Import what is slow once, in the background, when the server's first visitor comes (torch: seconds)."""

    def load() -> None:
        for name in WARM:
            import_module(name)
        sys.modules["torch"].set_num_threads(1)  # a heat map must not take the cores of a training
        gc.collect()
        gc.freeze()  # Streamlit collects after every run of a page: what was imported need not be searched each time

    thread = threading.Thread(target=load, name="warm", daemon=True)
    thread.start()
    return thread


def of_pictures(function: F) -> tuple[F, F]:
    """A function of a picture that remembers: one for everybody, and one for each visitor alone, for photos."""
    for_all = st.cache_data(max_size="32MB", show_spinner=False)(function)
    for_one = st.cache_data(max_size="8MB", scope="session", show_spinner=False)(function)
    return for_all, for_one


def loaded(run: str) -> Run:
    """The run with its network, shared by all visitors; a retrained one is a new entry.

    Pages that need its predictions only take `actions.load_run`, and leave the two places to networks that are asked.

    Raises:
        UserError: no such run, or it cannot be read.
    """
    fresh = actions.load_run(run)
    return _loaded(run, fresh.checkpoint_sha256, fresh)


@st.cache_resource(max_entries=2, show_spinner=False)
def _loaded(run: str, weights: str, _fresh: Run) -> Run:
    return _fresh


def pictures(run: str, split: str, indices: Sequence[int]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures of a split as stored, uint8 (n, H, W, C), and their targets (n,)."""
    return _pictures(run, split, tuple(indices))


@st.cache_data(max_size="16MB", show_spinner=False)
def _pictures(run: str, split: str, indices: tuple[int, ...]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return actions.pictures(experiment(run), split, indices)


@st.cache_data(max_size="64MB", show_spinner=False)
def picture_sheet(
    run: str, split: str, indices: tuple[int, ...], most: int | None = None
) -> tuple[Sheet, tuple[int, ...]]:
    """Pictures of a split as one sheet for the gallery (sides at most `most` pixels), and their targets.

    Of a film all frames, in a few rows.
    """
    stack, targets = actions.pictures(experiment(run), split, indices)
    return sheet(laid(stack, frames(run)), most), tuple(int(one) for one in targets)


def evaluation(run: str, split: str = "test") -> dict[str, Any]:
    """The report on a split, counted once for each set of weights."""
    asked = actions.load_run(run)
    return _evaluation(run, asked.checkpoint_sha256, split, asked)


@st.cache_data(max_entries=32, show_spinner=False)
def _evaluation(run: str, weights: str, split: str, _run: Run) -> dict[str, Any]:
    return actions.evaluate(_run, split)


def hard_cases(run: str, narrow: int = 12, split: str = "test") -> tuple[list[cases.Case], list[cases.Case]]:
    """The mistakes, the surest first, and what was right but only just."""
    asked = actions.load_run(run)
    return _hard_cases(run, asked.checkpoint_sha256, narrow, split, asked)


@st.cache_resource(max_entries=16, show_spinner=False)
def _hard_cases(
    run: str, weights: str, narrow: int, split: str, _run: Run
) -> tuple[list[cases.Case], list[cases.Case]]:
    found = _run.predictions(split)
    return cases.mistakes(found.logits, found.targets), cases.only_just(found.logits, found.targets, narrow)


def sureness(run: str, split: str = "test") -> tuple[list[float] | None, list[float] | None]:
    """How sure it was when right and when wrong: shares by tenths of the probability."""
    asked = actions.load_run(run)
    return _sureness(run, asked.checkpoint_sha256, split, asked)


@st.cache_data(max_entries=32, show_spinner=False)
def _sureness(run: str, weights: str, split: str, _run: Run) -> tuple[list[float] | None, list[float] | None]:
    found = _run.predictions(split)
    return cases.sureness(found.logits, found.targets)


@st.cache_resource(max_entries=64, show_spinner=False)
def experiment(run: str) -> Settings:
    """The settings of a run, read without torch.

    Raises:
        UserError: no such run, or its settings are damaged.
    """
    return run_by_id(run, runs_folder()).experiment()


@st.cache_resource(max_entries=64, show_spinner=False)
def classes(run: str) -> tuple[str, ...]:
    """Names of the run's classes, known without torch."""
    return classes_of(experiment(run))


@st.cache_resource(max_entries=64, show_spinner=False)
def truths(run: str) -> tuple[str, ...]:
    """Names of the classes of its data, in the order of the targets that are stored with the pictures."""
    data = experiment(run).data
    return classes(run) if data is None else data_facts(data).classes


def frames(run: str) -> int:
    """Of how many frames the films of a run's data are; 1 where they are pictures, or there is no data."""
    data = experiment(run).data
    return 1 if data is None else data_facts(data).frames


def counts(run: str) -> dict[str, int]:
    """How many pictures each split of the run's data has; empty where its network was trained elsewhere."""
    data = experiment(run).data
    return {} if data is None else data_facts(data).splits


def validation_pictures(run: str) -> int:
    """How many pictures the validation split of the run's data has.

    Raises:
        UserError: it has no data of its own.
    """
    return data_facts(trained(experiment(run), "there is no wall of pictures").data).splits["val"]
