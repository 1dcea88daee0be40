"""Parameters, multiply-adds and sizes."""

from __future__ import annotations

from torch import nn

from cnn_core.models.recurrent import recurrent_parameters
from cnn_core.models.zoo.resnet import BasicBlock, Bottleneck
from tests.chapters.tables import networks as net
from tests.chapters.tables.networks import BIG, SMALL, each, everything, listed, of, over, parameters, products, sides

LAYER, PAIR, PARAMETERS = "convolution", "weights_1 weights_2", "parameters"
BOTH = "weights parameters"
DEEP = (18, 34, 50, 101, 152)


def weights(make, shape):
    """Of convolutions alone, as chapter 12 counts blocks."""
    return lambda: sum(row["parameters"] for row in net.asked(make, shape)["layers"] if row["type"] == "Conv2d")


def normed():
    return net.normed(net.dropout_network())


def rates():
    return net.dilated(1, 6, 24)


def bottleneck():
    return Bottleneck(256, 64, 1)


def narrow_block():
    return BasicBlock(64, 64, 1)


def wide_block():
    return BasicBlock(256, 256, 1)


def each_kernel(key, *kernels):
    return listed(*(of(LAYER, key, kernel=kernel) for kernel in kernels))


SQUARED = {"channels": 1, "filters": 1}  # the factor of C squared
ROWS = [
    ("0a", "FLOPs of a multiply-add", over(of(LAYER, "flops"), of(LAYER, "multiply_adds")), "2"),
    ("0b", "without and with biases", of(LAYER, BOTH, filters=32), [864, 896]),
    ("0b", "statistics of 64 channels", lambda: everything(lambda: nn.BatchNorm2d(64))() - 128, 128),
    ("1g", "layers", each(net.first_network, SMALL), [320, 18_496, 102_464, 650]),
    ("1g", "network", parameters(net.first_network, SMALL), 121_930),
    ("1g", "variant with ELU", parameters(net.grey, SMALL), 54_410),
    ("2e", "layers", each(net.dropout_network, (3, 64, 64)), [896, 18_496, 1_605_760, 1_290]),
    ("2e", "network", parameters(net.dropout_network, (3, 64, 64)), 1_626_442),
    ("2e", "percent in one", over(1_605_760, parameters(net.dropout_network, (3, 64, 64)), 100), "98.7"),
    ("2e", "with batch norm", parameters(normed, (3, 64, 64)), 1_626_890),
    ("2e", "with running statistics", everything(normed), 1_627_338),
    ("3d", "dense layer", parameters(net.dense_layer, BIG), 150_528_000 + 1000),
    ("3d", "its weights", products(net.dense_layer, BIG), 150_528_000),
    ("3d", "32 filters", of(LAYER, BOTH, filters=32), [864, 896]),
    ("3d", "times", over(products(net.dense_layer, BIG), of(LAYER, "weights", filters=32)), "174222"),
    ("3e", "dense network", parameters(net.mnist_dense, SMALL), 101_770),
    ("3e", "its multiply-adds", products(net.mnist_dense, SMALL), 101_632),
    ("3e", "CNN's layers", each(net.mnist_cnn, SMALL), [320, 18_496, 16_010]),
    ("3e", "CNN", parameters(net.mnist_cnn, SMALL), 34_826),
    ("3e", "CNN's multiply-adds", products(net.mnist_cnn, SMALL), 2_440_960),
    ("3e", "times", over(parameters(net.mnist_dense, SMALL), parameters(net.mnist_cnn, SMALL)), "2.92"),
    ("3f", "hierarchy", parameters(net.hierarchy_headed, BIG), 645_416),
    ("4d", "weights at any rate", lambda: [one - 1 for one in each(rates, (1, 96, 96))()], [9, 9, 9]),
    ("4g", "cascade's layers", each(net.cascade, (3, 64, 64)), [896, 9_248, 9_248, 9_248, 693]),
    ("4g", "cascade", parameters(net.cascade, (3, 64, 64)), 29_333),
    ("4g", "pyramid's layers", each(net.Aspp, (256, 33, 33)), [65_792, *[590_080] * 3, 65_792, 327_936]),
    ("4g", "pyramid", parameters(net.Aspp, (256, 33, 33)), 2_229_760),
    ("7c", "3 to 64", each_kernel(PARAMETERS, 1, 3, 5, 7), [256, 1_792, 4_864, 9_472]),
    ("7c", "5x5 to 3x3", over(of(LAYER, PARAMETERS, kernel=5), of(LAYER, PARAMETERS)), "2.71"),
    ("7c", "7x7 to 3x3", over(of(LAYER, PARAMETERS, kernel=7), of(LAYER, PARAMETERS)), "5.29"),
    ("7c", "5x5 to 3x3 without bias", over(of(LAYER, "weights", kernel=5), of(LAYER, "weights")), "2.78"),
    ("7c", "11x11x3 to 96", of(LAYER, PARAMETERS, kernel=11, filters=96), 34_944),
    ("7d", "5x5 and two 3x3, C = 64", of("small_kernels", PAIR), [102_400, 73_728]),
    ("7d", "5x5, of C squared", of("small_kernels", PAIR, **SQUARED), [25, 18]),
    ("7d", "7x7, of C squared", of("small_kernels", PAIR, kernel=7, **SQUARED), [49, 27]),
    ("7d", "5x5, percent of it", over(100, of("small_kernels", "ratio")), "72"),
    ("7d", "7x7, percent of it", over(100, of("small_kernels", "ratio", kernel=7)), "55.1"),
    ("7e", "weights", of("bottleneck", PAIR), [819_200, 110_592]),
    ("7e", "first part", of(LAYER, "weights", channels=256, filters=32, kernel=1), 8_192),
    ("7e", "second part", of(LAYER, "weights", channels=32, filters=128, kernel=5), 102_400),
    ("7e", "times", of("bottleneck", "ratio"), "7.41"),
    ("7e", "with biases", of("bottleneck", "parameters_1 parameters_2"), [819_328, 110_752]),
    ("7g", "sizes", sides(net.four_pools, BIG), [222, 111, 109, 54, 52, 26, 24, 12]),
    ("7g", "stack", parameters(net.four_pools, BIG), 388_416),
    ("7g", "simple", parameters(net.simple, BIG), 11_170_250),
    ("7g", "its largest layer", lambda: max(each(net.simple, BIG)()), 11_075_712),
    ("7g", "percent in it", over(11_075_712, parameters(net.simple, BIG), 100), "99.2"),
    ("7g", "mobile", parameters(net.mobile, BIG), 24_234),
    ("7g", "times", over(parameters(net.simple, BIG), parameters(net.mobile, BIG)), "461"),
    ("8d", "3 to 64 on 224", of(LAYER, "flops multiply_adds"), [173_408_256, 86_704_128]),
    ("8d", "standard and separable", of("separable", "multiply_adds_1 multiply_adds_2"), [86_704_128, 10_988_544]),
    ("8e", "halves", each(net.halves, (3, 8, 8)), [27, 192]),
    ("8e", "weights", of("separable", PAIR), [1_728, 219]),
    ("8e", "times", of("separable", "ratio"), "7.89"),
    ("8e", "with biases", of("separable", "parameters_1 parameters_2"), [1_792, 286]),
    ("8e", "times, with biases", of("separable", "ratio_with_biases"), "6.27"),
    ("8e", "times, to 256", of("separable", "ratio", filters=256), "8.69"),
    (
        "8f",
        "224 to 160",
        over(of(LAYER, "multiply_adds"), of(LAYER, "multiply_adds", height=160, width=160)),
        "1.96",
    ),
    (
        "12c",
        "ResNets",
        lambda: [net.resnet(depth)["parameters"] for depth in DEEP],
        [11_689_512, 21_797_672, 25_557_032, 44_549_160, 60_192_808],
    ),
    (
        "12d",
        "ResNets for CIFAR",
        lambda: [net.cifar(depth) for depth in (20, 32, 44, 56, 110, 1202)],
        [269_722, 464_154, 658_586, 853_018, 1_727_962, 19_421_274],
    ),
    ("12e", "bottleneck on 256", weights(bottleneck, (256, 8, 8)), 69_632),
    ("12e", "basic block on 64", weights(narrow_block, (64, 8, 8)), 73_728),
    ("12e", "basic block on 256", weights(wide_block, (256, 8, 8)), 1_179_648),
    ("12e", "times", over(weights(wide_block, (256, 8, 8)), weights(bottleneck, (256, 8, 8))), "16.9"),
    (
        "13c",
        "generator's layers",
        each(net.generator, (100, 1, 1)),
        [1_654_784, 512, 524_416, 256, 131_136, 128, 3_075],
    ),
    ("13c", "generator", parameters(net.generator, (100, 1, 1)), 2_314_307),
    ("13c", "generator, all", everything(net.generator), 2_315_203),
    ("13c", "its sizes", lambda: list(dict.fromkeys(sides(net.generator, (100, 1, 1))())), [8, 16, 32, 64]),
    ("13c", "critic's layers", each(net.discriminator, (3, 64, 64)), [3_136, 131_200, 256, 524_544, 512, 16_385]),
    ("13c", "critic", parameters(net.discriminator, (3, 64, 64)), 676_033),
    ("13c", "critic, all", everything(net.discriminator), 676_801),
    (
        "13d",
        "kernel 4, stride 2, padding 1",
        listed(*(of("transposed", "output_side", side=side) for side in (8, 16, 32))),
        [16, 32, 64],
    ),
    ("14c", "grey layer", of(LAYER, BOTH, channels=1, filters=32), [288, 320]),
    ("14c", "colour layer", of(LAYER, BOTH, filters=32), [864, 896]),
    ("14c", "times", over(of(LAYER, "weights", filters=32), of(LAYER, "weights", channels=1, filters=32)), "3.0"),
    (
        "14c",
        "times, with biases",
        over(of(LAYER, PARAMETERS, filters=32), of(LAYER, PARAMETERS, channels=1, filters=32)),
        "2.8",
    ),
    ("14c", "networks", listed(parameters(net.grey, SMALL), parameters(net.colour, (3, 28, 28))), [54_410, 54_986]),
    ("14c", "576 of it, percent", over(576, parameters(net.colour, (3, 28, 28)), 100), "1.0"),
    ("14c", "multiply-adds", listed(products(net.grey, SMALL), products(net.colour, (3, 28, 28))), [248_768, 638_144]),
    ("14e", "ResNet-18's first layer", lambda: net.resnet(18)["layers"][0]["multiply_adds"], 118_013_952),
    ("14e", "in all, 1e9", lambda: net.resnet(18)["multiply_adds"] / 1e9, "1.814"),
    ("14e", "percent of it", lambda: 100 * 118_013_952 / net.resnet(18)["multiply_adds"], "6.5"),
    ("14e", "percent that grey saves", lambda: 100 * 118_013_952 * 2 / 3 / net.resnet(18)["multiply_adds"], "4.3"),
    ("16c", "flattened", of("recurrent", "features"), 30_752),
    ("16c", "LSTM twice counted", of("recurrent", "flattened_keras flattened_pytorch"), [15_811_072, 15_811_584]),
    ("16c", "PyTorch's own", lambda: sum(one.numel() for one in net.film().memory.parameters()), 15_811_584),
    ("16c", "whole, Keras' biases", lambda: parameters(net.film, (3, 64, 64))() - 512, 15_813_258),
    ("16c", "percent in the LSTM", over(of("recurrent", "flattened_keras"), 15_813_258, 100), "99.99"),
    ("16c", "pooled", of("recurrent", "pooled_keras"), 82_432),
    ("16d", "LSTM", lambda: recurrent_parameters("lstm", 30_752, 128, 1), 15_811_072),
    ("16d", "GRU in Keras", of("recurrent", "flattened_keras", kind="gru"), 11_858_688),
]
