"""Distillation: a small network learns from this one's answers, which say more of a picture than its label does.

The student is a small_cnn with global pooling. Softened by the temperature, the answers show how much a picture looks
like every other class; a tenth of the loss is the labels'. Hinton, Vinyals and Dean, 2015.
"""

from __future__ import annotations

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints, parse_options
from cnn_core.compression.methods import Compress, Made, Material


class DistillOptions(Options):
    width: int = Field(8, ge=1, le=256, title="Width", description="Filters of the student's first convolution.")
    depth: int = Field(3, ge=1, le=8, title="Convolutions", description="Of the student.")
    steps: int = Field(500, ge=1, le=100_000, title="Steps", description="With 64 pictures each.")
    temperature: float = Field(
        4.0,
        ge=1,
        le=20,
        title="Temperature",
        description="How much the teacher's answers are softened.",
        json_schema_extra=hints(step=0.5),
    )
    lr: float = Field(
        1e-2,
        gt=0,
        le=1,
        title="Learning rate",
        description="The largest step size.",
        json_schema_extra=hints(scale="log"),
    )


def distill(options: DistillOptions, material: Material) -> Made:
    """See `Compress`."""
    from dataclasses import replace

    import torch

    from cnn_core.compression.bench import answered
    from cnn_core.compression.tuning import tune
    from cnn_core.experiment import Choice
    from cnn_core.models import build_model
    from cnn_core.models.zoo import SHELF

    chosen = {"width": options.width, "depth": options.depth, "global_pooling": True}
    torch.manual_seed(material.seed)
    student = build_model("small_cnn", material.input_shape, material.classes, **chosen)
    lessons = replace(material.lessons, soft=answered(material.module, material.lessons, material.look))
    tune(
        student,
        lessons,
        steps=options.steps,
        lr=options.lr,
        seed=material.seed,
        temperature=options.temperature,
        look=material.look,
    )
    full = parse_options(SHELF.load("small_cnn").options, chosen, "model").model_dump(mode="json")
    return Made(student, Choice(name="small_cnn", options=full))


ENTRY: Entry[Compress] = Entry(options=DistillOptions, build=distill, tiny={"width": 2, "depth": 2, "steps": 2})
