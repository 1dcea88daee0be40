"""Fashion-MNIST: 70,000 pictures of clothes in the form of MNIST, and a good deal harder to tell apart.

Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms" (2017).
28 x 28 grey pixels, ten kinds, as many of each: 60,000 for training, the last 5,000 of them kept for validation, and
10,000 for testing. Small networks reach about 91 %; what they mix up are shirts and T-shirts. Downloaded once (31 MB).
"""

from __future__ import annotations

from cnn_core.base.options import Entry
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, Source
from cnn_core.data.sets._idx import IdxSet, packed
from cnn_core.pictures.framing import Paper


class FashionMnistOptions(Sampled):
    """The splits are those of the files."""


CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

FASHION_MNIST = IdxSet(
    name="fashion_mnist",
    about=About("Fashion-MNIST", "Han Xiao, Kashif Rasul and Roland Vollgraf, Zalando Research, 2017", "MIT"),
    download=packed(
        place="FashionMNIST/raw",
        hosts=("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        md5=(
            "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "25c81989df183df01b3e8a0aad5dffbe",
            "bef4ecab320f06d8554ea6380940ec79",
            "bb300cfdad3c16e7a12a480ee83cd310",
        ),
        sizes=(26_421_880, 29_515, 4_422_102, 5_148),
    ),
    classes=CLASSES,
    paper=Paper(dark=True),
)

ENTRY: Entry[Source] = Entry(options=FashionMnistOptions, build=FASHION_MNIST, tiny={})
