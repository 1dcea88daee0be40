"""Resizing and normalising: what is lost on the way to one size, and in which numbers a network thinks."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A batch has one size, so every picture is brought to it: stretched, or cut, or padded. Each loses something else:
    true proportions, the margins, or room. When a picture gets smaller, fine stripes must be blurred first
    (antialiasing), or they turn into coarse ones that were never there.

    Then numbers are scaled. A network trained from scratch hardly minds which way, as long as its input lies around
    zero. One that comes trained minds a great deal: it must get exactly what it was trained with. That is why ConvScope
    keeps the fitted steps with the run and uses no others later.
    """,
    tries=(
        ("data", "Follow a picture from the file to what the network gets."),
        ("train", "Change the strategy of resizing and see what is lost, before training."),
    ),
    corrections=(
        Correction(
            said="A picture of 640 × 480 with short side 224 becomes 640 × 224.",
            right="That would distort it. It becomes 298 × 224 where the library truncates, as torchvision does, or "
            "299 × 224 where it rounds; the crop then keeps 75% of the width.",
            number="640 × 224 / 480 = 298.67.",
            calculators=("resizing",),
        ),
        Correction(
            said="ResNet-50 wants pictures that are divided by 255 and standardised.",
            right="torchvision's does. Keras' wants blue, green, red with means taken off and no division, as Caffe "
            "did. In Keras the EfficientNets scale within the model and want 0 to 255: who scales before, scales "
            "twice. Always take the steps that belong to the weights.",
            number="Caffe's red after the mean: −123.7 to 131.3; torchvision's: −2.1179 to 2.2489.",
            labs=("preprocessing_skew",),
            calculators=("normalizing",),
        ),
        Correction(
            said="Dividing by 255 is min-max scaling.",
            right="Only for a picture that holds both 0 and 255.",
        ),
        Correction(
            said="Standardise each picture by itself, to be safe.",
            right="That takes the brightness away, which may be the signal, and divides by zero where a picture is "
            "flat.",
            calculators=("normalizing",),
        ),
        Correction(
            said="A network gets used to pixels from 0 to 255.",
            right="Numbers that all lie on one side of zero make a valley that is long and narrow, and each step "
            "crosses it. Taking the mean off makes it rounder. How much that is worth in steps is measured in the lab.",
            number="MNIST, largest direction over the next: 9.9 as it is, 1.5 when each pixel's own mean is taken off.",
            labs=("input_scaling",),
        ),
        Correction(
            said="It does not matter which function resizes.",
            right="It does. Some blur before they shrink and some do not unless told: Pillow always does, PyTorch's "
            "interpolate and TensorFlow's resize do not by themselves. Training with one and serving with another is "
            "another picture.",
            number="Stripes of contrast 0.472, a quarter of the size: 0.236 left without antialiasing, 0.015 with it.",
            labs=("antialias_stripes", "preprocessing_skew"),
            source="Parmar, Zhang and Zhu, On Aliased Resizing and Surprising Subtleties in GAN Evaluation, 2021",
        ),
        Correction(
            said="Lanczos is the best interpolation.",
            right="For enlarging it is sharp, and it rings: light and dark lines beside every edge.",
            calculators=("resizing",),
        ),
        Correction(
            said="ImageNet's mean and std on other pictures are wrong.",
            right="For weights that were trained with them they are required. From scratch it hardly matters which "
            "mean and std are taken: the difference is a map that the first layer can learn.",
        ),
        Correction(
            said="All splits are treated exactly alike.",
            right="Except for augmentation, which is for training alone. And random crops in training against centre "
            "crops in the test show things at different sizes.",
            source="Touvron et al., Fixing the train-test resolution discrepancy, 2019",
        ),
    ),
)
