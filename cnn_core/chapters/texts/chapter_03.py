"""Why convolutions suit pictures: locality, shared weights, and what they do not give."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    In a picture, what belongs together lies together, and a thing is the same thing wherever it lies. A convolution has
    both built in: each number of its map looks at a small patch, and all patches are looked at with the same weights.
    A dense layer would have to learn this from pictures, place by place.

    So the map moves with the picture. That is not yet the same answer for a moved picture: strides and pools take
    every second row, and what fell on one row may fall between two. And the weights that are saved are not saved work:
    each is used once for every place.
    """,
    tries=(
        ("train", "Train mlp and small_cnn on the same pictures, and read parameters and multiply-adds beside them."),
        ("features", "Find the filters of the first layer that answer to edges."),
    ),
    corrections=(
        Correction(
            said="A convolution needs 174,222 times fewer weights than a dense layer.",
            right="The ratio compares a dense layer of 1,000 units with a convolution that gives 222 × 222 × 32 = "
            "1,577,088 numbers. A dense layer with that output would need 2.4e11 weights. Numbers of weights can be "
            "compared only for the same input and output.",
            number="150,528 × 1,000 = 150,528,000 against 3 × 3 × 3 × 32 = 864.",
            calculators=("convolution",),
        ),
        Correction(
            said="A CNN has 100 to 1,000 times fewer parameters than a dense network, and is faster.",
            right="On MNIST a usual pair differs by a factor of 2.9 in parameters, and the CNN does 24 times more "
            "arithmetic. Neither follows from the word convolution.",
            number="101,770 against 34,826 parameters; 101,632 against 2,440,960 multiply-adds.",
            calculators=("convolution",),
            labs=("few_pictures",),
        ),
        Correction(
            said="Convolutions are invariant to shifts.",
            right="They are equivariant: the map moves with the picture. Strides and pools break even that, because a "
            "shift by one pixel is half a step of a map with stride 2.",
            labs=("shift_test",),
            source="Azulay and Weiss, Why do deep convolutional networks generalize so poorly to small image "
            "transformations?, 2018; Zhang, Making Convolutional Networks Shift-Invariant Again, 2019",
        ),
        Correction(
            said="Pooling makes a network invariant to size.",
            right="It gives no such thing. A pool of two pixels forgives about a pixel of shift, and a thing twice as "
            "large is another pattern to every filter.",
            labs=("shift_test",),
        ),
        Correction(
            said="Width × height × 9 is the number of weights of a dense layer.",
            right="It is that of a local layer whose weights are not shared: a 3 × 3 kernel of its own for every place."
            "",
            number="222 × 222 × 9 = 443,556 for one filter on a grey picture.",
        ),
        Correction(
            said="Layer 1 sees edges, layer 2 textures, layer 4 whole objects.",
            right="After four convolutions with pools the field is some dozens of pixels, a sixth of the side of a "
            "usual picture. Hierarchies of parts are a tendency that was found in deep networks, not a property of the "
            "number of a layer.",
            number="A stack of four: 3, 4, 8, 10, 18, 22, 38 of 224 pixels.",
            calculators=("stack",),
            labs=("measured_receptive_field",),
        ),
        Correction(
            said="AlexNet made 15.3% errors.",
            right="That was an average of several networks. One network made 18.2%, five 16.4%, the entry that won "
            "15.3%; the runner-up made 26.2%.",
            number="Top-5 errors, table 2 of the paper.",
            source="Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, "
            "2012",
        ),
        Correction(
            said="CNNs are not for texts and time series.",
            right="One-dimensional convolutions have been used for both with success. What is needed is that "
            "neighbours belong together.",
            labs=("pixel_shuffle",),
        ),
    ),
)
