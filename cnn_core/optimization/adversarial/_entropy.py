"""What both losses of Goodfellow and others (2014) share: the discriminator's half, with one-sided smoothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from cnn_core.base.options import Options, hints

if TYPE_CHECKING:
    from torch import Tensor


class EntropyOptions(Options):
    real_label: float = Field(
        0.9,
        gt=0.5,
        le=1,
        title="Label of real pictures",
        description="What the discriminator is to say of real ones; 0.9 keeps it from being too sure, 1 is the paper.",
        json_schema_extra=hints(step=0.05),
    )


def told_apart(options: EntropyOptions, real: Tensor, fake: Tensor) -> Tensor:
    """Cross-entropy of real pictures against `real_label` and of drawn ones against 0, added; 2 ln 2 at D = 1/2."""
    import torch
    from torch.nn import functional

    wanted = torch.full_like(real, options.real_label)
    return functional.binary_cross_entropy_with_logits(real, wanted) + functional.softplus(fake).mean()
