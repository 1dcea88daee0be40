"""Measuring a classifier: numbers that say something, and between which limits."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    A classifier gives scores; a threshold makes answers out of them. Accuracy, precision, recall and F1 look at the
    answers. The ROC curve and its area look at the order of the scores only, for all thresholds at once. Calibration
    asks whether 0.8 is right 80 times of 100. These are different questions, and a network can be good at one and bad
    at another.

    Every number from a test is also an estimate. Right 7 times of 10 may be a classifier of 40% or of 89%. And numbers
    that depend on how rare a class is, precision above all, change when it becomes rarer, though the network does not.
    """,
    tries=(
        ("evaluate", "Click a cell of the matrix, and see the pictures that it counts."),
        ("runs", "Compare two runs on the very same pictures before you call one better."),
    ),
    corrections=(
        Correction(
            said="The area under the ROC curve measures calibration.",
            right="It sees the order of the scores alone. Put every score to the third power: the area stays, and the "
            "probabilities are nonsense. Calibration is seen in a reliability diagram, in the Brier score or in ECE.",
            number="Area 0.940 before and after; Brier 0.110 before, 0.2310 after.",
            calculators=("metrics",),
            labs=("same_auc_other_calibration",),
            source="Guo et al., On Calibration of Modern Neural Networks, 2017",
        ),
        Correction(
            said="An area of 0.9 to 1.0 is excellent.",
            right="No scale holds for all tasks. Where one of a hundred is positive, an area of 0.95 can mean a "
            "precision of 0.105 at a recall of 0.8. Where classes are rare, look at precision and recall.",
            number="Equal-variance normal scores, 1% positives.",
            labs=("base_rate",),
        ),
        Correction(
            said="With balanced classes accuracy is enough.",
            right="Not without its interval: 70% of ten pictures is anything between 40 and 89%.",
            number="Wilson's 95% interval of 7 of 10.",
            calculators=("metrics",),
            labs=("interval_width",),
            source="Wilson, Probable Inference, the Law of Succession, and Statistical Inference, 1927",
        ),
        Correction(
            said="Precision belongs to the classifier.",
            right="It belongs to classifier and test set. With the same ROC curve it falls as the class gets rarer.",
            labs=("base_rate",),
        ),
        Correction(
            said="Micro F1 is another view of the result.",
            right="For one label a picture it is the accuracy, and so is weighted recall.",
            calculators=("metrics",),
        ),
        Correction(
            said="The area under the precision-recall curve is found by the trapezoidal rule.",
            right="Straight lines between its points promise too much. Average precision takes steps.",
            number="The same ten scores: 0.9429 in steps, 0.9514 with trapezoids.",
            calculators=("metrics",),
        ),
        Correction(
            said="What is not defined counts as 0.",
            right="Precision without any answer for a class is no number. ConvScope shows it as undefined; a 0 would "
            "pull means down as if something had been measured.",
        ),
        Correction(
            said="76.5% and 93.3% mean a good network.",
            right="They are close to what a ResNet-50 reaches on ImageNet, first guess and among five. A number "
            "without its data set means nothing.",
        ),
    ),
)
