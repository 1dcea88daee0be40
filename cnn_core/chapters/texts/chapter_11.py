"""Seeing what a network sees: filters, maps, and explanations that have to be doubted."""

from __future__ import annotations

from cnn_core.chapters import Correction, Text

TEXT = Text(
    idea="""
    The first filters can be looked at as they are; later ones by what they answer to. Grad-CAM asks more: which cells
    of a late map speak for a class. It weighs each map by how much the class's score would rise with it, adds them up,
    and keeps what is above zero.

    Such a picture persuades whether it is right or not. So it has to pass tests: does it find a mark where we put one,
    does it change when the weights are thrown away, does the answer fall when the bright parts are covered. A map
    without evidence is not painted here.
    """,
    tries=(
        ("explain", "Ask for the class that it did not choose, too."),
        ("features", "Follow a picture through the layers, map by map."),
    ),
    corrections=(
        Correction(
            said="Grad-CAM takes the gradient of the probability.",
            right="The method takes the score before softmax. Where the network is sure the slope of softmax is next "
            "to nothing, and the map is of rounding errors and of other classes.",
            number="Slope at a lead of 2, 5, 10, 15: 0.168, 0.0131, 9.1e-5, 6.1e-7.",
            labs=("score_or_softmax",),
            source="Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks, 2016",
        ),
        Correction(
            said="The map is divided by its maximum.",
            right="A map of zeros then becomes no number at all. Zeros mean that nothing here speaks for the class, "
            "and that has to be said.",
        ),
        Correction(
            said="Grad-CAM shows which pixels matter.",
            right="It shows which cells of a coarse map do. In a network of stride 32 one cell is 32 × 32 pixels; the "
            "smooth glow is drawn between 7 × 7 numbers.",
            number="224 / 32 = 7 cells a side.",
        ),
        Correction(
            said="Deep Dream inverts features.",
            right="It makes a picture that excites a channel. Inversion is another task: to find a picture from its "
            "features, as much of it as they still hold. The deeper the layer, the less that is.",
            labs=("inversion_depth",),
            source="Mahendran and Vedaldi, Understanding Deep Image Representations by Inverting Them, 2014",
        ),
        Correction(
            said="Bright activation maps are active channels.",
            right="Where each map has its own scale, a silent one looks as busy as any. Maps have to share a scale, or "
            "say theirs.",
        ),
        Correction(
            said="In t-SNE, large clusters and far ones mean something.",
            right="Neither their size nor the distance between them does. Try several perplexities.",
        ),
        Correction(
            said="A map that looks right is right.",
            right="Some methods give nearly the same map with random weights: they show edges of the picture, not what "
            "was learned. Throw the weights away and see whether the map notices.",
            labs=("randomised_weights", "known_answer"),
            source="Adebayo et al., Sanity Checks for Saliency Maps, 2018",
        ),
    ),
)
