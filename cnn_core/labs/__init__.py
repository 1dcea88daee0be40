"""Labs: claims as experiments. One file a lab: its question, what it measures with one seed, the rule of its verdict.

A lab holds nothing that a shelf should hold: networks, data, losses and methods come from theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

Verdict = Literal["confirmed", "refuted", "not at this scale"]
VERDICTS: tuple[Verdict, ...] = ("confirmed", "refuted", "not at this scale")
_CHAPTERS = {  # what each is about, and its labs in order
    1: ("Activation functions", "activation_vanishing pool_is_nonlinear dying_relu"),
    2: ("Overfitting", "overfit_and_remedies random_labels wrong_augmentation"),
    3: ("Why convolutions suit pictures", "pixel_shuffle shift_test few_pictures"),
    4: ("Receptive fields and dilation", "measured_receptive_field cue_at_a_distance segmentation_minute"),
    5: ("Resizing and normalising", "input_scaling preprocessing_skew antialias_stripes"),
    6: ("The preprocessing pipeline", "leakage planted_faults split_statistics"),
    7: ("Number and size of filters", "kernel_stacks width_sweep flatten_or_pool"),
    8: ("Less computation", "compression_bench pruning_curve separable_cost resolution_sweep distillation"),
    9: ("Imbalanced classes", "imbalance_remedies focal_gamma constant_predictor"),
    10: ("Measuring a classifier", "same_auc_other_calibration base_rate interval_width"),
    11: ("Seeing what a network sees", "known_answer randomised_weights score_or_softmax inversion_depth"),
    12: ("Residual networks", "gradient_by_depth degradation drop_a_block"),
    13: ("Generative adversarial networks", "dcgan_minute mode_collapse saturating_loss"),
    14: ("Colour and grey", "color_or_shape channel_swap grey_transfer"),
    15: ("The limits of context", "background_shortcut patch_shuffle shape_or_texture relation effective_field"),
    16: ("Sequences of pictures", "direction_of_motion film_reversed next_frame length_transfer"),
}
CHAPTERS: dict[int, tuple[str, tuple[str, ...]]] = {
    number: (about, tuple(names.split())) for number, (about, names) in _CHAPTERS.items()
}


@dataclass(frozen=True)
class Chart:
    """How the curves of a lab are drawn.

    x, y: titles of the axes. log: whether the values, y, stand on a log scale. kind: `bars` where x is a category: its
    curves are points (place, value) of one or more series, and `ticks` names the places, `ticks[0]` that of x = 0.
    """

    title: str
    x: str
    y: str
    log: bool = False
    kind: Literal["lines", "bars"] = "lines"
    ticks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What one seed gave: the numbers by name, and curves for the chart by name as points (x, y).

    pictures: what the numbers were taken from, by caption: uint8 (N, H, W, C) with 1 or 3 channels, a few dozen at
        most.
    """

    numbers: dict[str, float]
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    pictures: dict[str, NDArray[np.uint8]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lab:
    """An entry of the shelf; its docstring's first line is the claim that is settled.

    Attributes:
        title: a few words. varies: what is varied, in a sentence. rule: when it is confirmed and when not, in words;
            `judge` is the same as code, of the means over the seeds: the verdict, and why.
        numbers: what each number is. measure: one seed. next: what to try then. chart: how its curves are drawn.
        seconds: measured with the default options and seeds on two idle cores. timed: some of its numbers are times,
            so that the same seed gives nearly the same.
    """

    title: str
    varies: str
    rule: str
    numbers: Mapping[str, str]
    measure: Callable[[Any, int, Bench], Reading]
    judge: Callable[[Mapping[str, float]], tuple[Verdict, str]]
    next: str
    seconds: float
    chart: Chart | None = None
    timed: bool = False


SHELF: Shelf[Lab] = Shelf(
    "labs", "cnn_core.labs.entries", "lab", first=tuple(name for _, names in CHAPTERS.values() for name in names)
)
SEEDS = 3  # usual; one seed shows nothing of the spread


def chapter_of(name: str) -> int:
    """The chapter that a lab belongs to."""
    return next(number for number, (_, names) in CHAPTERS.items() if name in names)
