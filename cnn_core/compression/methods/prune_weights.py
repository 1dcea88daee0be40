"""Magnitude pruning: the smallest weights become 0, at once or in stages with training between them.

The network keeps its shape and its time, since a dense kernel multiplies zeros as well; what shrinks is the file once
it is packed. In stages most weights go early, when they are easily replaced. Han et al., 2015; Zhu and Gupta, 2017.
"""

from __future__ import annotations

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.compression.methods import Compress, Made, Material


class PruneWeightsOptions(Options):
    share: float = Field(
        0.5,
        ge=0,
        le=0.99,
        title="Share",
        description="Of the weights of convolutions and dense layers that become 0.",
        json_schema_extra=hints(step=0.05),
    )
    steps: int = Field(200, ge=0, le=100_000, title="Steps", description="Trained on, 64 pictures each; 0: not at all.")
    stages: int = Field(4, ge=1, le=50, title="Stages", description="In how many goes; 1: at once.")
    lr: float = Field(
        2e-3,
        gt=0,
        le=1,
        title="Learning rate",
        description="The largest step size of the training on.",
        json_schema_extra=hints(scale="log"),
    )


def prune_weights(options: PruneWeightsOptions, material: Material) -> Made:
    """See `Compress`."""
    from cnn_core.compression.pruning import pruned, sparsity

    found = pruned(
        material.module,
        options.share,
        material.lessons,
        steps=options.steps,
        lr=options.lr,
        stages=options.stages,
        seed=material.seed,
        look=material.look,
    )
    return Made(found, material.model, said=f"{sparsity(found):.1%} of the weights are 0.")


ENTRY: Entry[Compress] = Entry(options=PruneWeightsOptions, build=prune_weights, tiny={"steps": 2, "stages": 1})
