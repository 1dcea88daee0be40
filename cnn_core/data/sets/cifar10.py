"""CIFAR-10: 60,000 small colour photographs of ten kinds of things, the classic step beyond digits.

Krizhevsky, "Learning multiple layers of features from tiny images" (2009). 32 x 32 pixels, as many of each kind:
50,000 for training, the last 5,000 of them kept for validation, and 10,000 for testing. A ResNet-20 reaches 91 %,
people about 94 %. Downloaded once (171 MB); its first use takes a few seconds more, to lay it out for mapping.
"""

from __future__ import annotations

from cnn_core.base.options import Entry
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, Download, Remote, Source
from cnn_core.data.sets._cifar import CifarSet


class Cifar10Options(Sampled):
    """The splits are those of the files."""


CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
TRAIN = tuple(f"data_batch_{number}" for number in range(1, 6))

CIFAR10 = CifarSet(
    name="cifar10",
    about=About(
        "CIFAR-10",
        "Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, who ask that Krizhevsky (2009) be cited",
        "not stated",
    ),
    download=Download(
        files=(
            Remote(
                "cifar-10-python.tar.gz",
                ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
                "c58f30108f718f92721af3b95e74349a",
                170_498_071,
            ),
        ),
        place="cifar-10-batches-py",
        holds=(*TRAIN, "test_batch", "batches.meta"),
        needs=550_000_000,  # packed, unpacked, and laid out for mapping
    ),
    classes=CLASSES,
    train=TRAIN,
    test="test_batch",
    labels="labels",
    binary="cifar-10-batches-bin",
    label_bytes=1,
)

ENTRY: Entry[Source] = Entry(options=Cifar10Options, build=CIFAR10, tiny={})
