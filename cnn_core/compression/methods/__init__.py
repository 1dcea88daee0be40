"""The shelf of compressions: what can be done to a trained network to make it smaller or faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import nn

    from cnn_core.compression.tuning import Lessons
    from cnn_core.experiment import Choice


@dataclass(frozen=True)
class Material:
    """What is compressed.

    module: the trained network, in eval mode; must be left as it was. model: its architecture and options.
    input_shape: (C, H, W). classes: how many. lessons: the training pictures. seed: of whatever is drawn.
    look: called between steps; may raise.
    """

    module: nn.Module
    model: Choice
    input_shape: tuple[int, int, int]
    classes: int
    lessons: Lessons
    seed: int = 0
    look: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Made:
    """What came of it: either a network that an architecture of the shelf builds, or an ONNX file.

    module, model: the network and how a run names it. onnx: the file. said: what is to be known, in a sentence.
    """

    module: nn.Module | None = None
    model: Choice | None = None
    onnx: bytes | None = None
    said: str = ""


class Compress(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, material: Material) -> Made:
        """Compress a network.

        Raises:
            UserError: this network cannot be compressed in this way; one sentence.
        """


FIRST = ("prune_weights", "prune_channels", "fold_batch_norm", "int8", "distill")
SHELF: Shelf[Compress] = Shelf("compressions", "cnn_core.compression.methods", "compression", first=FIRST)
