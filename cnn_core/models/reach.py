"""Which pixels a stack of layers can see: paths to each of them, the share that is seen, holes, taps on padding.

Arithmetic on whole numbers, without torch; how far networks of any wiring see is `anatomy`'s matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]


def field_side(kernels: Sequence[int], strides: Sequence[int], dilations: Sequence[int]) -> int:
    """Side of the square that one output sees, in pixels: it grows by (kernel - 1) x dilation x jump at each layer.

    The jump is the product of the strides before. Araujo, Norris and Sim, 2019.
    """
    side, jump = 1, 1
    for kernel, stride, dilation in zip(kernels, strides, dilations, strict=True):
        side += (kernel - 1) * dilation * jump
        jump *= stride
    return side


def paths(kernels: Sequence[int], strides: Sequence[int], dilations: Sequence[int]) -> Counts:
    """On how many ways each pixel along one side of the field reaches one output, int64 (side,); 0 is a hole.

    In the plane, where filters are square, the counts of rows and columns multiply.
    """
    counts = np.ones(1, np.int64)
    for kernel, stride, dilation in reversed(list(zip(kernels, strides, dilations, strict=True))):
        apart = np.zeros((len(counts) - 1) * stride + 1, np.int64)
        apart[::stride] = counts
        taps = np.zeros((kernel - 1) * dilation + 1, np.int64)
        taps[::dilation] = 1
        counts = np.convolve(apart, taps)
    return counts


def share_seen(counts: Counts) -> float:
    """The share of the square field that reaches the output, 0..1: 49 of 169 pixels for three layers with rate 2."""
    return (np.count_nonzero(counts) / len(counts)) ** 2


def largest_hole(kernel: int, rates: Sequence[int]) -> int:
    """M_2 of the rule against gridding: the largest distance between two taps that the layers from the second on leave.

    M_n = r_n; M_i = max(M_(i+1) - 2 r_i, M_(i+1) - 2 (M_(i+1) - r_i), r_i). It must be at most the kernel. Wang et al.,
    2018 (Understanding Convolution for Semantic Segmentation). For stride 1 and one kernel for all layers.
    """
    hole = rates[-1]
    for rate in reversed(rates[1:-1]):
        hole = max(hole - 2 * rate, hole - 2 * (hole - rate), rate)
    return hole


def common_factor(rates: Sequence[int]) -> int:
    """The largest number that divides all rates; above 1 the taps of all layers lie on one grid with holes."""
    return gcd(*rates)


def taps_inside(kernel: int, rate: int, side: int) -> float:
    """The share of a dilated filter's taps that fall on the map and not on padding, 0..1, over all its places.

    Square map of `side` cells, zero padding that keeps the size, odd kernel.
    """
    offsets = (np.arange(kernel) - kernel // 2) * rate
    places = np.arange(side)[:, None] + offsets
    return float(((places >= 0) & (places < side)).mean() ** 2)


def overlaps(kernel: int, stride: int, inputs: int = 8) -> Counts:
    """How often a transposed convolution adds to each output along one side, int64 ((inputs - 1) * stride + kernel,).

    Away from the borders the counts repeat every `stride` outputs; unequal ones are the checkerboard. Odena, Dumoulin
    and Olah, 2016.
    """
    places = (np.arange(inputs)[:, None] * stride + np.arange(kernel)).ravel()
    return np.bincount(places)


def overlap_cycle(kernel: int, stride: int) -> list[int]:
    """The counts of `overlaps` away from the borders, one cycle of `stride` outputs, from the smallest on."""
    inputs = 2 * -(-kernel // stride) + 2
    counts = overlaps(kernel, stride, inputs)
    middle = counts[len(counts) // 2 :][:stride].tolist()
    first = min(range(stride), key=lambda at: middle[at:] + middle[:at])
    return middle[first:] + middle[:first]
