"""Colour and grey: what colour costs, and what is lost without it."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A colour picture has three numbers a pixel, a grey one has one: a weighted sum of the three, 0.299 red + 0.587 green
    + 0.114 blue. Colours of the same sum become the same grey, and what only colour told is gone.

    Colour is cheap: the three channels meet in the first layer and nowhere else. Whether it helps depends on the task.
    A network takes what is easiest: if colour gives the class away it will not look at shapes, and a swap of channels
    that a person hardly minds can take everything from it.
    """,
    tries=(
        ("data", "Look at a colour data set, and at what the step that makes it grey leaves."),
        ("features", "First filters of a colour network: which are grey, and which weigh colours against each other?"),
    ),
    corrections=(
        Correction(
            said="Colour is three times as expensive; grey has three times fewer parameters.",
            right="In the first layer. A whole small network has one percent more with colour, and of the work of a "
            "ResNet-18 grey saves 4.3%.",
            number="First layer 864 + 32 against 288 + 32; whole networks 54,986 against 54,410.",
            calculators=("convolution",),
        ),
        Correction(
            said="In grey, red and green look the same.",
            right="Pure red and pure green do not: 76 and 150. Pairs of equal luma do, such as (200, 0, 0) and "
            "(0, 102, 0).",
            number="Red 76.2, green 149.7, blue 29.1; the pair 59.8 and 59.9.",
            labs=("color_or_shape",),
        ),
        Correction(
            said="The first filters learn hue.",
            right="A filter is a weighted sum. It can weigh one colour against another; hue is a ratio, and needs "
            "layers that are not linear.",
            labs=("channel_swap",),
        ),
        Correction(
            said="Grey is enough, the network learns shapes anyway.",
            right="If colour gives the class away, a colour network looks at nothing else, and a grey one is at "
            "chance. If shape does, grey loses nothing. It is the data that decide.",
            labs=("color_or_shape",),
        ),
        Correction(
            said="A network trained on colour pictures also reads grey ones.",
            right="It gets three equal channels, which it has never seen, and loses much even where colour says "
            "nothing of the class. A network trained on grey loses still more on colour pictures.",
            labs=("grey_transfer",),
        ),
    ),
)
