"""MNIST: 70,000 handwritten digits of 28 x 28 grey pixels, the classic first data set.

LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998). 60,000 digits for
training, the last 5,000 of them kept for validation, and 10,000 for testing, all in the order of the files. Downloaded
once from where torchvision finds them (12 MB).
"""

from __future__ import annotations

from cnn_core.base.options import Entry
from cnn_core.data.sampling import Sampled
from cnn_core.data.sets import About, Source
from cnn_core.data.sets._idx import IdxSet, packed
from cnn_core.pictures import framing


class MnistOptions(Sampled):
    """The splits are those of the files."""


MNIST = IdxSet(
    name="mnist",
    about=About("MNIST", "Yann LeCun, Corinna Cortes and Christopher Burges, 1998", "CC BY-SA 3.0"),
    download=packed(
        place="MNIST/raw",
        hosts=("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        md5=(
            "f68b3c2dcbeaaa9fbdd348bbdeb94873",
            "d53e105ee54ea40749a09fcbcd1e9432",
            "9fb629c4189551a2d022fa330f9573f3",
            "ec29112dd5afa0611ce80d1b7f02629c",
        ),
        sizes=(9_912_422, 28_881, 1_648_877, 4_542),
    ),
    classes=tuple("0123456789"),
    paper=framing.MNIST,
)

ENTRY: Entry[Source] = Entry(options=MnistOptions, build=MNIST, tiny={})
