"""More numbers of the chapters, by networks built by hand: whole models, blocks, and how far deep networks see."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
import torchvision
from torch import nn

from cnn_core.models import build_model
from cnn_core.models.anatomy import anatomy
from cnn_core.models.zoo.resnet import BasicBlock, Bottleneck


def stack(*widths, pools, kernel=3):
    """Unpadded convolutions with ReLU, the first `pools` of them each followed by a 2x2 max pooling."""
    layers = []
    for place, (before, after) in enumerate(pairwise(widths)):
        layers += [nn.Conv2d(before, after, kernel), nn.ReLU()]
        if place < pools:
            layers.append(nn.MaxPool2d(2))
    return layers


def dilated(*rates, padded=True):
    return nn.Sequential(*(nn.Conv2d(1, 1, 3, padding=rate if padded else 0, dilation=rate) for rate in rates))


def parameters(model, shape):
    return [row["parameters"] for row in anatomy(model, shape)["layers"] if row["parameters"]]


def convolution_weights(model, shape):
    """Weights of the convolutions alone, as the chapter counts blocks."""
    return sum(row["parameters"] for row in anatomy(model, shape)["layers"] if row["type"] == "Conv2d")


def test_the_network_of_chapter_1():
    model = nn.Sequential(*stack(1, 32, 64, pools=2), nn.Flatten(), nn.Linear(1600, 64), nn.Linear(64, 10))
    assert parameters(model, (1, 28, 28)) == [320, 18_496, 102_464, 650]
    assert anatomy(model, (1, 28, 28))["parameters"] == 121_930


def test_the_dropout_network_of_chapter_2_without_and_with_batch_norm():
    dense = [nn.Flatten(), nn.Linear(12_544, 128), nn.ReLU(), nn.Linear(128, 10)]
    plain = nn.Sequential(*stack(3, 32, 64, pools=2), *dense)
    assert parameters(plain, (3, 64, 64)) == [896, 18_496, 1_605_760, 1_290]
    normed = nn.Sequential(
        *(part for layer in plain for part in (layer, *norm_after(layer)))  # running statistics are no parameters
    )
    assert anatomy(normed, (3, 64, 64))["parameters"] == 1_626_890


def norm_after(layer):
    if isinstance(layer, nn.Conv2d):
        return [nn.BatchNorm2d(layer.out_channels)]
    return [nn.BatchNorm1d(128)] if isinstance(layer, nn.Linear) and layer.out_features == 128 else []


@pytest.mark.parametrize(("rates", "sees"), [((1, 2, 3), 13), ((3, 3, 3), 19)])
def test_more_stacks_of_chapter_4(rates, sees):
    assert anatomy(dilated(*rates), (1, 64, 64))["receptive_field"] == sees
    assert anatomy(dilated(*rates, padded=False), (1, 64, 64))["receptive_field"] == sees


def test_doubled_rates_see_3_7_15_31_pixels_layer_by_layer():
    rows = anatomy(dilated(1, 2, 4, 8, padded=False), (1, 64, 64))["layers"]
    assert [row["receptive_field"] for row in rows] == [3, 7, 15, 31]
    assert [row["parameters"] - 1 for row in rows] == [9] * 4  # the same nine weights, whatever the rate


def test_the_cascade_of_chapter_4():
    layers = [nn.Conv2d(3, 32, 3, padding=1)]
    layers += [nn.Conv2d(32, 32, 3, padding=rate, dilation=rate) for rate in (2, 4, 8)]
    assert parameters(nn.Sequential(*layers, nn.Conv2d(32, 21, 1)), (3, 64, 64)) == [896, 9_248, 9_248, 9_248, 693]


class Aspp(nn.Module):
    """The pyramid of chapter 4: 1x1, three rates, global pooling; joined and projected."""

    def __init__(self, pooled):
        super().__init__()
        self.point = nn.Conv2d(256, 256, 1)
        self.rates = nn.ModuleList(nn.Conv2d(256, 256, 3, padding=rate, dilation=rate) for rate in (6, 12, 18))
        self.pooled = nn.Conv2d(256, 256, 1) if pooled else None
        self.project = nn.Conv2d(256 * (5 if pooled else 4), 256, 1)

    def forward(self, x):
        branches = [self.point(x), *(branch(x) for branch in self.rates)]
        if self.pooled is not None:
            branches.append(self.pooled(x.mean((2, 3), keepdim=True)).expand_as(x))
        return self.project(torch.cat(branches, 1))


def test_the_pyramid_of_chapter_4():
    with torch.device("meta"):
        found = anatomy(Aspp(pooled=True), (256, 33, 33))
    counts = [row["parameters"] for row in found["layers"]]
    assert counts == [65_792, 590_080, 590_080, 590_080, 65_792, 327_936]
    assert found["parameters"] == 2_229_760
    assert [row["receptive_field"] for row in found["layers"]] == [1, 13, 25, 37, None, None]


def test_without_its_global_pooling_the_pyramid_sees_what_its_widest_branch_sees():
    with torch.device("meta"):
        assert anatomy(Aspp(pooled=False), (256, 33, 33))["receptive_field"] == 37


def test_kernels_of_two_and_rates_to_512_hear_1024_samples():
    rates = [2**power for power in range(10)]
    wavenet = nn.Sequential(*(nn.Conv2d(1, 1, (1, 2), dilation=(1, rate)) for rate in rates))
    assert anatomy(wavenet, (1, 1, 1024))["receptive_field"] == 1024


@pytest.mark.parametrize(("kernel", "small", "large"), [(5, 18, 25), (7, 27, 49)])
def test_stacks_of_3x3_against_one_large_kernel(kernel, small, large):
    channels = 64
    several = nn.Sequential(*(nn.Conv2d(channels, channels, 3, bias=False) for _ in range(kernel // 2)))
    one = nn.Conv2d(channels, channels, kernel, bias=False)
    found, whole = (anatomy(model, (channels, 16, 16)) for model in (several, one))
    assert found["receptive_field"] == whole["receptive_field"] == kernel
    assert (found["parameters"], whole["parameters"]) == (small * channels**2, large * channels**2)


def test_the_bottleneck_of_chapter_7_with_and_without_biases():
    def pair(bias):
        direct = nn.Conv2d(256, 128, 5, bias=bias)
        return direct, nn.Sequential(nn.Conv2d(256, 32, 1, bias=bias), nn.Conv2d(32, 128, 5, bias=bias))

    counts = [anatomy(model, (256, 8, 8))["parameters"] for bias in (False, True) for model in pair(bias)]
    assert counts == [819_200, 110_592, 819_328, 110_752]


def test_the_simple_network_of_chapter_7_is_one_dense_layer_and_its_mobile_one_is_not():
    simple = nn.Sequential(
        *stack(3, 32, 64, 128, pools=3), nn.Flatten(), nn.Linear(26 * 26 * 128, 128), nn.Linear(128, 10)
    )
    mobile = nn.Sequential(*stack(3, 16, 32, 64, pools=2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    with torch.device("meta"):
        assert anatomy(simple, (3, 224, 224))["parameters"] == 11_170_250
    assert max(parameters(simple, (3, 224, 224))) == 11_075_712
    assert anatomy(mobile, (3, 224, 224))["parameters"] == 24_234


def test_the_fourth_pooling_of_chapter_7_leaves_12_pixels():
    rows = anatomy(nn.Sequential(*stack(3, 32, 64, 128, 256, pools=4)), (3, 224, 224))["layers"]
    assert [row["output_shape"][1] for row in rows] == [222, 111, 109, 54, 52, 26, 24, 12]


def test_a_separable_convolution_of_chapter_8():
    whole = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    parted = nn.Sequential(nn.Conv2d(3, 3, 3, padding=1, groups=3, bias=False), nn.Conv2d(3, 64, 1, bias=False))
    found = [anatomy(model, (3, 224, 224)) for model in (whole, parted)]
    assert [one["parameters"] for one in found] == [1_728, 219]
    assert [one["multiply_adds"] for one in found] == [86_704_128, 10_988_544]


@pytest.mark.parametrize(("depth", "count"), [(110, 1_727_962), (1202, 19_421_274)])
def test_the_deepest_resnets_of_the_cifar_experiments(depth, count):
    with torch.device("meta"):
        model = build_model("resnet_cifar", (3, 32, 32), 10, depth=depth)
    assert sum(one.numel() for one in model.parameters()) == count
    assert sum(isinstance(part, nn.Conv2d) for part in model.modules()) == depth - 1


def test_blocks_of_chapter_12():
    with torch.device("meta"):
        assert convolution_weights(Bottleneck(256, 64, 1), (256, 8, 8)) == 69_632
        assert convolution_weights(BasicBlock(64, 64, 1), (64, 8, 8)) == 73_728
        assert convolution_weights(BasicBlock(256, 256, 1), (256, 8, 8)) == 1_179_648


def stride_first(model):
    """The bottlenecks of the paper: the stride is in the first 1x1 convolution, not in the 3x3 as in torchvision."""
    for part in model.modules():
        if isinstance(part, Bottleneck):
            part.conv1.stride, part.conv2.stride = part.conv2.stride, part.conv1.stride
    return model


@pytest.mark.parametrize(("depth", "sees"), [(18, 435), (34, 899), (50, 483), (101, 1_027), (152, 1_507)])
def test_how_far_the_resnets_of_the_paper_see(depth, sees):
    with torch.device("meta"):
        model = stride_first(build_model("resnet", (3, 224, 224), 1000, depth=depth))
    assert anatomy(model, (3, 224, 224))["receptive_field"] == sees


def test_the_first_layer_of_resnet_18_of_chapter_14():
    with torch.device("meta"):
        found = anatomy(build_model("resnet", (3, 224, 224), 1000), (3, 224, 224))
    assert found["layers"][0]["multiply_adds"] == 118_013_952
    assert found["multiply_adds"] == pytest.approx(1.814e9, rel=1e-3)


PUBLISHED = (
    "alexnet convnext_tiny densenet121 efficientnet_b0 mnasnet1_0 mobilenet_v2 mobilenet_v3_large resnet50 "
    "resnext50_32x4d shufflenet_v2_x1_0 squeezenet1_0 vgg11_bn wide_resnet50_2"
)


@pytest.mark.parametrize("name", PUBLISHED.split())
def test_torchvisions_published_parameters_and_billions_of_multiply_adds(name):
    published = next(iter(torchvision.models.get_model_weights(name)))
    side = published.transforms().crop_size[0]
    with torch.device("meta"):
        found = anatomy(torchvision.models.get_model(name), (3, side, side))
    assert found["parameters"] == published.meta["num_params"]
    assert round(found["multiply_adds"] / 1e9, 3) == published.meta["_ops"]
