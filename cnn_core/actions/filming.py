"""The verb of films: what a network says after each frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnn_core.actions.asking import Asked, loaded, named
from cnn_core.actions.running import Folder
from cnn_core.base.errors import UserError
from cnn_core.evaluation import softmax
from cnn_core.network import Pictured


@dataclass(frozen=True)
class Watched:
    """What a network says of a film, frame by frame.

    saw: uint8 (H, W, T * C), the film as it got it. frames: T. chances: (T, K), the probabilities had the film ended
    after each frame; the last row is its answer. classes: their names. notice: why not the best epoch answers.
    """

    saw: NDArray[np.uint8]
    frames: int
    chances: NDArray[np.float64]
    classes: tuple[str, ...]
    notice: str

    @property
    def said(self) -> str:
        """The class of its answer."""
        return self.classes[int(self.chances[-1].argmax())]

    @property
    def sure_after(self) -> int:
        """After how many frames it gives the answer that it then keeps to the end."""
        said = self.chances.argmax(1)
        others = np.flatnonzero(said != said[-1])
        return int(others[-1]) + 2 if len(others) else 1


def film(run: Asked, picture: Pictured, *, backwards: bool = False, runs: Folder = None) -> Watched:
    """Let a network watch a film, and ask it after each frame.

    Args:
        picture: a film of its data as `test-0`, an animation (path or bytes), or uint8 (H, W, T * C).
        backwards: from the last frame to the first.

    Raises:
        UserError: the network takes pictures, or the film cannot be used.
    """
    asked = loaded(run, runs)
    network = asked.network()
    frames = network.preprocessing.frames
    if frames == 1:
        raise UserError(f"{asked.id} takes pictures, not films; predict and explain answer.")
    tensor = network.preprocess(named(asked, picture))
    colors = network.input_shape[0] // frames
    count, _, height, width = tensor.shape
    if backwards:
        tensor = tensor.reshape(count, -1, colors, height, width).flip(1).reshape(tensor.shape)
    cuts = range(colors, tensor.shape[1] + 1, colors)
    chances = softmax(np.concatenate([network.logits(tensor[:, :cut]).numpy() for cut in cuts]))
    saw = network.preprocessing.display(tensor)[0]
    return Watched(saw, len(cuts), chances, asked.classes, asked.notice)
