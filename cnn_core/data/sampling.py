"""A sample of a data set: fewer pictures, classes of uneven size, wrong labels; the same options give the same ones.

Which pictures of a class are taken is drawn class by class, so a larger sample of the same seed holds the smaller one.
Only the training split is made uneven or noisy; the test split is never touched.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from cnn_core.base.options import Options, OptionsT, hints
from cnn_core.data.sets import DataFacts, DataSet, Split
from cnn_core.data.splits import largest_remainder

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNIT = 1_000_000  # shares of classes as whole numbers of this


class Sampled(Options):
    """Base of the options of every data set: which part of it is taught, and how faithfully."""

    train_pictures: int = Field(
        0,
        ge=0,
        le=10_000_000,
        title="Training pictures",
        description="How many are taught, drawn class by class; 0: all there are.",
        json_schema_extra=hints(advanced=True),
    )
    val_pictures: int = Field(
        0,
        ge=0,
        le=10_000_000,
        title="Validation pictures",
        description="How many validate, drawn class by class; 0: all there are. Fewer are quicker.",
        json_schema_extra=hints(advanced=True),
    )
    imbalance: Literal["none", "long_tail", "minority"] = Field(
        "none",
        title="Imbalance",
        description="Long tail: each class is rarer than the one before, by the same factor. Minority: only the last "
        "class is rare.",
        json_schema_extra=hints(advanced=True),
    )
    ratio: float = Field(
        10.0,
        ge=1,
        le=10_000,
        title="Imbalance ratio",
        description="Training pictures of the most frequent class for each one of the rarest; only with an imbalance.",
        json_schema_extra=hints(advanced=True),
    )
    label_noise: float = Field(
        0.0,
        ge=0,
        le=1,
        title="Label noise",
        description="Share of the training labels that are drawn anew among all classes, so a few stay right by luck.",
        json_schema_extra=hints(step=0.05, advanced=True),
    )
    sample_seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Sample seed",
        description="Which pictures are taken and which labels are drawn anew.",
        json_schema_extra=hints(advanced=True),
    )


def whole(options: OptionsT) -> OptionsT:
    """The same options without any sampling: those of the set that the sample is taken from."""
    usual = {name: field.default for name, field in Sampled.model_fields.items() if name in type(options).model_fields}
    return options.model_copy(update=usual)


def class_sizes(options: Sampled, facts: DataFacts) -> NDArray[np.int64] | None:
    """Training pictures by class (K,), of the whole set's facts; None where they keep the share that they have.

    They add up to `train_pictures`; where that is 0, the most frequent class has what `each` says.
    """
    if options.imbalance == "none":
        return None
    shares = _shares(options, len(facts.classes))
    if options.train_pictures:
        return largest_remainder(np.round(shares * UNIT).astype(np.int64), options.train_pictures)
    return np.maximum(1, np.floor(each(facts) * shares + 0.5)).astype(np.int64)


def _shares(options: Sampled, classes: int) -> NDArray[np.float64]:
    """What each class has for every picture of the most frequent one.

    Long tail: ratio ** (-i / (K - 1)), classes in their order. Minority: 1 / ratio for the last class, else 1.
    """
    if options.imbalance == "long_tail":
        found: NDArray[np.float64] = options.ratio ** (-np.arange(classes) / max(1, classes - 1))
        return found
    return np.where(np.arange(classes) == classes - 1, 1 / options.ratio, 1.0)


def each(facts: DataFacts) -> int:
    """Training pictures that every class has for certain: nine tenths of an even share; a test holds all sets to it."""
    return max(1, facts.splits["train"] * 9 // (10 * len(facts.classes)))


def sampled_facts(options: Any, facts: DataFacts) -> DataFacts:
    """The facts of the sample, from those of the whole set; of sizes that do not fit as if all were taken."""
    if not isinstance(options, Sampled):
        return facts
    sizes = class_sizes(options, facts)
    train, val = facts.splits["train"], facts.splits["val"]
    wanted = int(sizes.sum()) if sizes is not None else options.train_pictures or train
    taken = {"train": min(train, wanted), "val": min(val, options.val_pictures or val)}
    return replace(facts, splits={**facts.splits, **taken})


def unfit(options: Any, facts: DataFacts, name: str) -> str:
    """Why this sample cannot be taken of the set with these facts, in one sentence; empty when it can."""
    if not isinstance(options, Sampled):
        return ""
    for split, word in (("train", "training"), ("val", "validation")):
        wanted, there = getattr(options, f"{split}_pictures"), facts.splits[split]
        if wanted > there:
            return (
                f"data.{split}_pictures is {wanted}, but {name} has {there:,} {word} pictures; "
                f"choose 1 to {there}, or 0 for all."
            )
    sizes = class_sizes(options, facts)
    if sizes is not None and sizes.max() > each(facts):
        most = int(each(facts) * _shares(options, len(facts.classes)).sum())
        return (
            f"data.train_pictures is {options.train_pictures}, but with data.imbalance {options.imbalance} and "
            f"data.ratio {options.ratio:g} the most frequent class of {name} would lack pictures; "
            f"at most {most} fit, and 0 takes as many as there are."
        )
    return ""


def sample(options: Any, data: DataSet, facts: DataFacts) -> DataSet:
    """The sample of a whole set in memory; arrays that do not change are shared with it.

    Args:
        options: those of the set. data: the whole set. facts: of the whole set.
    """
    if not isinstance(options, Sampled):
        return data
    train, val = data.splits["train"], data.splits["val"]
    sizes = class_sizes(options, facts)
    if sizes is None and options.train_pictures:
        sizes = _in_proportion(train, len(data.classes), options.train_pictures)
    if sizes is not None:
        train = _take(train, _drawn(train, sizes, options.sample_seed))
    if options.val_pictures:
        kept = _in_proportion(val, len(data.classes), options.val_pictures)
        val = _take(val, _drawn(val, kept, options.sample_seed))
    if options.label_noise:
        train = replace(train, targets=_noisy(train.targets, len(data.classes), options))
    return replace(data, splits={**data.splits, "train": train, "val": val})


def _in_proportion(split: Split, classes: int, total: int) -> NDArray[np.int64]:
    return largest_remainder(np.bincount(split.targets, minlength=classes).astype(np.int64), total)


def _drawn(split: Split, sizes: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Positions of so many pictures of each class, in the order of the split."""
    rng = np.random.default_rng(seed)
    queues = [rng.permutation(np.flatnonzero(split.targets == label)) for label in range(len(sizes))]
    return np.sort(np.concatenate([queue[:size] for queue, size in zip(queues, sizes, strict=True)]))


def _take(split: Split, at: NDArray[np.int64]) -> Split:
    masks = None if split.masks is None else split.masks[at]
    return replace(split, pictures=split.pictures[at], targets=split.targets[at], masks=masks)


def _noisy(targets: NDArray[np.int64], classes: int, options: Sampled) -> NDArray[np.int64]:
    """Exactly this share of the labels drawn anew, each class as likely."""
    rng = np.random.default_rng([options.sample_seed, 1])
    at = rng.permutation(len(targets))[: round(options.label_noise * len(targets))]
    noisy = targets.copy()
    noisy[at] = rng.integers(0, classes, len(at))
    return noisy
