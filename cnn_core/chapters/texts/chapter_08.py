"""Less computation: what compresses a network, what only promises to, and what a clock says."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A trained network can be made smaller in many ways. Numbers of 8 bits instead of 32, weights set to zero, whole
    channels taken out, a small network taught by a large one, smaller pictures, convolutions taken apart into a spatial
    and a mixing part: each promises a factor on paper.

    The paper counts multiply-adds or bytes; a clock counts something else. Zeros are multiplied like any number. Few
    multiply-adds can still mean much moving of memory. So every figure here is measured beside the promise, on the
    same machine, in the same runtime, with the accuracy next to it.
    """,
    tries=(
        ("evaluate", "Accuracy first: a fast network that is wrong is none."),
        ("runs", "Put a network and its smaller sister side by side."),
    ),
    corrections=(
        Correction(
            said="int8 instead of float32 is 32/8 = 4 times faster.",
            right="Four is about the factor of the file's size. Speed depends on kernels, width and runtime: on a "
            "small network int8 gains nothing in the same runtime, on wide ones a lot. And changing the runtime alone "
            "often gains more; compare within one.",
            number="Size: 32/8 = 4.",
            labs=("compression_bench",),
        ),
        Correction(
            said="Pruning a share p of the weights makes a network 1/(1 − p) times faster.",
            right="Zeros in a dense kernel save nothing: they are multiplied like any number. To take out a share p of "
            "the channels of all inner layers does save, up to 1/(1 − p)².",
            number="0, 50, 90, 99% zeros: 13.0, 12.9, 13.3, 12.9 ms. Half of the channels: up to 4 times.",
            labs=("compression_bench",),
        ),
        Correction(
            said="90% of the weights can go, with less than 1% lost.",
            right="Half of them, yes. How much more depends on how many were too many to begin with: a small network "
            "has no slack, and without training again it falls much sooner.",
            labs=("pruning_curve",),
        ),
        Correction(
            said="Separable convolutions are 5 to 10 times faster.",
            right="They have 7 to 8 times fewer multiply-adds at 32 to 128 channels. But they wait for memory: on a "
            "processor's core they were 1.6 to 2.8 times faster.",
            number="3 to 64: 219 against 1,728 weights, 7.89 times; with biases 286 against 1,792, 6.27 times.",
            labs=("separable_cost",),
            calculators=("separable",),
        ),
        Correction(
            said="A slightly smaller picture saves a little.",
            right="The work of convolutions goes with the area: 160 instead of 224 pixels a side is half of it. What "
            "it costs in accuracy depends on how small the things are that have to be seen.",
            number="(224 / 160)² = 1.96.",
            labs=("resolution_sweep",),
        ),
        Correction(
            said="A small network taught by a large one is always better than one that learns alone.",
            right="Where labels are few: the teacher's probabilities tell more than a label, and they can be had for "
            "pictures without one. A student with all labels and enough time gains nothing.",
            labs=("distillation",),
        ),
        Correction(
            said="MobileNet is 10 times faster and reaches 90%.",
            right="Than what, and 90% of what? MobileNetV2 has 3,504,872 parameters and names 71.9% of ImageNet at "
            "first guess.",
        ),
        Correction(
            said="TPUs are 10 to 100 times faster.",
            right="The paper says 15 to 30 times, against what was there at its time, and when asking, not training.",
            source="Jouppi et al., In-Datacenter Performance Analysis of a Tensor Processing Unit, 2017",
        ),
        Correction(
            said="Half precision is 2 to 3 times faster, without loss.",
            right="On GPUs with tensor cores, and with the loss scaled so that small gradients do not become zero. On "
            "processors only bfloat16, and only where they have instructions for it.",
            source="Micikevicius et al., Mixed Precision Training, 2017",
        ),
        Correction(
            said="Larger batches are faster.",
            right="More pictures in a second, and each of them waits longer.",
            labs=("compression_bench",),
        ),
        Correction(
            said="FLOPs and multiply-adds are the same.",
            right="A multiply-add is two floating-point operations. Texts mix the two, a factor of 2 without a word; "
            "ConvScope always says multiply-adds.",
            number="3 to 64, 3 × 3, 224 × 224: 173,408,256 operations are 86,704,128 multiply-adds.",
            calculators=("convolution",),
        ),
    ),
)
