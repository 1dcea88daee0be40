"""The values of a dense layer, drawn."""

from __future__ import annotations

import numpy as np

from cnn_core.figures.style import palette
from cnn_core.figures.values import value_bars


def test_one_bar_a_value_from_zero_and_the_chosen_one_in_our_colour():
    spec = value_bars(np.array([1.5, -2, 0], np.float32), 1, "dark").to_dict()
    (rows,) = spec["datasets"].values()
    assert [(row["number"], row["value"], row["chosen"]) for row in rows] == [
        (0, 1.5, False),
        (1, -2.0, True),
        (2, 0.0, False),
    ]
    assert spec["encoding"]["y2"] == {"datum": 0}
    assert spec["encoding"]["color"]["condition"] == {"test": "datum.chosen", "value": palette("dark").ours}
