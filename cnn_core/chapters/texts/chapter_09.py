"""Imbalanced classes: when one class is rare, and what helps it."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    Where nine pictures of ten are of one class, a network that always says this class is right nine times of ten and
    knows nothing. Accuracy does not show it; recall class by class does, and so do balanced accuracy and macro F1.

    What helps is to let rare pictures count more (class weights), come more often (sampling), or to move the threshold
    afterwards. All of them move the same balance, so two at once move it twice. Focal loss looks at hard pictures,
    which is something else, and does little for a rare class unless it gets weights as well.
    """,
    tries=(
        ("train", "Make a data set uneven with its options, then repair it with a loss or a sampler."),
        ("evaluate", "Read recall by class, not accuracy."),
    ),
    corrections=(
        Correction(
            said="With 9,000 and 1,000 pictures the rare class gets 10 times the weight.",
            right="Nine times: the weights n/(k nᵢ) are 0.5556 and 5.0.",
            number="5.0 / 0.5556 = 9.",
            calculators=("class_weights",),
        ),
        Correction(
            said="The weighted loss is the weighted sum divided by N.",
            right="In the formula. PyTorch divides by the sum of the weights in the batch: another step size, and one "
            "that changes from batch to batch.",
            number="The same three pictures: 2.73438 divided by N, 0.77714 divided by the weights.",
            calculators=("class_weights",),
        ),
        Correction(
            said="Focal loss with alpha = 0.25 balances the classes.",
            right="One alpha for all classes only makes the loss smaller. It has to be given per class. In RetinaNet "
            "0.25 goes to the rare foreground and 0.75 to the background, which looks the wrong way round, because "
            "gamma has already silenced the many easy ones.",
            number="gamma 2, p = 0.9: 0.10536 becomes 0.0010536, a hundredth.",
            calculators=("focal_loss",),
            labs=("focal_gamma", "imbalance_remedies"),
            source="Lin et al., Focal Loss for Dense Object Detection, 2017",
        ),
        Correction(
            said="Focal loss reduces easy examples 1,000 times.",
            right="By 1/(1 − p)² for gamma 2: 100 times at p = 0.9, and 1,000 times only at p = 0.968.",
            number="1 / (1 − 0.968)² = 977.",
            calculators=("focal_loss",),
        ),
        Correction(
            said="First train on a balanced subset, then on everything.",
            right="On large data the reverse was better: features from everything, then the last layer on balanced "
            "batches. In trainings of seconds we have seen the opposite.",
            source="Kang et al., Decoupling Representation and Classifier for Long-Tailed Recognition, 2019",
        ),
        Correction(
            said="Use class weights and oversampling together.",
            right="They do the same thing, so their factors multiply: 9 × 9 = 81 in odds. The rare class gains, and "
            "the common ones pay for it.",
            number="9 × 9 = 81.",
            labs=("imbalance_remedies",),
        ),
        Correction(
            said="For uneven classes use the weighted F1.",
            right="It rewards the common class. Take macro F1, balanced accuracy or the precision-recall curve.",
            number="Always the common class at 90:10: weighted F1 0.853, macro F1 0.474, balanced accuracy 0.500.",
            calculators=("metrics",),
            labs=("constant_predictor",),
        ),
        Correction(
            said="Weights and focal loss make the better classifier.",
            right="They move its decisions, and its probabilities are then no longer how often it is right. To move "
            "the threshold afterwards costs nothing, and is often as good.",
            labs=("imbalance_remedies", "focal_gamma"),
        ),
    ),
)
