"""Number and size of filters: what a layer costs, and when small kernels are cheaper."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A layer of C filters of size k × k over C′ channels has k² · C′ · C weights, and uses each of them once at every
    place of its map. So kernels are dear by their area, widths by their product, and maps by theirs.

    Two kernels of 3 × 3 see as far as one of 5 × 5 with fewer weights, where the number of channels stays the same.
    A convolution of 1 × 1 that first makes the channels fewer saves more than any of it. And the largest cost of an
    old network stands at its end: one dense layer after a flattened map can hold 99% of all weights.
    """,
    tries=(
        ("train", "Change width and depth and watch parameters and multiply-adds before anything is trained."),
        ("features", "Look at the kernels of the first layer, and at the matrix of weights of a 1 × 1 layer."),
    ),
    corrections=(
        Correction(
            said="Two 3 × 3 convolutions are cheaper than one 5 × 5.",
            right="Where channels stay the same they save 28%. Where they grow it can be the other way round: from 3 "
            "to 64 channels the two cost eight times more. With C′ channels in and C out they are cheaper only if C′/C "
            "is above 9/16.",
            number="3 to 64: 1,792 + 36,928 = 38,720 against 4,864. 64 to 64, without biases: 73,728 against 102,400.",
            calculators=("small_kernels", "convolution"),
            labs=("kernel_stacks",),
        ),
        Correction(
            said="Maps go 224, 112, 110, 55, 53.",
            right="That assumes padding in one layer and none in the others. Without padding a stack of four with "
            "pools gives 222, 111, 109, 54, 52, 26, 24, 12.",
            number="388,416 parameters for 32, 64, 128 and 256 filters.",
            calculators=("stack",),
        ),
        Correction(
            said="When the map halves, capacity halves, so the number of filters is doubled.",
            right="When both sides halve, the places fall to a quarter. Doubling the filters then keeps the "
            "multiply-adds of a layer (4 times the weights, a quarter of the places) and halves what it remembers.",
            calculators=("convolution",),
        ),
        Correction(
            said="Cost grows linearly with the number of filters.",
            right="In one layer. A network that is made a times as wide everywhere costs a² times as much.",
            labs=("width_sweep",),
        ),
        Correction(
            said="Numbers of filters should be powers of two.",
            right="What counts is the width of the machine's vectors: multiples of 8, 16 or 32. A layer of 33 filters "
            "can take one and a half times to twice as long per multiply-add as one of 32. Measure it on your machine.",
            labs=("width_sweep",),
        ),
        Correction(
            said="Modern networks use 3 × 3 kernels almost exclusively.",
            right="EfficientNet has 5 × 5, ConvNeXt 7 × 7 and RepLKNet 31 × 31, each with one channel at a time.",
            source="Liu et al., A ConvNet for the 2020s, 2022; Ding et al., Scaling Up Your Kernels to 31x31, 2022",
        ),
        Correction(
            said="A mobile network saves its weights by small filters.",
            right="In the usual example 11,170,250 parameters become 24,234. Almost all of that is owed to pooling "
            "over the whole map instead of flattening it.",
            number="11,075,712 of 11,170,250 (99.2%) stand in the first dense layer.",
            labs=("flatten_or_pool",),
        ),
    ),
)
