"""The shelf of samplers: in which order, and how often, an epoch shows the training pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from cnn_core.base.shelf import Shelf

if TYPE_CHECKING:
    from torch import Tensor


class Sampler(Protocol):
    """What an entry of this shelf builds."""

    def __call__(self, options: Any, targets: Tensor, seed: int, epoch: int) -> Tensor:
        """The order of an epoch: N positions int64 on the CPU, for training pictures of the classes int64 (N,).

        A function of its arguments alone, so a resume needs nothing saved. As many positions as pictures, so that an
        epoch has as many steps whatever is sampled.
        """


SHELF: Shelf[Sampler] = Shelf(
    "samplers", "cnn_core.optimization.samplers", "sampler", first=("shuffle", "oversample", "undersample")
)
BALANCED = frozenset({"oversample", "undersample"})  # those that show every class as often
