"""How near drawn pictures come to real ones, from features and answers of a classifier that knows the real ones.

Both distances depend on whose features they are taken from: a number means something only beside that of other real
pictures (the floor) and of bad ones (ceilings), and only for the same classifier and the same number of pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.evaluation.basics import softmax

SURE = 0.9
EVEN_SHARE = 0.1  # of an even share of the pictures: so many count a class as covered

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Nearness:
    """fid, kid: distances, 0 for the same distribution (kid may fall a little below). covered: classes of which there
    are enough. confident: the share of pictures that the classifier is surer of than 0.9. shares: of each class said.
    """

    fid: float
    kid: float
    covered: int
    confident: float
    shares: tuple[float, ...]


def nearness(real: Floats, drawn: Floats, logits: Floats) -> Nearness:
    """From features (N, D) of real and (M, D) of drawn pictures, and the logits (M, K) of the drawn ones."""
    classes = logits.shape[1]
    counts = np.bincount(logits.argmax(1), minlength=classes)
    return Nearness(
        fid=frechet(real, drawn),
        kid=kernel_distance(real, drawn),
        covered=covered(counts),
        confident=float((softmax(logits).max(1) > SURE).mean()),
        shares=tuple(float(one) for one in counts / len(logits)),
    )


def covered(counts: NDArray[np.int64]) -> int:
    """How many classes have at least a tenth of an even share of the pictures, by how often each was said (K,)."""
    return int((counts >= max(1.0, EVEN_SHARE * counts.sum() / len(counts))).sum())


def frechet(first: Floats, second: Floats) -> float:
    """The Fréchet distance of two normal distributions with the means and covariances of (N, D) and (M, D).

    |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^1/2): the FID where the features are Inception's (Heusel and others, 2017).
    """
    mean_1, mean_2 = first.mean(0, dtype=np.float64), second.mean(0, dtype=np.float64)
    spread_1, spread_2 = _covariance(first), _covariance(second)
    root = _root(spread_1)
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ spread_2 @ root), 0, None)).sum()
    apart = float(((mean_1 - mean_2) ** 2).sum())
    return max(0.0, apart + float(np.trace(spread_1) + np.trace(spread_2)) - 2 * float(cross))


def kernel_distance(first: Floats, second: Floats) -> float:
    """The unbiased squared maximum mean discrepancy with the kernel (x y / D + 1)^3: KID (Binkowski and others, 2018).

    Features are divided by the root mean square of the first ones, for the cube has no scale of its own.
    """
    scale = float(np.sqrt((first.astype(np.float64) ** 2).mean())) or 1.0
    x, y = first / scale, second / scale
    return _mean_apart(_kernel(x, x)) + _mean_apart(_kernel(y, y)) - 2 * float(_kernel(x, y).mean())


def _kernel(x: Floats, y: Floats) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (x.astype(np.float64) @ y.T.astype(np.float64) / x.shape[1] + 1) ** 3
    return found


def _mean_apart(kernel: NDArray[np.float64]) -> float:
    """The mean of all pairs of two different ones."""
    count = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (count * (count - 1)))


def _covariance(features: Floats) -> NDArray[np.float64]:
    return np.atleast_2d(np.cov(features.astype(np.float64), rowvar=False))


def _root(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The square root of a symmetric matrix without negative eigenvalues; what rounding made negative is 0."""
    values, vectors = np.linalg.eigh(matrix)
    found: NDArray[np.float64] = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return found
