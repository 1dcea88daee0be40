"""The verb of the calculators: a formula with the user's own numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import UserError
from cnn_core.base.options import parse_options
from cnn_core.calculators import SHELF, Worked
from cnn_core.pictures import as_picture
from cnn_core.pictures.examples import EXAMPLES, example_bytes

Pictured = bytes | Path | str | NDArray[np.uint8]


def calculate(name: str, values: Mapping[str, Any] | None = None, picture: Pictured | None = None) -> Worked:
    """What a calculator of the shelf finds.

    Args:
        values: by field, also as texts from a shell; what is not given has its default. picture: for calculators that
            look at one; a file, its bytes or an array. Without one they take a photograph that is built in.

    Raises:
        UserError: an unknown name, a value out of its bounds, numbers that do not go together, a picture for a
            calculator that looks at none.
    """
    entry = SHELF.load(name)
    options = parse_options(entry.options, values or {}, "")
    if not entry.build.picture:
        if picture is not None:
            raise UserError(f"The calculator {SHELF.known(name)} looks at no picture; leave it out.")
        return entry.build.calculate(options)
    return entry.build.calculate(options, calculator_picture(picture))


def calculator_picture(picture: Pictured | None = None) -> NDArray[np.uint8]:
    """The picture that a calculator looks at, uint8 (H, W, 3): the given one, else a photograph that is built in."""
    given = example_bytes(EXAMPLES[0]) if picture is None else picture
    return np.asarray(as_picture(given).image.convert("RGB"))
