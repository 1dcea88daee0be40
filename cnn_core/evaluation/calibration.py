"""Whether a classifier may be believed: calibration error of its probabilities, and the temperature that mends it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.basics import softmax
from cnn_core.evaluation.cases import answers

BINS = 15
COLDEST, HOTTEST, PRECISE = 0.01, 100.0, 1e-6  # the last of log T


def calibration_error(logits: NDArray[np.float32], targets: NDArray[np.int64], bins: int = BINS) -> float | None:
    """Expected calibration error, 0..1: how far, on average, the probability of the answer is from how often it holds.

    The pictures are put into equal bins of the probability of the class that was said; in each bin the mean
    probability is compared with the share that is right; bins count by their pictures. Guo et al., 2017.

    Args:
        logits: (N, K). targets: (N,). Without pictures None.
    """
    if not len(targets):
        return None
    said, sure = answers(logits)
    place = np.minimum((sure * bins).astype(int), bins - 1)
    surplus = np.bincount(place, sure - (said == targets), minlength=bins)
    return float(np.abs(surplus).sum() / len(targets))


def fit_temperature(logits: NDArray[np.float32], targets: NDArray[np.int64]) -> float:
    """The temperature T for which logits / T have the smallest log loss; from 0.01 to 100.

    Above 1 it makes answers less sure, below 1 surer; no answer changes. Fit it on validation pictures. The loss is
    convex in 1 / T, so the minimum is one. Guo et al., 2017.

    Args:
        logits: (N, K), finite. targets: (N,), at least one.
    """
    wide = np.asarray(logits, dtype=np.float64)
    told = wide[np.arange(len(targets)), targets].mean()
    low, high = math.log(COLDEST), math.log(HOTTEST)
    while high - low > PRECISE:
        middle = (low + high) / 2
        expected = (softmax(wide / math.exp(middle)) * wide).sum(1).mean()
        if expected > told:  # the loss grows with 1 / T: too cold
            low = middle
        else:
            high = middle
    return math.exp((low + high) / 2)
