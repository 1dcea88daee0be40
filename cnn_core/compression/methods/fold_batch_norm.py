"""Batch norm folded into the convolutions: the same answers with one layer less for each.

Once trained, batch norm is a scale and a shift for each channel, which the weights of the convolution before it can
take over. Across max pooling that is exact only where the scale is positive. For small_cnn and conv_stack, which have a
form without batch norm; int8 folds every network by itself.
"""

from __future__ import annotations

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Options
from cnn_core.compression.methods import Compress, Made, Material


class FoldBatchNormOptions(Options):
    pass


def fold_batch_norm(options: FoldBatchNormOptions, material: Material) -> Made:
    """See `Compress`."""
    from torch import nn

    from cnn_core.compression.folding import folded
    from cnn_core.models import build_model

    model = material.model
    if model.name not in ("small_cnn", "conv_stack"):
        raise UserError(f"fold_batch_norm is for small_cnn and conv_stack, and this one is {model.name}.")
    if not model.options.get("batch_norm"):
        raise UserError("This network has no batch norm, so there is nothing to fold.")
    found, stayed = folded(material.module)
    if stayed:
        raise UserError(
            f"{stayed[0]} comes after max pooling and has a scale that is not positive: it cannot be folded exactly."
        )
    without = model.model_copy(update={"options": {**model.options, "batch_norm": False}})
    empty = build_model(model.name, material.input_shape, material.classes, **without.options)
    pairs = zip(
        *([m for m in net.modules() if isinstance(m, nn.Conv2d | nn.Linear)] for net in (found, empty)), strict=True
    )
    for there, here in pairs:
        here.load_state_dict(there.state_dict())
    return Made(empty.eval().requires_grad_(False), without)


ENTRY: Entry[Compress] = Entry(options=FoldBatchNormOptions, build=fold_batch_norm)
