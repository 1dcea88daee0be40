"""A picture or figure of our own for each chapter, which changes with one choice; made anew from what the library does.

One file a chapter. Torch, the chart library and data come inside the functions: a list of chapters needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import altair as alt

Pixels = NDArray[np.uint8]
SIDE = 256  # of a picture, in pixels


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is to be seen. says: a sentence or two under it, with numbers. pictures: uint8 (H, W, 3) by caption.

    chart: beside or instead of them; `about` says in words what it shows. run: what was asked of, "" for none.
    """

    says: str
    pictures: tuple[tuple[str, Pixels], ...] = ()
    chart: alt.LayerChart | None = None
    about: str = ""
    run: str = ""


@dataclass(frozen=True)
class Look:
    """A figure that changes with one choice.

    Attributes:
        title: of the figure. choices: what can be chosen. draw: choice and theme, `light` or `dark`, to what is seen.
        fixed: whether the same choice always gives the same, so that it can be kept. at_first: the choice that is
            shown at first, "" for the first one.
    """

    title: str
    choices: tuple[str, ...]
    draw: Callable[[str, str], Drawn]
    fixed: bool = True
    at_first: str = ""

    @property
    def start(self) -> str:
        """The choice that is shown at first."""
        return self.at_first or self.choices[0]


def look(number: int) -> Look:
    """The figure of a chapter, 1 to 16."""
    found: Look = import_module(f"cnn_core.chapters.looks.chapter_{number:02}").LOOK
    return found
