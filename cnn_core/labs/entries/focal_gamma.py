"""The larger gamma of the focal loss is, the more of the loss comes from hard pictures; it balances no classes.

Gamma 0 is cross-entropy. What the loss is made of is measured on the test pictures: the share that comes from the tenth
of them that is hardest. It rises with gamma by construction; that this finds rare classes does not follow, for hard and
rare are two things: that is what the weights by class are for. The probabilities become less extreme, so a network that
was too sure may be better calibrated and one that was not becomes too timid. Lin and others, 2017; Mukhoti and others,
2020 (calibration).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

GAMMAS = (0, 1, 2, 5)
RARE, HARDEST = 3, 0.1
MORE, BALANCED = 0.05, 0.15  # share of the loss; recall of the rare, of which class weights bring more than twice that
KINDS = {
    "hard_share": "Share of the loss from the hardest tenth of the test pictures",
    "minority_recall": "Mean recall of the three rarest classes",
    "calibration_error": "Expected calibration error",
}


class FocalGammaOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Digits have too few pictures for the usual tail: choose 300 of them."
    )
    ratio: float = Field(
        100.0, ge=1, le=1000, title="Ratio", description="Of the most frequent class for each one of the rarest."
    )
    pictures: int = Field(1240, ge=100, le=20_000, title="Training pictures", description="On a long tail.")
    epochs: int = Field(4, ge=1, le=60, title="Epochs", description="Of each training.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of two convolutions.")


def measure(options: FocalGammaOptions, seed: int, bench: Bench) -> Reading:
    """One training for each gamma."""
    from cnn_core.labs.uneven import figures, settings, uneven

    data = uneven(options.data, "long_tail", options.pictures, options.ratio)
    numbers = {}
    for gamma in GAMMAS:
        loss = {"name": "focal", "options": {"gamma": gamma}}
        answers = bench.train(f"gamma {gamma}", settings(data, options.epochs, options.width, loss=loss))
        found = answers.predictions("test")
        read = figures(found.logits, found.targets, RARE)
        numbers[f"hard_share_{gamma}"] = hard_share(found.logits, found.targets, gamma)
        numbers |= {f"{kind}_{gamma}": read[kind] for kind in ("minority_recall", "calibration_error")}
    curves = {
        words: [(float(gamma), numbers[f"{kind}_{gamma}"]) for gamma in GAMMAS]
        for kind, words in (("hard_share", "loss of the hardest tenth"), ("minority_recall", "rare classes found"))
    }
    return Reading(numbers, curves)


def hard_share(logits: NDArray[np.float32], targets: NDArray[np.int64], gamma: float) -> float:
    """The share of the focal loss that comes from the tenth of the pictures with the largest loss."""
    import torch

    from cnn_core.optimization.losses.focal import focal_of_each

    each = focal_of_each(torch.tensor(logits, dtype=torch.float64), torch.tensor(targets), gamma)
    hardest = each.sort(descending=True).values[: max(1, round(HARDEST * len(each)))]
    return float(hardest.sum() / each.sum())


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    harder = numbers["hard_share_2"] - numbers["hard_share_0"]
    found = max(numbers[f"minority_recall_{gamma}"] for gamma in GAMMAS[1:]) - numbers["minority_recall_0"]
    said = (
        f"the hardest tenth makes up {numbers['hard_share_0']:.0%} of the loss at gamma 0, "
        f"{numbers['hard_share_2']:.0%} at 2 and {numbers['hard_share_5']:.0%} at 5; the rare classes are found "
        f"{numbers['minority_recall_0']:.0%}, {numbers['minority_recall_2']:.0%} and "
        f"{numbers['minority_recall_5']:.0%} of the time"
    )
    if harder <= 0 or found >= BALANCED:
        return "refuted", f"Gamma does something else here: {said}."
    if harder >= MORE:
        return "confirmed", f"Hard pictures count more, rare ones are hardly found more often: {said}."
    return "not at this scale", f"The difference is too small to tell: {said}."


ENTRY: Entry[Lab] = Entry(
    options=FocalGammaOptions,
    build=Lab(
        title="What gamma does",
        varies="Gamma of the focal loss, from 0 (cross-entropy) to 5, on a long tail of classes.",
        rule=f"Confirmed when the hardest tenth of the test pictures makes up at least {100 * MORE:.0f} points more of "
        f"the loss at gamma 2 than at 0, while no gamma raises the recall of the rare classes by {100 * BALANCED:.0f} "
        "points; refuted when it does raise it, or when the hardest do not count more.",
        numbers={f"{kind}_{gamma}": f"{words}, gamma {gamma}." for kind, words in KINDS.items() for gamma in GAMMAS},
        measure=measure,
        judge=judge,
        next="Choose focal loss with balanced class weights on Train: now the rare classes are found.",
        seconds=15,
        chart=Chart("Hard pictures and rare classes", "gamma", "share"),
    ),
    tiny={"data": "digits", "pictures": 100, "ratio": 10.0, "epochs": 1, "width": 2},
)
