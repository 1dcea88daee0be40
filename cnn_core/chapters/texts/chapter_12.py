"""Residual networks: what shortcuts cure, and what they do not."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    More layers should never hurt: the new ones could simply pass on what they get. Yet plain networks get worse when
    they get deep, on the training pictures too, so it is no overfitting. A residual block adds what it computes to what
    it got. To pass something on it has to learn nothing, and a network of 56 such layers trains like one of 20.

    Why it helps is often told wrongly. With batch norm the gradients of a deep plain network do not vanish on the way
    to the first layer: they explode. Shortcuts keep them within bounds, and there is more than one path through the
    network: take a block out of a trained one, and little happens.
    """,
    tries=(
        ("train", "Train resnet_cifar and its plain twin: the same layers, with and without shortcuts."),
        ("watch", "Follow the training loss of both: the plain one has hardly begun when the other is done."),
    ),
    corrections=(
        Correction(
            said="Residual networks solved the vanishing gradient.",
            right="The paper rules it out as the cause: batch norm keeps signals alive. Before anything is learned, "
            "the gradient of a plain network of 56 layers with batch norm grows towards the first layer, some thousand "
            "times; with shortcuts it stays near ten. Without batch norm plain networks shrink it, and residual ones "
            "blow it up.",
            labs=("gradient_by_depth",),
            source="He et al., Deep Residual Learning for Image Recognition, 2015; Yang et al., A Mean Field Theory of "
            "Batch Normalization, 2019",
        ),
        Correction(
            said="On ImageNet 20 layers reach 92% and 56 layers 88%.",
            right="That experiment is on CIFAR-10, and the numbers are read from a plot. On ImageNet it was 18 against "
            "34 plain layers.",
            number="Top-1 errors: plain-18 27.94, plain-34 28.54, ResNet-18 27.88, ResNet-34 25.03%.",
            labs=("degradation",),
            source="He et al., Deep Residual Learning for Image Recognition, 2015",
        ),
        Correction(
            said="Blocks of two 3 × 3 convolutions, 3-4-6-3 of them, are a ResNet-50.",
            right="They are a ResNet-34: 1 + 2 × 16 + 1 layers. A ResNet-50 has blocks of three, 3 × 16 + 2.",
            number="ResNet-34 21,797,672 parameters, ResNet-50 25,557,032.",
            calculators=("bottleneck",),
        ),
        Correction(
            said="Through a shortcut the gradient always flows with + 1.",
            right="With a ReLU after the sum, and with projections, it is gated. And the slope of the other branch may "
            "be −1. Later networks move the ReLU away for this reason.",
            source="He et al., Identity Mappings in Deep Residual Networks, 2016",
        ),
        Correction(
            said="A residual block starts by doing nothing.",
            right="Only if the scale of its last batch norm starts at 0, which is an option. With He's weights it "
            "starts by doing something.",
            source="Goyal et al., Accurate, Large Minibatch SGD, 2017",
        ),
        Correction(
            said="Residual networks made 1,000 layers possible.",
            right="They can be trained. On CIFAR-10 the one of 1,202 layers was worse than that of 110; it took "
            "another order of the block to make such depth pay.",
            number="Errors: 110 layers 6.43%, 1,202 layers 7.93%; 1,001 in the other order 4.62%.",
            source="He et al., Identity Mappings in Deep Residual Networks, 2016",
        ),
        Correction(
            said="ResNet reached 3.57% on ImageNet.",
            right="An ensemble did, on the test set, with five guesses. One network of 152 layers made 5.71% on the "
            "validation pictures, ten views of each.",
            number="Top-5, ten crops: 34 layers 7.46, 50 layers 6.71, 152 layers 5.71%.",
            source="He et al., Deep Residual Learning for Image Recognition, 2015",
        ),
        Correction(
            said="Every layer of a deep network is needed.",
            right="Of a plain one, yes. A residual network without one of its blocks still works: it is many paths of "
            "different length.",
            labs=("drop_a_block",),
            source="Veit et al., Residual Networks Behave Like Ensembles of Relatively Shallow Networks, 2016",
        ),
    ),
)
