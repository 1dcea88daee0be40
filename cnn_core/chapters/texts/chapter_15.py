"""The limits of context: what a network sees, what it uses, and what it takes instead."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A deep network can see the whole picture: the field of its last layer is often larger than that. What it uses is
    less. The middle counts far more than the rim (the effective field), and training pictures decide what is looked at
    at all.

    If the ground gives the class away, it is the ground that is learned: change it, and the network is wrong with
    certainty. If texture and shape both tell, texture wins, until training takes it away. Such a shortcut is not seen
    in the accuracy, because the test pictures have it too. It is seen by changing one thing and leaving the other.
    """,
    tries=(
        ("explain", "See whether the glow lies on the thing or on what is around it."),
        ("train", "Train on grounds that agree with the class, then on grounds that do not."),
    ),
    corrections=(
        Correction(
            said="CNNs are limited by their receptive field.",
            right="The theoretical field of a ResNet-18 is 435 pixels, wider than its picture of 224. What is limited "
            "is the effective one, which grows like the root of depth, and what training makes of it.",
            number="ResNet-18 435, ResNet-50 427 or 483 pixels on 224.",
            labs=("effective_field",),
            calculators=("stack",),
            source="Luo et al., Understanding the Effective Receptive Field, 2017",
        ),
        Correction(
            said="To name pictures, a network needs their context.",
            right="Often it does not use it: one that sees patches of 33 × 33 pixels only has the right name among "
            "five for 87.6% of ImageNet.",
            labs=("patch_shuffle",),
            source="Brendel and Bethge, Approximating CNNs with Bag-of-local-Features models, 2019",
        ),
        Correction(
            said="A CNN does not know where things are.",
            right="Zero padding tells it: networks find their position from the border. To flatten a map keeps places, "
            "to pool over all of it drops them. A cat on a table and a table on a cat can be told apart.",
            labs=("relation",),
            source="Islam, Jia and Bruce, How Much Position Information Do Convolutional Neural Networks Encode?, 2020",
        ),
        Correction(
            said="CNNs see texture, people see shape.",
            right="The bias is in the data and in what is easy. Trained on pictures whose texture says nothing, the "
            "same network decides by shape.",
            labs=("shape_or_texture",),
            source="Geirhos et al., ImageNet-trained CNNs are biased towards texture, 2018",
        ),
        Correction(
            said="An accuracy of 100% means that the thing was learned.",
            right="The ground may have been learned. Reverse it, and a network that was right every time can be wrong "
            "every time.",
            labs=("background_shortcut",),
            source="Xiao et al., Noise or Signal: The Role of Image Backgrounds in Object Recognition, 2020",
        ),
        Correction(
            said="Shortcuts, weakness to attacks and hunger for data are faults of CNNs; transformers have none.",
            right="Transformers share all three.",
        ),
        Correction(
            said="A relation between two things needs attention.",
            right="A field that reaches both, without holes, is enough for left and right of each other. Where the "
            "field is too small and the map is pooled, it stays at chance.",
            labs=("relation", "cue_at_a_distance"),
        ),
    ),
)
