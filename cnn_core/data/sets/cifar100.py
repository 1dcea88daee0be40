"""CIFAR-100: 60,000 small colour photographs of a hundred kinds of things; few of each, so hard to learn.

Krizhevsky, "Learning multiple layers of features from tiny images" (2009). 32 x 32 pixels, 600 pictures of each kind:
50,000 for training, the last 5,000 of them kept for validation, and 10,000 for testing. Its twenty groups of kinds are
not used. A ResNet-20 reaches about 68 %. Downloaded once (169 MB); its first use takes a few seconds more.
"""

from __future__ import annotations

from cnn_core.base.options import Entry
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, Download, Remote, Source
from cnn_core.data.sets._cifar import CifarSet


class Cifar100Options(Sampled):
    """The splits are those of the files."""


CLASSES = tuple(
    """
    apple, aquarium fish, baby, bear, beaver, bed, bee, beetle, bicycle, bottle, bowl, boy, bridge, bus, butterfly,
    camel, can, castle, caterpillar, cattle, chair, chimpanzee, clock, cloud, cockroach, couch, crab, crocodile, cup,
    dinosaur, dolphin, elephant, flatfish, forest, fox, girl, hamster, house, kangaroo, keyboard, lamp, lawn mower,
    leopard, lion, lizard, lobster, man, maple tree, motorcycle, mountain, mouse, mushroom, oak tree, orange, orchid,
    otter, palm tree, pear, pickup truck, pine tree, plain, plate, poppy, porcupine, possum, rabbit, raccoon, ray,
    road, rocket, rose, sea, seal, shark, shrew, skunk, skyscraper, snail, snake, spider, squirrel, streetcar,
    sunflower, sweet pepper, table, tank, telephone, television, tiger, tractor, train, trout, tulip, turtle,
    wardrobe, whale, willow tree, wolf, woman, worm
    """.replace("\n    ", " ")
    .strip()
    .split(", ")
)

CIFAR100 = CifarSet(
    name="cifar100",
    about=About(
        "CIFAR-100",
        "Alex Krizhevsky, Vinod Nair and Geoffrey Hinton, who ask that Krizhevsky (2009) be cited",
        "not stated",
    ),
    download=Download(
        files=(
            Remote(
                "cifar-100-python.tar.gz",
                ("https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",),
                "eb9058c3a382ffc7106e4002c42a8d85",
                169_001_437,
            ),
        ),
        place="cifar-100-python",
        holds=("train", "test", "meta"),
        needs=550_000_000,  # packed, unpacked, and laid out for mapping
    ),
    classes=CLASSES,
    train=("train",),
    test="test",
    labels="fine_labels",
    binary="cifar-100-binary",
    label_bytes=2,
)

ENTRY: Entry[Source] = Entry(options=Cifar100Options, build=CIFAR100, tiny={})
