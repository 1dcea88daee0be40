"""Channel pruning: whole filters go, so that the network really is smaller and faster; then it is trained on.

The filters with the smallest weights go, and with each all that the next layer makes of its map: half the filters are
a quarter of the arithmetic of inner layers. For plain chains: small_cnn and conv_stack. Li et al., 2017.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Options, hints
from cnn_core.compression.methods import Compress, Made, Material


class PruneChannelsOptions(Options):
    share: float = Field(
        0.5,
        ge=0,
        le=0.95,
        title="Share",
        description="Of the filters of every convolution that go.",
        json_schema_extra=hints(step=0.05),
    )
    steps: int = Field(300, ge=0, le=100_000, title="Steps", description="Trained on, 64 pictures each; 0: not at all.")
    lr: float = Field(
        5e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="The largest step size of the training on.",
        json_schema_extra=hints(scale="log"),
    )


def prune_channels(options: PruneChannelsOptions, material: Material) -> Made:
    """See `Compress`."""
    from cnn_core.compression.channels import convolutions, narrowed
    from cnn_core.compression.tuning import tune

    if material.model.name not in ("small_cnn", "conv_stack"):
        raise UserError(
            f"prune_channels takes filters out of small_cnn and conv_stack only, and this one is {material.model.name}."
        )
    keep = [max(1, round((1 - options.share) * one.out_channels)) for one in convolutions(material.module)]
    found = narrowed(material.module, keep)
    if options.steps:
        tune(found, material.lessons, steps=options.steps, lr=options.lr, seed=material.seed, look=material.look)
    model = material.model.model_copy(update={"options": {**material.model.options, **_widths(material, keep)}})
    return Made(found, model, said=f"Filters by convolution: {', '.join(map(str, keep))}.")


def _widths(material: Material, keep: list[int]) -> dict[str, Any]:
    """The options that build a network with so many filters."""
    if material.model.name == "conv_stack":
        return {"width": keep[0]}
    return {"widths": ",".join(map(str, keep[:: material.model.options.get("repeat", 1)]))}


ENTRY: Entry[Compress] = Entry(options=PruneChannelsOptions, build=prune_channels, tiny={"steps": 2})
