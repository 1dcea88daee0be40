"""Focal loss against cross-entropy: how much less a picture counts that is known already.

Cross-entropy is -ln p of the true class; focal loss multiplies it by (1 - p) to the power of gamma. Alpha multiplies
every picture of a class: the same alpha for all classes balances nothing. Detectors start the last bias at -ln((1 -
prior) / prior), so that at first everything is background. The losses are those that train. Lin and others, 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Worked
from cnn_core.optimization.losses import SHELF as LOSSES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARES = (0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


class FocalLossOptions(Options):
    p: float = Field(0.9, gt=0, lt=1, title="p", description="The probability that the network gives the true class.")
    gamma: float = Field(2.0, ge=0, le=10, title="Gamma", description="0 is plain cross-entropy; 2 is common.")
    alpha: float = Field(0.25, gt=0, le=1, title="Alpha", description="The weight of the true class.")
    prior: float = Field(0.01, gt=0, lt=1, title="Prior", description="Share of foreground, for the first bias.")


def losses(p: Floats, gamma: float) -> tuple[Floats, Floats]:
    """Cross-entropy and focal loss at each probability of the true class, float64 (N,)."""
    import numpy as np
    import torch

    logits = torch.from_numpy(np.stack([np.log(p), np.log1p(-p)], axis=1))
    true = torch.zeros(1, dtype=torch.int64)
    focal, plain = LOSSES.load("focal"), LOSSES.load("cross_entropy")
    asked = ((plain.build, plain.options()), (focal.build, focal.options.model_validate({"gamma": gamma})))
    found = [[float(build(options, one[None], true)) for one in logits] for build, options in asked]
    return np.array(found[0]), np.array(found[1])


def calculate(options: FocalLossOptions) -> Worked:
    """Both losses at one probability, and at some others."""
    import numpy as np

    plain, focal = (float(one[0]) for one in losses(np.array([options.p]), options.gamma))
    doubt = f"(1 − {options.p:g}) ^ {options.gamma:g}"
    less = plain / focal if focal else None
    steps = (
        Step("cross_entropy", "Cross-entropy", plain, f"−ln({options.p:g})"),
        Step("focal", "Focal loss", focal, f"{doubt} × −ln({options.p:g})"),
        Step("times_less", "Times less", less, f"1 / {doubt}"),
        Step("focal_alpha", "Focal loss with alpha", options.alpha * focal, f"{options.alpha:g} × {focal:.6g}"),
        Step(
            "bias",
            "First bias for this prior",
            -float(np.log(1 / options.prior - 1)),
            f"−ln(1 / {options.prior:g} − 1)",
        ),
    )
    both = losses(np.array(SHARES), options.gamma)
    rows = tuple((p, float(one), float(other), float(one / other)) for p, one, other in zip(SHARES, *both, strict=True))
    return Worked(steps, (Table("At other probabilities", ("p", "cross-entropy", "focal", "times less"), rows),))


ENTRY: Entry[Calculator] = Entry(options=FocalLossOptions, build=Calculator("Focal loss", (9,), calculate))
