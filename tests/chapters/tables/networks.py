"""The networks that the chapters describe, built by hand: specifications, not models of ours."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import torch
from torch import nn

from cnn_core.actions import calculate
from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy
from cnn_core.models.zoo.resnet import Bottleneck

BIG, SMALL = (3, 224, 224), (1, 28, 28)


def conv(channels, filters, kernel, **more):
    return nn.Conv2d(channels, filters, kernel, **more)


def stack(*widths, pools, kernel=3):
    """Unpadded convolutions with ReLU, the first `pools` of them each followed by a 2x2 max pooling."""
    layers = []
    for place, (before, after) in enumerate(pairwise(widths)):
        layers += [conv(before, after, kernel), nn.ReLU()]
        if place < pools:
            layers.append(nn.MaxPool2d(2))
    return layers


def headed(layers, *widths):
    """Layers, flattened, and dense ones with ReLU between."""
    dense = [part for before, after in pairwise(widths) for part in (nn.Linear(before, after), nn.ReLU())]
    return nn.Sequential(*layers, nn.Flatten(), *dense[:-1])


def pooled(layers, *widths):
    return headed([*layers, nn.AdaptiveAvgPool2d(1)], *widths)


def normed(model):
    """The same with batch norm after each convolution and each hidden dense layer."""
    parts = list(model)
    linear = [part for part in parts if isinstance(part, nn.Linear)]
    found = []
    for part in parts:
        found.append(part)
        if isinstance(part, nn.Conv2d):
            found.append(nn.BatchNorm2d(part.out_channels))
        elif part in linear[:-1]:
            found.append(nn.BatchNorm1d(part.out_features))
    return nn.Sequential(*found)


def dilated(*rates, padded=False):
    return nn.Sequential(*(conv(1, 1, 3, padding=rate if padded else 0, dilation=rate) for rate in rates))


class Aspp(nn.Module):
    """The pyramid of chapter 4: 1x1, three rates, global pooling; joined and projected."""

    def __init__(self, pooled=True):
        super().__init__()
        self.point = conv(256, 256, 1)
        self.rates = nn.ModuleList(conv(256, 256, 3, padding=rate, dilation=rate) for rate in (6, 12, 18))
        self.pooled = conv(256, 256, 1) if pooled else None
        self.project = conv(256 * (5 if pooled else 4), 256, 1)

    def forward(self, x):
        branches = [self.point(x), *(branch(x) for branch in self.rates)]
        if self.pooled is not None:
            branches.append(self.pooled(x.mean((2, 3), keepdim=True)).expand_as(x))
        return self.project(torch.cat(branches, 1))


def generator():
    layers = [nn.Flatten(), nn.Linear(100, 8 * 8 * 256), nn.Unflatten(1, (256, 8, 8)), nn.BatchNorm2d(256)]
    for before, after in ((256, 128), (128, 64)):
        layers += [nn.ConvTranspose2d(before, after, 4, 2, 1), nn.BatchNorm2d(after)]
    return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1))


def discriminator():
    layers = [conv(3, 64, 4, stride=2, padding=1)]
    for before, after in ((64, 128), (128, 256)):
        layers += [conv(before, after, 4, stride=2, padding=1), nn.BatchNorm2d(after)]
    return headed(layers, 16_384, 1)


class Film(nn.Module):
    """The network of chapter 16 for one frame: maps, flattened, into an LSTM, and a dense layer."""

    def __init__(self):
        super().__init__()
        self.frame = nn.Sequential(conv(3, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten())
        self.memory, self.head = nn.LSTM(30_752, 128, batch_first=True), nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.memory(self.frame(x)[:, None])[0][:, -1])


def first_network():
    return headed(stack(1, 32, 64, pools=2), 1600, 64, 10)


def dropout_network():
    return headed(stack(3, 32, 64, pools=2), 12_544, 128, 10)


def hierarchy():
    return nn.Sequential(*stack(3, 32, 64, 128, 256, pools=3))


def hierarchy_headed():
    return pooled(hierarchy(), 256, 1000)


def mnist_dense():
    return headed([], 784, 128, 10)


def mnist_cnn():
    return headed(stack(1, 32, 64, pools=2), 1600, 10)


def dense_layer():
    return nn.Sequential(nn.Flatten(), nn.Linear(150_528, 1000))


def cascade():
    layers = [conv(3, 32, 3, padding=1), *(conv(32, 32, 3, padding=rate, dilation=rate) for rate in (2, 4, 8))]
    return nn.Sequential(*layers, conv(32, 21, 1))


def wavenet():
    """Kernels of two, rates 1 to 512, along a line."""
    return nn.Sequential(*(conv(1, 1, (1, 2), dilation=(1, 2**power)) for power in range(10)))


def four_pools():
    return nn.Sequential(*stack(3, 32, 64, 128, 256, pools=4))


def simple():
    return headed(stack(3, 32, 64, 128, pools=3), 26 * 26 * 128, 128, 10)


def mobile():
    return pooled(stack(3, 16, 32, 64, pools=2), 64, 10)


def halves():
    return nn.Sequential(conv(3, 3, 3, groups=3, bias=False), conv(3, 64, 1, bias=False))


def grey():
    """One convolution, pooled, and a dense layer: also chapter 1's variant with ELU."""
    return headed(stack(1, 32, pools=1), 13 * 13 * 32, 10)


def colour():
    return headed(stack(3, 32, pools=1), 13 * 13 * 32, 10)


def stride_first(model):
    """The bottlenecks of the paper: the stride is in the first 1x1 convolution, not in the 3x3 as in torchvision."""
    for part in model.modules():
        if isinstance(part, Bottleneck):
            part.conv1.stride, part.conv2.stride = part.conv2.stride, part.conv1.stride
    return model


@cache
def asked(make, shape):
    """The anatomy of what `make()` builds, without giving it memory."""
    with torch.device("meta"):
        return anatomy(make(), shape)


def parameters(make, shape):
    return lambda: asked(make, shape)["parameters"]


def products(make, shape):
    """Multiply-adds."""
    return lambda: asked(make, shape)["multiply_adds"]


def field(make, shape):
    return lambda: asked(make, shape)["receptive_field"]


def each(make, shape):
    """The parameters of each layer that has some."""
    return lambda: [row["parameters"] for row in asked(make, shape)["layers"] if row["parameters"]]


def sides(make, shape):
    """The width of each map."""
    return lambda: [row["output_shape"][-1] for row in asked(make, shape)["layers"] if len(row["output_shape"]) == 3]


def seen(make, shape):
    """The receptive field after each layer."""
    return lambda: [row["receptive_field"] for row in asked(make, shape)["layers"]]


def everything(make):
    """All numbers that a network keeps: parameters and running statistics."""

    def count():
        with torch.device("meta"):
            model = make()
        kept = [value for key, value in model.named_buffers() if not key.endswith("num_batches_tracked")]
        return sum(value.numel() for value in (*model.parameters(), *kept))

    return count


def film():
    with torch.device("meta"):
        return Film()


@cache
def resnet(depth):
    """The paper's: see `stride_first`; it changes no parameter."""
    return asked(lambda: stride_first(build_model("resnet", BIG, 1000, depth=depth)), BIG)


def cifar(depth):
    """Parameters of a ResNet of the CIFAR experiments."""
    with torch.device("meta"):
        model = build_model("resnet_cifar", (3, 32, 32), 10, depth=depth)
    return sum(one.numel() for one in model.parameters())


def of(name, keys, **inputs):
    """One or more numbers of a calculator, later."""

    def work():
        found = [calculate(name, inputs).numbers[key] for key in keys.split()]
        return found if len(found) > 1 else found[0]

    return work


def over(one, other, times=1):
    """A ratio, later; of callables and numbers."""

    def value(it):
        return it() if callable(it) else it

    return lambda: times * value(one) / value(other)


def listed(*values):
    """Several, later."""
    return lambda: [one() for one in values]
