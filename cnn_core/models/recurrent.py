"""How many parameters recurrent layers have, in the two ways in which libraries count biases."""

from __future__ import annotations

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
BIASES = {  # vectors of biases a gate
    "PyTorch": {"lstm": 2, "gru": 2, "rnn": 2},
    "Keras": {"lstm": 1, "gru": 2, "rnn": 1},  # its GRU by default (reset_after)
}


def recurrent_parameters(kind: str, inputs: int, hidden: int, biases: int = 2) -> int:
    """Parameters of one layer in one direction: gates x ((inputs + hidden) x hidden + biases x hidden).

    Args:
        kind: `lstm`, `gru` or `rnn`. inputs, hidden: numbers at each moment. biases: vectors a gate, see `BIASES`.

    Raises:
        KeyError: no such kind.
    """
    return GATES[kind] * ((inputs + hidden) * hidden + biases * hidden)
