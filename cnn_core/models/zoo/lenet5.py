"""LeNet-5: the network that read cheques, 61,706 parameters.

Two 5x5 convolutions with pooling, then three dense layers of 120, 84 and one unit a class. Pictures of 32 pixels and
more are taken as they are; smaller ones (MNIST's 28) get a border of 2 zeros in the first convolution. Other sizes only
change the first dense layer; the smallest is 12 pixels. Unlike the paper, the second convolution sees all six maps,
pooling has no weights, and the last layer gives logits.
Takes (N, C, H, W), gives logits (N, classes). LeCun, Bottou, Bengio and Haffner, 1998.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Literal

from pydantic import Field
from torch import nn

from cnn_core.base.options import Entry, Facts, Options
from cnn_core.models.blocks import ACTIVATIONS, Activation, he_init, too_large, too_small
from cnn_core.models.zoo import BuildModel

SMALLEST, UNPADDED = 12, 32


class Lenet5Options(Options):
    activation: Activation = Field(
        "tanh", title="Activation", description="What follows each layer; the paper's is tanh, today's would be ReLU."
    )
    pooling: Literal["average", "max"] = Field(
        "average", title="Pooling", description="How 2x2 places become one; the paper's is the average."
    )


def lenet5(options: Lenet5Options, input_shape: tuple[int, int, int], num_classes: int) -> nn.Module:
    """See `BuildModel` for the shapes."""
    pool = nn.AvgPool2d if options.pooling == "average" else nn.MaxPool2d
    activation = ACTIVATIONS[options.activation]
    features = nn.Sequential(
        nn.Conv2d(input_shape[0], 6, 5, padding=_padding(input_shape)),
        activation(),
        pool(2),
        nn.Conv2d(6, 16, 5),
        activation(),
        pool(2),
    )
    dense = nn.Sequential(nn.Linear(16 * _positions(input_shape), 120), activation(), nn.Linear(120, 84), activation())
    head = nn.Linear(84, num_classes)
    model = nn.Sequential(OrderedDict(features=features, flatten=nn.Flatten(), dense=dense, head=head))
    he_init(model, options.activation, head)
    return model


def _padding(shape: tuple[int, int, int]) -> int:
    return 2 if min(shape[1:]) < UNPADDED else 0


def _positions(shape: tuple[int, int, int]) -> int:
    """How many places the last pooling leaves."""
    height, width = (((side + 2 * _padding(shape) - 4) // 2 - 4) // 2 for side in shape[1:])
    return height * width


def unfit(options: Lenet5Options, facts: Facts) -> str:
    """A picture that is pooled away, or one so large that the dense layer would be."""
    return too_small(facts.input_shape, "features.5 (pooling)", SMALLEST) or too_large(
        16 * _positions(facts.input_shape) * 120 + 84 * facts.classes, "smaller pictures"
    )


ENTRY: Entry[BuildModel] = Entry(options=Lenet5Options, build=lenet5, tiny={"pooling": "max"}, unfit=unfit)
