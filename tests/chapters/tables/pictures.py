"""Resizing, normalising, grey, splits."""

from __future__ import annotations

import numpy as np
from PIL import Image

from cnn_core.data.splits import stratified
from cnn_core.figures.overlay import grey
from cnn_core.models.pretrained import published
from cnn_core.preprocessing.geometry import fitting
from cnn_core.preprocessing.normalizers import IMAGENET_MEAN, NORMALIZERS
from cnn_core.preprocessing.steps import SHELF as STEPS

WAYS = {one.name: one for one in NORMALIZERS}


def fitted(strategy):
    return fitting(strategy, 640, 480, 224)


def luma(*color):
    """What the step makes of a colour: whole numbers, so to half a step; the overlay's grey is exact."""
    picture = np.array([[color]], np.uint8)
    return lambda: float(grey(picture)[0, 0]) * 255


def by_step(*color):
    entry = STEPS.load("color")
    options = entry.options(mode="grey")
    made = entry.build.picture(options, {"channels": 1}, Image.new("RGB", (1, 1), color))
    return lambda: made.getpixel((0, 0))


def ranges(name, at):
    return lambda: list(WAYS[name].range()[at])


def shares():
    """Sizes, and how many of the rare class are in each."""
    targets = np.array([1] * 100 + [0] * 900)
    test = round(0.2 * len(targets))
    val = round(0.1 / 0.8 * (len(targets) - test))
    splits = stratified(targets, {"val": val, "test": test}, seed=0)
    return [n for name in ("train", "val", "test") for n in (len(splits[name]), int(targets[splits[name]].sum()))]


ROWS = [
    ("5d", "crop, exact", lambda: list(fitted("crop").exact), ["298.67", "224"]),
    ("5d", "crop, truncated", lambda: list(fitted("crop").scaled), [298, 224]),
    ("5d", "crop, rounded", lambda: round(fitted("crop").exact[0]), 299),
    ("5d", "kept, percent", lambda: 100 * fitted("crop").kept, "75.0"),
    ("5d", "fit", lambda: list(fitted("pad").scaled), [224, 168]),
    ("5d", "padding, percent", lambda: 100 * fitted("pad").padded, "25"),
    ("5d", "stretch", lambda: [224 / 640, 224 / 480, fitted("stretch").distortion], ["0.350", "0.467", "1.333"]),
    ("5e", "ImageNet, R", ranges("imagenet", 0), ["-2.1179", "2.2489"]),
    ("5e", "ImageNet, G", ranges("imagenet", 1), ["-2.0357", "2.4286"]),
    ("5e", "ImageNet, B", ranges("imagenet", 2), ["-1.8044", "2.6400"]),
    ("5e", "mean of 255", lambda: [255 * one for one in IMAGENET_MEAN], ["123.675", "116.28", "103.53"]),
    ("5e", "Caffe, B", ranges("caffe", 0), ["-103.9", "151.1"]),
    ("5e", "Caffe, G", ranges("caffe", 1), ["-116.8", "138.2"]),
    ("5e", "Caffe, R", ranges("caffe", 2), ["-123.7", "131.3"]),
    ("5e", "symmetric", ranges("symmetric", 0), ["-1", "1"]),
    ("5f", "224", lambda: [published(name).crop for name in ("vgg16", "resnet18", "mobilenet_v2")], [224] * 3),
    ("5f", "Inception", lambda: published("inception_v3").crop, 299),
    ("5f", "EfficientNet", lambda: [published(f"efficientnet_{b}").crop for b in ("b0", "b7")], [224, 600]),
    ("6e", "70/10/20", shares, [700, 70, 100, 10, 200, 20]),
    ("14d", "red", luma(255, 0, 0), "76.2"),
    ("14d", "green", luma(0, 255, 0), "149.7"),
    ("14d", "blue", luma(0, 0, 255), "29.1"),
    ("14d", "equal grey", lambda: [luma(200, 0, 0)(), luma(0, 102, 0)()], ["59.8", "59.9"]),
    ("14d", "one grey for the network", lambda: by_step(200, 0, 0)() - by_step(0, 102, 0)(), 0),
]
