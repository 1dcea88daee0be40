"""Questions that several labs ask of a trained run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.data.sets import Split
from cnn_core.experiment import Choice, load_data
from cnn_core.runs.loaded import Run


def split_of(data: str, split: str = "test", **options: Any) -> Split:
    """A split of a data set of the shelf with these options, the rest by default."""
    DATASETS.known(data)
    return load_data(Choice(name=data, options=options)).splits[split]


def answers(run: Run, pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The class (N,) that the network of a run gives to each of uint8 (N, H, W, C), by its best epoch."""
    return run.network().predict(pictures).argmax(1)


def accuracy(run: Run, split: Split, pictures: NDArray[np.uint8] | None = None) -> float:
    """The share of a split that the network of a run gets right; `pictures`: as changed ones instead of the split's."""
    said = answers(run, split.pictures if pictures is None else pictures)
    return float((said == split.targets).mean())


def model(name: str, **options: Any) -> Mapping[str, Any]:
    """A network as the settings of an experiment name it."""
    return {"name": name, "options": options}
