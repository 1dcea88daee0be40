"""The shelf of networks for films: one class for a whole film, of any number of frames.

A film of T frames of C channels comes as one picture of T * C channels, frame after frame (see `DataFacts`). A network
is built for the number of frames that it is trained on, but answers for any other as well: it keeps C alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import nn


class BuildFilm(Protocol):
    """What an entry of this shelf builds: a module from float (N, T * C, H, W), any T, to logits (N, num_classes)."""

    def __call__(self, options: Any, input_shape: tuple[int, int, int], num_classes: int, frames: int) -> nn.Module:
        """input_shape: (frames * C, H, W) of the films that it is trained on."""


FIRST = ("cnn_rnn", "conv3d", "frame_average", "last_frame", "frame_attention")
SHELF: Shelf[BuildFilm] = Shelf("films", "cnn_core.models.films", "network for films", first=FIRST)
