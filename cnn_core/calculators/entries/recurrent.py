"""A recurrent layer behind a convolutional network: its parameters, flattened or pooled.

An LSTM has four gates, a GRU three; each gate reads the features and its own last state. PyTorch keeps two vectors of
biases a gate, Keras one (two in its GRU), so the same layer has two numbers. Flattened maps make it huge: pool them, or
put a small dense layer before it.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Value, Worked
from cnn_core.models.recurrent import BIASES, GATES, recurrent_parameters


class RecurrentOptions(Options):
    kind: Literal["lstm", "gru", "rnn"] = Field("lstm", title="Layer", description="Which recurrent layer.")
    channels: int = Field(32, ge=1, le=4096, title="Channels", description="Maps of each frame.")
    height: int = Field(31, ge=1, le=1024, title="Height", description="Of the maps, in pixels.")
    width: int = Field(31, ge=1, le=1024, title="Width", description="Of the maps, in pixels.")
    hidden: int = Field(128, ge=1, le=8192, title="State", description="Numbers that it remembers.")


def calculate(options: RecurrentOptions) -> Worked:
    """Flattened and pooled, as both libraries count."""
    flat = options.channels * options.height * options.width
    steps = [Step("features", "Features, flattened", flat, f"{options.channels} × {options.height} × {options.width}")]
    rows: list[tuple[Value | str, ...]] = []
    for library, biases in BIASES.items():
        count, here = biases[options.kind], []
        for key, inputs in (("flattened", flat), ("pooled", options.channels)):
            value = recurrent_parameters(options.kind, inputs, options.hidden, count)
            steps.append(Step(f"{key}_{library.lower()}", f"{library}, {key}", value, _formula(options, inputs, count)))
            here.append(value)
        rows.append((library, count, *here, here[0] / here[1]))
    columns = ("library", "biases a gate", "flattened", "pooled", "times fewer")
    return Worked(tuple(steps), (Table("Both ways of counting", columns, tuple(rows)),))


def _formula(options: RecurrentOptions, inputs: int, biases: int) -> str:
    hidden = options.hidden
    return f"{GATES[options.kind]} × (({inputs} + {hidden}) × {hidden} + {biases} × {hidden})"


ENTRY: Entry[Calculator] = Entry(options=RecurrentOptions, build=Calculator("Recurrent layer", (16,), calculate))
