"""A multi-layer perceptron: the baseline that knows nothing of pictures.

Every pixel has its own weight in every unit, so the network must learn each shape at each place anew. It shows what
convolutions are worth; with 0 hidden layers it is softmax regression.
Takes (N, C, H, W), gives logits (N, classes). After Rumelhart, Hinton and Williams, 1986.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise

from pydantic import Field
from torch import nn

from cnn_core.base.options import Entry, Facts, Options, hints
from cnn_core.models.blocks import ACTIVATIONS, Activation, he_init, too_large
from cnn_core.models.zoo import BuildModel


class MlpOptions(Options):
    layers: int = Field(2, ge=0, le=8, title="Hidden layers", description="Dense layers before the last one.")
    width: int = Field(128, ge=1, le=4096, title="Width", description="Units of each hidden layer.")
    activation: Activation = Field("relu", title="Activation", description="What follows each hidden layer.")
    dropout: float = Field(
        0.0,
        ge=0.0,
        le=0.9,
        title="Dropout",
        description="Share of units set to 0 after each hidden layer while training.",
        json_schema_extra=hints(step=0.05),
    )


def mlp(options: MlpOptions, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    channels, height, width = input_shape
    units = channels * height * width
    hidden: list[nn.Module] = []
    for _ in range(options.layers):
        hidden += [nn.Linear(units, options.width), ACTIVATIONS[options.activation]()]
        if options.dropout:
            hidden.append(nn.Dropout(options.dropout))
        units = options.width
    head = nn.Linear(units, num_classes)
    parts = {"flatten": nn.Flatten(), "hidden": nn.Sequential(*hidden), "head": head}
    model = nn.Sequential(OrderedDict(parts))
    he_init(model, options.activation, head)
    return model


def unfit(options: MlpOptions, facts: Facts) -> str:
    """Any picture fits; a network too large for any machine we know does not."""
    channels, height, width = facts.input_shape
    sizes = [channels * height * width, *[options.width] * options.layers, facts.classes]
    parameters = sum(before * after for before, after in pairwise(sizes))
    return too_large(parameters, "a smaller width or smaller pictures")


ENTRY: Entry[BuildModel] = Entry(options=MlpOptions, build=mlp, tiny={"layers": 1, "width": 8}, unfit=unfit)
