"""Activation functions: what stands between the layers, and what it does to gradients."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A convolution adds weighted numbers up, and sums of sums are sums again: ten such layers can do no more than one. A
    function between them that is not a straight line changes that. ReLU, which passes what is above zero and stops
    the rest, is enough, and costs next to nothing.

    The function also decides what comes back when the network learns. Each layer multiplies the gradient by the slope
    at which it works. The slope of a sigmoid is 1/4 at most, so ten layers leave less than a millionth; that of ReLU is
    1 or 0. Whether a deep network learns at all depends on this, and as much on the size of its first weights.
    """,
    tries=(
        ("train", "Choose small_cnn or conv_stack and another activation, and compare the first epochs."),
        ("features", "Look at a map before and after its activation: what was below zero is gone."),
    ),
    corrections=(
        Correction(
            said="Without activation functions a network collapses into one linear map.",
            right="That is so for convolutions and dense layers, and with biases the map is affine. Max pooling is not "
            "linear: a network with max pooling and no activation at all reads digits almost as well as one with ReLU.",
            labs=("pool_is_nonlinear",),
        ),
        Correction(
            said="Two 3 × 3 convolutions in a row are one 5 × 5 convolution.",
            right="To the last digit where nothing is padded and nothing stands between. With zero padding it holds "
            "away from the border only.",
            number="Largest difference 9e-16 without padding, 0.56 at the border with it.",
            calculators=("stack",),
        ),
        Correction(
            said="With ReLU half of the neurons are zero, so the network has less to compute.",
            right="Half holds at the start, where inputs lie evenly around zero. And dense kernels multiply a zero at "
            "full price: nothing is saved.",
            number="ReLU of a standard normal: 50.0% zeros.",
            labs=("compression_bench",),
        ),
        Correction(
            said="ReLU knows no vanishing gradients.",
            right="Its slope is 1 on one side only, and depth shrinks or swells gradients with any function. The first "
            "weights matter as much: with those that PyTorch draws, ReLU loses most of the gradient within ten layers; "
            "with He's it keeps its size.",
            number="A chain of sigmoids passes at most 0.25 a layer: 9.5e-7 after ten.",
            labs=("activation_vanishing", "gradient_by_depth"),
            source="He et al., Delving Deep into Rectifiers, 2015",
        ),
        Correction(
            said="ReLUs die of a large negative bias, and a leaky ReLU cures it.",
            right="What is large depends on the input: a bias of −2 kills a network that gets numbers from 0 to 1, and "
            "not one that gets numbers of mean 0 and deviation 1. The leak helps while the bias is moderate: two "
            "layers of slope 0.01 pass a ten-thousandth, so far enough below zero the leaky ones die too. And a step "
            "size that is too large kills just as well.",
            labs=("dying_relu",),
        ),
        Correction(
            said="Swish is the state of the art.",
            right="What it gains over ReLU is some tenths of a percent, and it takes more time.",
            calculators=("activation",),
        ),
        Correction(
            said="ELU is smooth.",
            right="Its slope has no jump at zero for alpha = 1 only.",
            calculators=("activation",),
        ),
        Correction(
            said="A network with activations can approximate any function.",
            right="Any continuous function, on a closed and bounded set, if it is large enough. Nothing is said of "
            "whether training finds it.",
        ),
        Correction(
            said="tanh is computed as (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).",
            right="As a definition, yes. Computed like this in float32 it overflows from x = 89 on and gives no "
            "number; libraries do it in another way.",
        ),
    ),
)
