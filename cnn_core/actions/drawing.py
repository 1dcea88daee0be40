"""Verbs for what somebody draws: the paper of a run, and a drawing as a picture for its network. No torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnn_core.experiment import Experiment, Pretrained, Settings, data_facts
from cnn_core.pictures.drawing import Drawing
from cnn_core.pictures.framing import PLAIN, Paper, on_paper

if TYPE_CHECKING:
    from cnn_core.runs.loaded import Run


def paper(of: Run | Settings) -> Paper:
    """What a drawing for a run, or for an experiment, is like: a fact of the data that its network learned from."""
    settings = _settings(of)
    if isinstance(settings, Pretrained):
        return PLAIN
    return data_facts(settings.data).paper or PLAIN


def drawn(of: Run | Settings, drawing: Drawing) -> NDArray[np.uint8]:
    """A drawing as a picture to `predict`, `explain` or look into: uint8 (H, W).

    For networks that learned drawn digits it is scaled and centred as those were, at their size; else as it was drawn.
    """
    settings = _settings(of)
    sheet = paper(settings)
    shape = (1, 1, 1) if isinstance(settings, Pretrained) else data_facts(settings.data).shape
    return on_paper(drawing, sheet, shape[1], shape[2])


def _settings(of: Run | Settings) -> Settings:
    return of if isinstance(of, Experiment | Pretrained) else of.experiment
