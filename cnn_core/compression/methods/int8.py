"""Eight bits in place of 32: a file of about a quarter, which ONNX Runtime computes with in whole numbers.

Static: the range of every layer is found on some training pictures beforehand, and batch norm is folded. What comes out
is a file and no run. It saves size always, and time where the layers are wide enough. Jacob et al., 2018.
"""

from __future__ import annotations

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.compression.methods import Compress, Made, Material


class Int8Options(Options):
    pictures: int = Field(
        200, ge=1, le=10_000, title="Pictures", description="Training pictures on which the ranges are found."
    )


def int8(options: Int8Options, material: Material) -> Made:
    """See `Compress`."""
    from cnn_core.compression.runtime import exported, quantized

    onnx = exported(material.module, material.input_shape)
    material.look()
    found = quantized(onnx, material.lessons.images(slice(options.pictures)))
    said = f"{len(found):,} bytes; the same network in float32 is a file of {len(onnx):,} bytes."
    return Made(onnx=found, said=said)


ENTRY: Entry[Compress] = Entry(options=Int8Options, build=int8, tiny={"pictures": 4})
