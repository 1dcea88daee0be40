"""Verbs that ask a trained network: evaluate, predict, explain.

`notice` in their answers says why not the best epoch answers; empty when it does.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.actions.drawing import drawn
from cnn_core.actions.running import Folder
from cnn_core.attribution.contrast import Contrast
from cnn_core.attribution.contrast import contrast as contrast_of
from cnn_core.attribution.explain import Explanation
from cnn_core.attribution.explain import explain as explain_network
from cnn_core.base.errors import UserError, shorten
from cnn_core.base.settings import runs_folder
from cnn_core.data.sets import SPLITS
from cnn_core.evaluation import report, softmax
from cnn_core.evaluation.segmentation import segmentation_report
from cnn_core.experiment import GENERATION, Experiment, load_data, trained
from cnn_core.figures import overlay as overlays
from cnn_core.network import Network, Pictured
from cnn_core.pictures.drawing import read_drawing
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import find_run

Asked = str | Path | Run


def load_run(id_or_path: str | Path, runs: Folder = None) -> Run:
    """A run by id, unambiguous beginning of one, or folder.

    Raises:
        UserError: no such run. Failed: its files are damaged.
    """
    text = str(id_or_path)
    if isinstance(id_or_path, Path):
        text = str(id_or_path.absolute())
    return Run(find_run(text, runs_folder(runs)))


def loaded(run: Asked, runs: Folder) -> Run:
    """A run as it is, or loaded by its name."""
    return run if isinstance(run, Run) else load_run(run, runs)


def _answering(run: Asked, runs: Folder) -> Run:
    """A run whose network has classes to answer with."""
    asked = loaded(run, runs)
    if asked.experiment.task == GENERATION:
        raise UserError(f"{asked.id} draws pictures and has no classes; sample and evaluate look at what it draws.")
    return asked


def evaluate(run: Asked, split: str = "test", runs: Folder = None) -> dict[str, Any]:
    """The figures of a split, counted from the logits of the best epoch; see `evaluation.report`.

    Of a segmentation those of its pixels; see `evaluation.segmentation.segmentation_report`. Of what draws, how near
    its pictures come to training pictures, whatever the split; see `actions.generation_report`.
    """
    asked = loaded(run, runs)
    if asked.experiment.task == GENERATION:
        from cnn_core.actions.generating import generation_report  # noqa: PLC0415 - it asks as this file does

        return {"run": asked.id, "task": GENERATION, "split": "train", **generation_report(asked)}
    stored = asked.predictions(split)
    count = segmentation_report if stored.logits.ndim > 2 else report
    found = count(stored.logits, stored.targets, asked.classes)
    return {"run": asked.id, "task": asked.experiment.task, "split": split, **found, "notice": asked.notice}


def predict(run: Asked, pictures: Sequence[Pictured], top: int = 5, runs: Folder = None) -> dict[str, Any]:
    """The `top` likeliest classes of each picture; one bad picture never spoils the others."""
    if top < 1:
        raise UserError(f"top is {top}, but must be a whole number at least 1.")
    asked = _answering(run, runs)
    network = asked.network()
    return {"results": [_answer(asked, network, picture, top) for picture in pictures], "notice": asked.notice}


def _answer(run: Run, network: Network, picture: Pictured, top: int) -> dict[str, Any]:
    name = str(picture) if isinstance(picture, str | Path) else ""
    try:
        logits = network.logits(network.preprocess(named(run, picture))).numpy()
    except UserError as error:
        return {"image": name, "error": str(error)}
    chances = softmax(logits)[0]
    best = np.argsort(-chances, kind="stable")[:top]
    return {"image": name, "top": [{"class": network.classes[i], "probability": float(chances[i])} for i in best]}


def explain(
    run: Asked,
    picture: Pictured,
    method: str = "grad_cam",
    layer: str | None = None,
    target: str | int | None = None,
    runs: Folder = None,
) -> Explanation:
    """Why the network of a run says a class for a picture; see `attribution.explain`."""
    asked = _answering(run, runs)
    found = explain_network(asked.network(), named(asked, picture), method, layer=layer, target=target)
    return replace(found, notice=asked.notice)


def contrast(
    run: Asked,
    picture: Pictured,
    against: str | int,
    method: str = "grad_cam",
    layer: str | None = None,
    target: str | int | None = None,
    runs: Folder = None,
) -> Contrast:
    """Why the network of a run says a class and not another one (`against`); see `attribution.contrast`."""
    asked = loaded(run, runs)
    first = explain(asked, picture, method, layer, target)
    return contrast_of(first, explain(asked, picture, method, first.layer, against))


def npy(found: Explanation | Contrast) -> bytes:
    """The map as a .npy file: float32 (H, W) in pixels of the network's input, true scale; of two, (2, H, W)."""
    if isinstance(found, Contrast):
        return overlays.npy(np.stack([found.first.heat, found.second.heat]))
    return overlays.npy(found.heat)


def overlay_png(found: Explanation | Contrast, opacity: float = 0.5) -> bytes:
    """What the network saw with the heat over it, as a PNG file; of two classes side by side, on one scale."""
    if isinstance(found, Contrast):
        both = (found.first, found.second)
        return overlays.png(
            overlays.beside([overlays.overlay(one.saw, one.heat, opacity, most=found.most) for one in both])
        )
    return overlays.png(overlays.overlay(found.saw, found.heat, opacity))


def named(run: Run, picture: Pictured) -> Pictured:
    """A picture as it is, or what a text names as pages do in the address: `test-12`, `drawn-…`; a file goes before.

    Raises:
        UserError: there is no such picture, or the drawing is damaged.
    """
    if not isinstance(picture, str) or os.path.exists(picture):  # noqa: PTH110 - of any text, however long or strange
        return picture
    kind, _, rest = picture.partition("-")
    if kind == "drawn":
        return drawn(run, read_drawing(rest))
    if kind in SPLITS and rest.isascii() and rest.isdigit() and len(rest) < 10:
        return pictures(run, kind, [int(rest)])[0][0]
    return picture


def pictures(of: Run | Experiment, split: str, indices: Sequence[int]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pictures of a split as stored, uint8 (n, H, W, C), and their targets (n,).

    Raises:
        UserError: no such split or picture.
    """
    experiment = of.experiment if isinstance(of, Run) else of
    if split not in SPLITS:
        raise UserError(f'split is "{shorten(split)}", but must be one of {", ".join(SPLITS)}.')
    part = load_data(trained(experiment, "it has no pictures to show").data).splits[split]
    count = len(part.targets)
    for index in indices:
        if not 0 <= index < count:
            raise UserError(f"index is {shorten(index)}, but the {split} split has pictures 0 to {count - 1}.")
    chosen = np.asarray(indices, dtype=np.int64)
    return part.pictures[chosen], part.targets[chosen]
