"""How far networks see, what of it, and what falls on padding."""

from __future__ import annotations

from functools import cache

import torch
import torchvision

from cnn_core.calculators.filters import filter_values, slide
from cnn_core.models import build_model
from cnn_core.models.anatomy import conv_layers
from cnn_core.models.reach import overlap_cycle, taps_inside
from tests.chapters.tables import networks as net
from tests.chapters.tables.networks import BIG, asked, field, listed, of, seen


def layer(rate):
    return of("convolution", "field", dilation=rate, padding=64)


def rates(text, key="field"):
    return of("stack", key, dilations=text)


def by_anatomy(*given):
    """The field of the same stack as the anatomy of a network finds it."""
    return field(lambda: net.dilated(*given), (1, 64, 64))


def inside(side):
    return lambda: [round(100 * taps_inside(3, rate, side), 1) for rate in (6, 12, 18)]


def torchvisions(name):
    return lambda: asked(lambda: getattr(torchvision.models, name)(weights=None), BIG)["receptive_field"]


def edge(step, beyond):
    """What the filter with rows -1 0 1 answers where `beyond` of its columns lie over a step."""
    import numpy as np

    picture = np.zeros((3, 3), np.uint8)
    picture[:, 3 - beyond :] = step
    return lambda: float(slide(picture, filter_values("vertical edge", 3)).answers[0, 0]) * 255


@cache
def last_grid():
    """The grid of the last convolution of a ResNet-18 on 224 pixels."""
    with torch.device("meta"):
        return conv_layers(build_model("resnet", BIG, 1000), BIG)[-1][1][0]


CUMULATIVE = [rates("1"), rates("1,2"), rates("1,2,4"), rates("1,2,4,8")]
ROWS = [
    ("3f", "layer by layer", seen(net.hierarchy, BIG), [3, 4, 8, 10, 18, 22, 38]),
    ("3f", "by kernels and strides", of("stack", "field", kernels="3,2,3,2,3,2,3", strides="1,2", dilations="1"), 38),
    ("3g", "sum of the weights", lambda: filter_values("vertical edge", 3).sum(), "0"),
    ("3g", "a flat area", edge(100, 3), "0"),
    ("3g", "a step of 70", edge(70, 1), "210"),
    ("4d", "rates 1 to 4", listed(*map(layer, (1, 2, 3, 4))), [3, 5, 7, 9]),
    ("4d", "rates 6 to 24", listed(*map(layer, (6, 12, 18, 24))), [13, 25, 37, 49]),
    ("4e", "1,1,1", rates("1,1,1"), 7),
    ("4e", "2,2,2", rates("2,2,2"), 13),
    ("4e", "1,2,4", rates("1,2,4"), 15),
    ("4e", "1,2,4,8", listed(*CUMULATIVE), [3, 7, 15, 31]),
    ("4e", "2,4,8", rates("2,4,8"), 29),
    ("4e", "1,2,5", rates("1,2,5"), 17),
    ("4e", "1,2,3", rates("1,2,3"), 13),
    ("4e", "3,3,3", rates("3,3,3"), 19),
    ("4e", "1,2,9", rates("1,2,9"), 25),
    *(
        ("4e", f"{given} by its anatomy", by_anatomy(*given), side)
        for given, side in (((1, 1, 1), 7), ((2, 2, 2), 13), ((1, 2, 4, 8), 31), ((1, 2, 9), 25), ((3, 3, 3), 19))
    ),
    ("4f", "2,2,2", rates("2,2,2", "pixels_seen pixels_in_field"), [49, 169]),
    *(
        ("4f", f"{text}, percent", lambda text=text: 100 * rates(text, "share_seen")(), percent)
        for text, percent in (
            ("2,2,2", "29.0"),
            ("3,3,3", "13.6"),
            ("2,4,8", "26.8"),
            ("1,2,9", "70.6"),
            ("1,2,4", "100"),
            ("1,2,4,8", "100"),
            ("1,2,3", "100"),
            ("1,2,5", "100"),
        )
    ),
    ("4g", "pyramid's branches", seen(net.Aspp, (256, 33, 33)), [1, 13, 25, 37, None, None]),
    ("4g", "samples of a WaveNet block", field(net.wavenet, (1, 1, 1024)), 1024),
    ("4h", "33 cells", inside(33), [77.2, 57.4, 40.5]),
    ("4h", "14 cells", inside(14), [51.0, 18.4, 11.1]),
    ("7f", "jumps multiply", of("stack", "field jump", kernels="3,2,3", strides="1,2,2", dilations="1"), [8, 4]),
    ("7f", "by its anatomy", lambda: seen(net.hierarchy, BIG)()[2], 8),
    ("11d", "cells of the last map", last_grid, 7),
    ("11d", "pixels of a cell", lambda: 224 // last_grid(), 32),
    *(
        ("12f", f"ResNet-{depth}", lambda depth=depth: net.resnet(depth)["receptive_field"], side)
        for depth, side in ((18, 435), (34, 899), (50, 483), (101, 1_027), (152, 1_507))
    ),
    ("12f", "torchvision's ResNet-50", torchvisions("resnet50"), 427),
    ("12f", "VGG-16", torchvisions("vgg16"), 212),
    ("12f", "AlexNet", torchvisions("alexnet"), 195),
    ("13f", "kernels 4, 3, 5", lambda: [overlap_cycle(kernel, 2) for kernel in (4, 3, 5)], [[2, 2], [1, 2], [2, 3]]),
    ("15d", "beyond 224", lambda: [net.resnet(depth)["receptive_field"] > 224 for depth in (18, 50)], [True, True]),
]
