"""CNN and RNN: a small network looks at each frame, a recurrent one remembers what came before.

Each frame becomes a vector, by strides and one small dense layer: flattened maps would give the recurrent layer
millions of weights, a global pool would lose where things are. The recurrent layer goes through the frames in order;
its state after the last one decides. LSTM (Hochreiter and Schmidhuber, 1997) and GRU (Cho and others, 2014) learn in
seconds what a plain RNN hardly learns at all.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from torch import Tensor, nn

from cnn_core.base.options import Entry, Facts
from cnn_core.models.blocks import too_large
from cnn_core.models.films import BuildFilm
from cnn_core.models.films._encoder import EncoderOptions, FrameByFrame
from cnn_core.models.films._encoder import unfit as encoder_unfit

CELLS = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}


class CnnRnnOptions(EncoderOptions):
    cell: Literal["lstm", "gru", "rnn"] = Field(
        "lstm", title="Cell", description="The kind of recurrent layer; a GRU has three quarters of an LSTM's weights."
    )
    hidden: int = Field(
        64, ge=1, le=1024, title="State", description="Numbers that are remembered from frame to frame."
    )


class CnnRnn(FrameByFrame):
    """(N, T * C, H, W), any T, to logits (N, num_classes)."""

    def __init__(
        self, options: CnnRnnOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int
    ) -> None:
        super().__init__(options, input_shape, frames)
        memory = CELLS[options.cell](options.features, options.hidden, batch_first=True)
        if isinstance(memory, nn.LSTM):
            _remember(memory)
        self.memory = memory
        self.head = nn.Linear(options.hidden, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.memory(self.features(x))[0][:, -1])


def _remember(memory: nn.LSTM) -> None:
    """Begin with a forget gate that keeps: its bias is 1 (Gers and others, 2000; Jozefowicz and others, 2015)."""
    state = memory.hidden_size
    nn.init.ones_(memory.get_parameter("bias_ih_l0")[state : 2 * state])


def cnn_rnn(options: CnnRnnOptions, input_shape: tuple[int, int, int], num_classes: int, frames: int) -> nn.Module:
    """See `BuildFilm`."""
    return CnnRnn(options, input_shape, num_classes, frames)


def unfit(options: CnnRnnOptions, facts: Facts) -> str:
    """What the encoder says, or too many weights in the recurrent layer."""
    weights = 4 * (options.features + options.hidden) * options.hidden
    return encoder_unfit(options, facts) or too_large(weights, "a smaller state")


ENTRY: Entry[BuildFilm] = Entry(
    options=CnnRnnOptions, build=cnn_rnn, tiny={"width": 2, "features": 4, "hidden": 4}, unfit=unfit
)
