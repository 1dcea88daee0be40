"""Receptive fields and dilation: how far a network looks, and what falls through its grid."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    The receptive field is the part of the picture that one number of a map can depend on. Each layer of kernel k widens
    it by k − 1 pixels, times the dilation, times all strides before. A dilated kernel spreads its nine weights over a
    wider square, so a few layers see far without making the map smaller.

    Seeing far is not seeing everything. Where all layers have the same rate, the paths meet on a grid and the pixels
    between are never looked at. Rates without a common factor, with 1 among them, leave no holes. The figure
    shows it pixel by pixel.
    """,
    tries=(
        ("train", "Train conv_stack with rates 1,2,3 and 2,2,2: the same field, and not the same network."),
        ("features", "Look at the grid that constant rates leave in a map."),
    ),
    corrections=(
        Correction(
            said="Three layers of rate 2 see 15 × 15 pixels.",
            right="They see 13 × 13: 1 + 3 × 4. A field of 15 belongs to the rates 1,2,4.",
            number="Three plain layers see 7, so it is 13/7 = 1.86 times a side.",
            calculators=("stack",),
            labs=("measured_receptive_field",),
        ),
        Correction(
            said="The receptive field grows exponentially with dilation.",
            right="In one layer it grows linearly with the rate: (K − 1) r + 1. It grows exponentially with depth, and "
            "only if the rates double. Four such layers see 3, 7, 15, 31 pixels; 3, 5, 9, 17 is what each would see "
            "alone.",
            number="r = 1, 2, 3, 4: 3, 5, 7, 9 pixels.",
            calculators=("stack",),
        ),
        Correction(
            said="Powers of two as rates cure the grid.",
            right="Only if 1 is among them: 1,2,4 reaches every pixel of its square, 2,4,8 a quarter. The rule that "
            "was published is no common factor, and no hole larger than the kernel, as 1,2,5.",
            number="Pixels reached: 2,2,2 29.0%; 3,3,3 13.6%; 2,4,8 26.8%; 1,2,4 and 1,2,5 100%.",
            calculators=("stack",),
            labs=("measured_receptive_field", "cue_at_a_distance"),
            source="Wang et al., Understanding Convolution for Semantic Segmentation, 2017",
        ),
        Correction(
            said="What matters is that the receptive field is large enough.",
            right="It must reach, and have no holes. Two networks with the same field, depth and weights, one with the "
            "rates 1,2,3 and one with 2,2,2, differ as much as solving the task and guessing.",
            labs=("cue_at_a_distance", "segmentation_minute"),
        ),
        Correction(
            said="Dilation costs nothing, since it has the same parameters.",
            right="The same parameters are not the same work. Who keeps stride 8 instead of 32 computes 16 times as "
            "many places, and who keeps the full size instead of a quarter, 16 times as well. Real time does not come "
            "with it: WaveNet was far from it, and it took a second, distilled network to get there.",
            calculators=("convolution",),
            source="van den Oord et al., Parallel WaveNet, 2017",
        ),
        Correction(
            said="A normal convolution makes the map smaller, a dilated one keeps it.",
            right="Strides and pools make it smaller. Any convolution keeps the size with the right padding.",
            calculators=("convolution",),
        ),
        Correction(
            said="The rates of ASPP are 6, 12 and 18.",
            right="For a map of stride 16; at stride 8 they double. On a small map the outer taps fall on the padding: "
            "on 14 × 14, rate 18 is a 1 × 1 convolution.",
            number="Taps within the map, 33 × 33: 77.2%, 57.4%, 40.5%; 14 × 14: 51.0%, 18.4%, 11.1%.",
            source="Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation, 2017",
        ),
        Correction(
            said="A dilated network segments better than one that pools.",
            right="Not in the time that we gave them: a U-Net, which pools and comes back, was ahead. Among those that "
            "do not pool, a wider field was better, and the grid of constant rates can be seen in the masks.",
            labs=("segmentation_minute",),
        ),
    ),
)
