"""Networks whose pictures have a second property beside the class, and by which of both they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.labs.asking import accuracy, answers, model, split_of

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

ASKED = {"agreeing": 1.0, "random": 0.5, "reversed": 0.0}  # share of the test pictures in which both agree


def taught(bench: Bench, name: str, data: str, drawn: Mapping[str, Any], agreement: float, train: Any) -> Run:
    """A small network that was taught a set of the shelf with this agreement.

    Args:
        name: of the run. drawn: the other options of the set. train: how, as the settings of an experiment say it.
    """
    return bench.train(
        name,
        {
            "data": {"name": data, "options": {**drawn, "agreement": agreement}},
            "model": model("small_cnn", depth=3, width=8),
            "train": train,
        },
    )


def asked(run: Run, data: str, drawn: Mapping[str, Any]) -> dict[str, float]:
    """Its test accuracy where both always agree, at random, and never: the same figures each time."""
    return {
        name: accuracy(run, split_of(data, **drawn, agreement=1.0, test_agreement=share))
        for name, share in ASKED.items()
    }


def fooled(run: Run, data: str, drawn: Mapping[str, Any], most: int) -> NDArray[np.uint8]:
    """Test pictures that it gets wrong where both never agree, at most so many: uint8 (N, H, W, C)."""
    test = split_of(data, **drawn, agreement=1.0, test_agreement=0.0)
    return test.pictures[answers(run, test.pictures) != test.targets][:most]
