"""Frame attention: every frame looks at every other one, and knows when it was; then the mean decides.

Each frame becomes a vector, to which a code of its time is added (sines of several periods, so that films of other
lengths have one as well). One layer of attention lets frames be compared with each other. Without the code of time it
would see a set of frames, as the frame average does. Vaswani and others, 2017.
"""

from __future__ import annotations

import math

import torch
from pydantic import Field
from torch import Tensor, nn

from cnn_core.base.options import Entry, Facts
from cnn_core.models.films import BuildFilm
from cnn_core.models.films._encoder import EncoderOptions, FrameByFrame
from cnn_core.models.films._encoder import unfit as encoder_unfit

SLOWEST = 100.0  # frames: what the longest period of the code of time is 2 pi times of


class FrameAttentionOptions(EncoderOptions):
    heads: int = Field(
        4, ge=1, le=16, title="Heads", description="Ways of comparing frames; the features are divided among them."
    )
    timed: bool = Field(
        True, title="Code of time", description="Whether a frame knows when it was; without, the order is lost."
    )


class FrameAttention(FrameByFrame):
    """(N, T * C, H, W), any T, to logits (N, num_classes)."""

    def __init__(
        self, options: FrameAttentionOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int
    ) -> None:
        super().__init__(options, input_shape, frames)
        self.timed = options.timed
        self.attention = nn.TransformerEncoderLayer(
            options.features, options.heads, 2 * options.features, dropout=0.0, batch_first=True, norm_first=True
        )
        self.head = nn.Linear(options.features, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        found = self.features(x)
        if self.timed:
            found = found + code_of_time(found.shape[1], found.shape[2], found)
        return self.head(self.attention(found).mean(1))


def code_of_time(frames: int, features: int, like: Tensor) -> Tensor:
    """Sines and cosines of the number of a frame, (frames, features), with type and device of another tensor."""
    pairs = (features + 1) // 2
    rates = torch.exp(-math.log(SLOWEST) / max(1, pairs) * torch.arange(pairs, device=like.device))
    angles = torch.arange(frames, device=like.device)[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)[:, :features].to(like.dtype)


def frame_attention(
    options: FrameAttentionOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int
) -> nn.Module:
    """See `BuildFilm`."""
    return FrameAttention(options, input_shape, num_classes, frames)


def unfit(options: FrameAttentionOptions, facts: Facts) -> str:
    """What the encoder says, or features that cannot be divided."""
    if options.features % options.heads:
        return (
            f"model.heads is {options.heads}, but {options.features} features cannot be divided into so many parts; "
            "choose a divisor."
        )
    return encoder_unfit(options, facts)


ENTRY: Entry[BuildFilm] = Entry(
    options=FrameAttentionOptions,
    build=frame_attention,
    tiny={"width": 2, "features": 4, "heads": 2},
    unfit=unfit,
)
