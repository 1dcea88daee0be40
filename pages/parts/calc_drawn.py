"""What the page draws of each calculator, beside and below its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from cnn_core.calculators import Worked
from cnn_core.calculators.entries import activation, focal_loss, metrics, normalizing, resizing, stack
from cnn_core.calculators.filters import filter_values, slide
from cnn_core.evaluation.scores import by_threshold, score_report
from cnn_core.figures.functions import function_chart
from cnn_core.figures.histogram import histogram_chart
from cnn_core.figures.matrix import matrix_chart
from cnn_core.figures.overlay import framed
from cnn_core.figures.taps import grid_picture
from cnn_core.models import reach
from cnn_core.preprocessing.geometry import STRATEGIES, fitting
from pages.parts import shell
from pages.parts.calc_kernel import kernel
from pages.parts.calc_picture import Shown, tile
from pages.parts.words import percent

LARGEST = 7  # of a filter whose products can be read
IN_CHARTS = ("metrics",)  # their tables are drawn
PICTURED = ("convolution", "stack")  # they draw on a picture, though they calculate without one


def draw(name: str, options: Any, found: Worked, picture: Shown | None) -> None:
    """Draw what there is to see; nothing where the numbers are all."""
    if name in _DRAWN:
        _DRAWN[name](options, found, picture)


def _convolution(options: Any, found: Worked, picture: Shown) -> None:
    st.subheader("One filter over real pixels", anchor=False)
    small = tile(picture.pixels)
    weights = filter_values(options.shown, options.kernel)
    made = slide(small, weights, options.stride, min(options.padding, 8), options.dilation)
    if made is None or options.kernel > LARGEST:
        st.caption(f"Shown for filters of up to {LARGEST} pixels that fit into a picture of {len(small)}.")
        return
    kernel(made, f"{picture.name}, {len(small)} by {len(small)} grey pixels", shell.dark(), "calculators.kernel")
    if made.padding < options.padding:
        st.caption(f"Drawn with a padding of {made.padding}.")


def _stack(options: Any, found: Worked, picture: Shown) -> None:
    kernels, strides, dilations = stack.layers(options)
    counts = reach.paths(kernels, strides, dilations)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Its taps", anchor=False)
        taps = np.minimum(np.outer(counts.astype(float), counts.astype(float)), 2.0**62).astype(np.int64)
        if len(counts) > 480:
            taps = taps[:: len(counts) // 240, :: len(counts) // 240]
        st.image(
            grid_picture(taps, shell.theme()),
            caption="Each cell is a pixel; the stronger, the more paths."
            + (" Orange: holes." if (counts == 0).any() else ""),
        )
    with right:
        st.subheader("On a picture", anchor=False)
        side = min(options.side, 1024)
        small = resizing.resized(resizing.ResizingOptions(size=side), picture.pixels, "crop")
        start = (side - len(counts)) / 2
        window = (start, start, start + len(counts), start + len(counts))
        words = f"{picture.name}, {side} × {side} pixels; inside the frame is what the place in the middle sees."
        st.image(framed(small, window, 480), caption=words)


def _activation(options: Any, found: Worked, picture: None) -> None:
    x = np.linspace(-6, 6, 481)
    values, slopes = activation.curve(options, x)
    marked = options.x if -6 <= options.x <= 6 else None
    chart = function_chart(x, {"value": values, "slope": slopes}, marked, "x", shell.theme())
    words = f"{options.function} and its slope from -6 to 6."
    st.altair_chart(chart, key="calculators.activation", theme=None, alt=words)
    st.caption("Move over the curves to read them. The rings are at your x.")


def _focal(options: Any, found: Worked, picture: None) -> None:
    p = np.linspace(0.005, 0.995, 199)
    plain, focal = focal_loss.losses(p, options.gamma)
    chart = function_chart(
        p, {"cross-entropy": plain, "focal": focal}, options.p, "probability of the true class", shell.theme()
    )
    st.altair_chart(chart, key="calculators.focal", theme=None, alt="Both losses by the probability of the true class.")


def _transposed(options: Any, found: Worked, picture: None) -> None:
    side = min(options.side, 12)
    counts = reach.overlaps(options.kernel, options.stride, side)
    kept = counts[options.padding : len(counts) - options.padding] if options.padding else counts
    if not len(kept):
        return
    st.subheader("Contributions to each output", anchor=False)
    st.image(
        grid_picture(np.outer(kept, kept), shell.theme(), 420),
        caption=f"Of {side} × {side} inputs; the stronger, the more contributions.",
    )


def _resizing(options: Any, found: Worked, picture: Shown) -> None:
    width, height = resizing.measured(options, picture.pixels)
    columns = st.columns(4, gap="medium")
    own = picture.pixels.shape[1], picture.pixels.shape[0]
    with columns[0]:
        st.image(picture.pixels, caption=f"As it is, {own[0]} × {own[1]}", width="stretch")
        if (width, height) != own:
            st.caption("The pictures are of this one; the numbers are of the size that you gave.")
    for column, name in zip(columns[1:], STRATEGIES, strict=True):
        lost = fitting(name, *own, options.size)
        said = {
            "crop": f"{percent(1 - lost.kept)} cut away",
            "pad": f"{percent(lost.padded)} filled up",
            "stretch": f"distorted {lost.distortion:.2f} times",
        }[name]
        with column:
            st.image(
                resizing.resized(options, picture.pixels, name), caption=f"{name.capitalize()}: {said}", width="stretch"
            )


def _normalizing(options: Any, found: Worked, picture: Shown) -> None:
    way = normalizing.chosen(options)
    left, right = st.columns(2, gap="large")
    parts = (
        (left, "Before", picture.pixels.astype(np.float64), "RGB", "pixels as stored"),
        (right, f"After {way.formula}", way(picture.pixels), "BGR" if way.bgr else "RGB", "what the network would get"),
    )
    for column, title, values, order, words in parts:
        with column:
            st.markdown(f"**{title}**")
            chart = histogram_chart(values, order, words, shell.theme())
            st.altair_chart(chart, key=f"calculators.{words}", theme=None, alt=f"How often each value occurs: {words}.")


def _metrics(options: Any, found: Worked, picture: None) -> None:
    labels, scores = metrics.given(options)
    matrix = score_report(labels, scores, options.threshold)["matrix"]
    left, right = st.columns(2, gap="large")
    with left, st.container(width=330):
        chart = matrix_chart(matrix, ["no", "yes"], (1, 1), shell.theme()).properties(height=240)
        st.altair_chart(chart, key="calculators.matrix", theme=None, alt="The confusion matrix at the threshold.")
    cuts = np.linspace(0, 1, 201)
    lines = by_threshold(labels, scores, cuts)
    with right:
        chart = function_chart(cuts, lines, options.threshold, "threshold", shell.theme(), 260)
        st.altair_chart(chart, key="calculators.thresholds", theme=None, alt="Precision, recall and F1 by threshold.")


_DRAWN: dict[str, Callable[[Any, Worked, Any], None]] = {
    "convolution": _convolution,
    "stack": _stack,
    "activation": _activation,
    "focal_loss": _focal,
    "transposed": _transposed,
    "resizing": _resizing,
    "normalizing": _normalizing,
    "metrics": _metrics,
}
