"""Overfitting: when a network knows its training pictures by heart, and what is done about it."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A network with more weights than pictures can learn every picture by heart, and even labels drawn by lot. What
    counts is how it does on pictures that it has not seen; the distance between the two is the gap.

    Many things narrow the gap: more pictures, or the same ones moved and turned; a smaller network, or one that pools
    over the whole map before it decides; dropping units at random, pulling weights towards zero, stopping in time. None
    of them is always best. Which helps here is a question for an experiment, with several seeds, because the
    differences are often smaller than the luck of the first weights.
    """,
    tries=(
        ("data", "See what an augmentation makes of your pictures before you train with it."),
        ("watch", "Watch both curves: the gap is the room between them."),
    ),
    corrections=(
        Correction(
            said="Dropout multiplies by Bernoulli(p) with p the dropout rate, and Dropout(0.25) keeps a quarter.",
            right="Two letters are mixed up. In the formula p is the chance to be kept, in code it is the share that "
            "is dropped. And what is kept must be divided by the chance to be kept, or the numbers at test time are "
            "larger than those that were trained on.",
            number="Rate 0.25 without the factor: 0.75 of the activation that the test sees.",
        ),
        Correction(
            said="Dropout drops connections.",
            right="It drops units, with all their connections. To drop single weights is another method, DropConnect.",
        ),
        Correction(
            said="A weight decay of 0.01 is typical.",
            right="As an L2 term of the loss it is 20 to 100 times what image classifiers use: 5e-4 for AlexNet and "
            "VGG, 1e-4 for ResNet. 0.01 to 0.05 is usual for decoupled decay, as in AdamW. In Adam an L2 term is not "
            "weight decay at all.",
            source="Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2017",
        ),
        Correction(
            said="An L2 penalty of λ is a weight decay of λ.",
            right="The penalty λ Σw² has the gradient 2λw, so λ = 0.01 there is a weight decay of 0.02 in PyTorch's "
            "SGD. Always ask which one a number means.",
            number="2 × 0.01 = 0.02.",
        ),
        Correction(
            said="Batch norm works because it reduces internal covariate shift.",
            right="That is contested: in experiments it helped just as much where the shift was put back in. It makes "
            "the loss easier to walk on.",
            source="Santurkar et al., How Does Batch Normalization Help Optimization?, 2018",
        ),
        Correction(
            said="Dropout and batch norm go well together.",
            right="Directly before a batch norm, dropout changes the variances between training and test, which batch "
            "norm has to believe in. Put it after the last one.",
            source="Li et al., Understanding the Disharmony between Dropout and Batch Normalization, 2018",
        ),
        Correction(
            said="Augmentation makes millions of pictures out of ten thousand.",
            right="Views of one picture resemble each other. They help, and they do not replace new pictures.",
            labs=("overfit_and_remedies",),
        ),
        Correction(
            said="Mirrored and turned pictures are always good augmentation.",
            right="Only where the class survives it. A digit turned by 180 degrees may be another digit, and a "
            "mirrored letter is none.",
            labs=("wrong_augmentation",),
        ),
        Correction(
            said="As soon as the validation loss rises, stop.",
            right="A loss is noisy; without patience one stops by chance. And the loss can rise while accuracy still "
            "does: a few answers that are wrong and very sure are enough.",
            labs=("overfit_and_remedies",),
        ),
        Correction(
            said="A network generalises because it cannot learn nonsense.",
            right="The same network that reads digits learns labels drawn by lot to the last picture, and is then at "
            "chance on new ones. What it can learn says nothing of what it will know.",
            labs=("random_labels",),
            source="Zhang et al., Understanding Deep Learning Requires Rethinking Generalization, 2016",
        ),
    ),
)
