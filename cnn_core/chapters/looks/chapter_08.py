"""The weights of a layer with zeros in them, and with channels taken out: which of the two is smaller?"""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look

FILTERS, CHANNELS = 16, 24
CASES = {"as trained": 0.0, "half zero": 0.5, "90% zero": 0.9, "half of the channels": None}


def draw(choice: str, theme: str) -> Drawn:
    """A matrix of weights, a row a filter, a column an input channel."""
    from cnn_core.figures.tiles import kernel_table

    rng = np.random.default_rng(8)
    weights = rng.normal(0, np.sqrt(2 / (9 * CHANNELS)), (FILTERS, CHANNELS, 3, 3)).astype(np.float32)
    weights *= np.exp(rng.normal(0, 0.5, (FILTERS, 1, 1, 1))).astype(np.float32)  # filters differ in strength
    share = CASES[choice]
    if share is None:
        rows = np.argsort(-np.abs(weights).sum((1, 2, 3)))[: FILTERS // 2]
        weights = weights[np.sort(rows)][:, : CHANNELS // 2]
    elif share:
        weights[np.abs(weights) < np.quantile(np.abs(weights), share)] = 0
    left, whole = np.count_nonzero(weights), FILTERS * CHANNELS * 9
    multiplied = weights.size
    says = f"{left:,} of {whole:,} weights are not zero. A dense kernel multiplies {multiplied:,} at each place: " + (
        "zeros are multiplied like any number."
        if share
        else "a quarter, for both its inputs and its outputs are half as many."
        if share is None
        else "all of them."
    )
    table = kernel_table(weights, float(np.abs(weights).max()), range(len(weights)))
    return Drawn(says, pictures=(("a row a filter, a column a channel; white is zero", table),))


LOOK = Look("Zeros, or fewer channels", tuple(CASES), draw)
