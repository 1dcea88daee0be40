"""With few labels a small network learns more from a large one's answers than from the labels alone.

A teacher says of each picture how much it looks like every class, which is more than one label. A student of some six
thousand weights gets 500 labelled pictures: alone, with the teacher's softened answers beside, and then the answers
alone on many pictures that nobody has labelled. With labels enough for the student the gain goes away.
Hinton, Vinyals and Dean, 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.labs import Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

WAYS = {
    "labels": "the few labels",
    "soft": "the few labels and the teacher's answers",
    "unlabelled": "the teacher's answers on all pictures, no labels",
    "all_labels": "all labels",
}


class DistillationOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Of all trainings."
    )
    pictures: int = Field(6_000, ge=100, le=50_000, title="Pictures", description="That the teacher learns from.")
    labelled: int = Field(500, ge=20, le=5_000, title="Labelled", description="Pictures whose labels the student gets.")
    epochs: int = Field(3, ge=1, le=20, title="Epochs", description="Of the teacher.")
    steps: int = Field(800, ge=1, le=10_000, title="Steps", description="Of each student, with 64 pictures each.")
    tested: int = Field(3_000, ge=50, le=10_000, title="Tested", description="Test pictures that each is tried on.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the student's first convolution.")
    size: int = Field(14, ge=8, le=28, title="Size", description="Side of the pictures as the networks get them.")
    temperature: float = Field(
        4.0,
        ge=1,
        le=20,
        title="Temperature",
        description="How much the teacher's answers are softened.",
        json_schema_extra=hints(step=0.5),
    )


def measure(options: DistillationOptions, seed: int, bench: Bench) -> Reading:
    """One teacher, four students with the same first weights and as many steps."""
    import numpy as np
    import torch

    from cnn_core.compression.bench import accuracy
    from cnn_core.compression.tuning import Lessons, tune
    from cnn_core.models import build_model

    few = min(options.pictures, 1_200) if options.data == "digits" else options.pictures
    run = bench.train(
        "the teacher",
        {
            "data": {"name": options.data, "options": {"train_pictures": few, "val_pictures": min(few, 500)}},
            "preprocessing": [{"name": "resize", "options": {"size": options.size}}],
            "model": {"name": "small_cnn", "options": {"width": 4 * options.width}},
            "train": {"epochs": options.epochs, "batch_size": 64},
        },
    )
    teacher, data = run.network(), run.data().splits
    bench.say("asking the teacher")
    everything = Lessons.of(data["train"], teacher.preprocessing)
    answers = teacher.predict(data["train"].pictures, bench.look)
    chosen = np.random.default_rng(seed).permutation(few)[: min(options.labelled, few)]
    some = replace(everything, pictures=everything.pictures[chosen], targets=everything.targets[chosen])
    lessons = {
        "labels": some,
        "soft": replace(some, soft=answers[chosen]),
        "unlabelled": replace(everything, soft=answers, labelled=False),
        "all_labels": everything,
    }
    test = Lessons.of(data["test"], teacher.preprocessing).first(options.tested)
    numbers = {"accuracy_teacher": accuracy(teacher.module, test, bench.look)}
    for name, words in WAYS.items():
        bench.say(f"a student with {words}")
        torch.manual_seed(seed)
        student = build_model(
            "small_cnn", teacher.input_shape, len(teacher.classes), width=options.width, global_pooling=True
        )
        tune(
            student,
            lessons[name],
            steps=options.steps,
            lr=1e-2,
            seed=seed,
            temperature=options.temperature,
            look=bench.look,
        )
        numbers[f"accuracy_{name}"] = accuracy(student, test, bench.look)
    return Reading(numbers)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    labels, soft, unlabelled = (numbers[f"accuracy_{name}"] for name in ("labels", "soft", "unlabelled"))
    said = (
        f"labels {labels:.1%}, with the teacher's answers {soft:.1%}, its answers on unlabelled pictures "
        f"{unlabelled:.1%}, all labels {numbers['accuracy_all_labels']:.1%}, the teacher "
        f"{numbers['accuracy_teacher']:.1%}"
    )
    if soft - labels >= 0.02 and unlabelled - labels >= 0.04:
        return "confirmed", f"The teacher's answers are worth more than the labels: {said}."
    if soft <= labels or unlabelled <= labels:
        return "refuted", f"The teacher's answers do not help: {said}."
    return "not at this scale", f"They help, but by less than the rule asks: {said}."


ENTRY: Entry[Lab] = Entry(
    options=DistillationOptions,
    build=Lab(
        title="Distillation",
        varies="What a small network learns from: few labels, the answers of a large network beside them, its answers "
        "on pictures without labels, all labels.",
        rule="Confirmed when the teacher's answers on the same pictures are worth at least 2 points of accuracy and on "
        "unlabelled pictures at least 4; refuted when either is worth nothing.",
        numbers={
            "accuracy_teacher": "Test accuracy of the teacher.",
            **{f"accuracy_{name}": f"Test accuracy of the student that got {words}." for name, words in WAYS.items()},
        },
        measure=measure,
        judge=judge,
        next="Give the student 5,000 labels: the gain goes away, for the labels are enough.",
        seconds=60,
    ),
    tiny={"data": "digits", "pictures": 100, "labelled": 50, "epochs": 1, "steps": 3, "width": 1, "size": 8},
)
