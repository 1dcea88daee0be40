"""The preprocessing pipeline: splits, statistics, and what must not leak."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    Between files and network lies a chain: decode, turn upright, bring to one colour form, resize, augment (training
    only), scale. Its order matters, and so does where its numbers come from: mean and std from the training pictures
    alone.

    A test is worth something only if nothing of it was seen in training. Copies of a picture, two photographs of one
    patient, frames of one film: on both sides of the split they make the accuracy rise while the network is no better.
    """,
    tries=(
        ("data", "See class counts, splits and what each step does to a picture."),
        ("evaluate", "The surest mistakes are often wrong labels: look at them first."),
    ),
    corrections=(
        Correction(
            said="Compute mean and std of your data, then standardise with them.",
            right="In many a listing they are computed and never used, because the constants of ImageNet are built in "
            "further below. And one mean over all channels is not one for each. Look at what the network gets.",
            number="MNIST, all training pixels: mean 0.1307, std 0.3081.",
            labs=("split_statistics",),
        ),
        Correction(
            said="The std of a data set is the mean of its pictures' stds.",
            right="It is not: what differs between pictures is lost. Sums and squares have to be pooled.",
            number="Two pictures of mean 0.2 and 0.8, each with spread 0.1: 0.095 against 0.314 pooled.",
        ),
        Correction(
            said="Statistics from all data are a serious leak.",
            right="A leak, yes, and a small one where the splits are alike. It becomes large where the split that they "
            "come from is shifted against the others.",
            labs=("split_statistics",),
        ),
        Correction(
            said="70, 10 and 20 percent: split off 20%, then 10% of the rest.",
            right="The second fraction is of what is left: 0.1 / 0.8 = 0.125.",
            number="1,000 pictures, 90:10: 700, 100 and 200 with 70, 10 and 20 of the rare class.",
        ),
        Correction(
            said="A loop over *.jpg finds all pictures, and a check of channels finds the grey ones.",
            right="The pattern misses .jpeg, .png and capital letters. And where the loader turns everything into RGB "
            "first, the check can never find anything: it has to look before.",
            labs=("planted_faults",),
        ),
        Correction(
            said="Brightness is x plus something, rotation is R times x.",
            right="Libraries mostly multiply, by 0.8 to 1.2 say, and some add; the two are not the same augmentation. "
            "And a rotation acts on coordinates, not on the values of pixels.",
        ),
        Correction(
            said="Never augment at test time.",
            right="That is the rule for scoring. To average the answers over several views of a picture is a method of "
            "its own, and has to be called so.",
        ),
        Correction(
            said="A random split is a fair split.",
            right="Not where pictures belong together. Split by patient, film or day, look for copies across the "
            "splits, and turn photographs upright before anything else.",
            labs=("leakage",),
        ),
        Correction(
            said="Labels are the truth.",
            right="Some are wrong in every data set. The network's own loss finds many of them: sort by it and look.",
            labs=("planted_faults",),
        ),
    ),
)
