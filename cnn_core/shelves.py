"""All shelves by name: for `list`, the documentation and the contract tests."""

from __future__ import annotations

from typing import Any

from cnn_core.attribution.methods import SHELF as METHODS
from cnn_core.augmentation.entries import SHELF as AUGMENTATIONS
from cnn_core.base.shelf import Shelf
from cnn_core.calculators import SHELF as CALCULATORS
from cnn_core.compression.methods import SHELF as COMPRESSIONS
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.labs import SHELF as LABS
from cnn_core.models.films import SHELF as FILMS
from cnn_core.models.generators import SHELF as GENERATORS
from cnn_core.models.segmenters import SHELF as SEGMENTERS
from cnn_core.models.zoo import SHELF as MODELS
from cnn_core.optimization.adversarial import SHELF as ADVERSARIAL
from cnn_core.optimization.losses import SHELF as LOSSES
from cnn_core.optimization.optimizers import SHELF as OPTIMIZERS
from cnn_core.optimization.samplers import SHELF as SAMPLERS
from cnn_core.optimization.schedules import SHELF as SCHEDULES
from cnn_core.preprocessing.steps import SHELF as STEPS

SHELVES: tuple[Shelf[Any], ...] = (
    DATASETS,
    MODELS,
    SEGMENTERS,
    GENERATORS,
    FILMS,
    OPTIMIZERS,
    SCHEDULES,
    LOSSES,
    SAMPLERS,
    ADVERSARIAL,
    AUGMENTATIONS,
    STEPS,
    METHODS,
    COMPRESSIONS,
    LABS,
    CALCULATORS,
)
