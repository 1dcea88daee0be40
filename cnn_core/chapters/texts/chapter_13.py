"""Generative adversarial networks: two networks against each other, and how to tell whether it works."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A generator makes pictures out of noise; a discriminator says which are made and which are real. Each learns from
    the other's mistakes. When the game is even, the discriminator can only guess: 1/2 for every picture.

    Neither loss says whether the pictures are any good: both can look fine while the generator makes one digit only. So
    samples are looked at, counted by class with a classifier of our own, and compared with real ones in its features
    (FID, KID). Such a number means something beside a floor, real against real, and ceilings, such as noise.
    """,
    tries=(("train", "Train a generator, and watch what the same noise becomes, epoch by epoch."),),
    corrections=(
        Correction(
            said="The generator minimises log(1 − D), so that D says 1.",
            right="These are two losses. To minimise log(1 − D) is the saturating one; to maximise log D is what "
            "everybody trains. Early on, when D is right about a fake, the first has almost no gradient.",
            number="At D = 0.01: 0.01 against 0.99 on D's score, 99 times.",
            labs=("saturating_loss",),
        ),
        Correction(
            said="Transposed convolutions need millions of times fewer parameters than dense layers.",
            right="262,000 times for the last layer of the usual generator, 1,024 times for its first step up.",
            number="805,306,368 against 3,075; 536,870,912 against 524,416.",
            calculators=("transposed",),
        ),
        Correction(
            said="A transposed convolution is a deconvolution.",
            right="It does not undo a convolution. It has the shapes of one turned round.",
            number="Kernel 4, stride 2, padding 1: n becomes 2n.",
            calculators=("transposed",),
        ),
        Correction(
            said="One-sided label flipping makes training stable.",
            right="Two tricks are mixed. One-sided smoothing calls real pictures 0.9 instead of 1; flipping gives some "
            "wrong labels now and then.",
        ),
        Correction(
            said="A DCGAN has dropout and any optimizer will do.",
            right="It has no dropout, and it was trained with Adam, step size 2e-4 and beta1 0.5.",
            source="Radford, Metz and Chintala, Unsupervised Representation Learning with DCGANs, 2015",
        ),
        Correction(
            said="Train until the losses converge.",
            right="They do not tell. At the optimum D says 1/2 and the losses stand at ln 2 each, and they may stand "
            "near it with a generator that has collapsed. Look at samples, classes covered, FID.",
            number="ln 2 = 0.6931; the value of the game is −ln 4 = −1.3863.",
            labs=("mode_collapse", "dcgan_minute"),
        ),
        Correction(
            said="Kernel 4 with stride 2 is just what one takes.",
            right="There is a reason: every output is then touched by the same number of inputs. Kernel 3 and 5 touch "
            "them unevenly, and that can be seen as a checkerboard.",
            number="A row, stride 2: kernel 4 2,2,2,2; kernel 3 1,2,1,2; kernel 5 2,3,2,3.",
            calculators=("transposed",),
        ),
        Correction(
            said="Always train the discriminator more.",
            right="That is advice for Wasserstein GANs. With the usual loss a discriminator that is far ahead teaches "
            "nothing.",
        ),
        Correction(
            said="A classifier that is sure means that the samples are good.",
            right="A classifier can be sure of noise. Confidence alone puts noise above real pictures at times; "
            "distances of features order them rightly.",
            labs=("dcgan_minute",),
        ),
    ),
)
