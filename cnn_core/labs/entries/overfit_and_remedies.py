"""A network that knows few pictures by heart is far worse on others, and remedies against that bring some of it back.

Two hundred pictures are learned completely; the gap to the accuracy on others is what overfitting means. Then each
remedy alone, and all together. Which one helps most is a finding of this network, these pictures and this time, and no
law: that is why the lab shows the spread. The accuracy on the training pictures is measured afterwards, without dropout
and without augmentation, or the gap would lie; and in every case the epoch answers whose validation loss was lowest,
which is early stopping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

SHIFTS = [{"name": "shift", "options": {"pixels": 2}}, {"name": "rotate", "options": {"degrees": 10}}]
DECAY = {"optimizer": {"name": "adamw", "options": {"weight_decay": 0.3}}}
SMOOTH = {"loss": {"name": "cross_entropy", "options": {"label_smoothing": 0.1}}}
MIX = {"mixup": 0.4}

Case = tuple[str, dict[str, Any], list[dict[str, Any]], dict[str, Any]]
CASES: dict[str, Case] = {  # words, the network's options, augmentation, how to train
    "none": ("nothing", {}, [], {}),
    "dropout": ("dropout", {"dropout": 0.5}, [], {}),
    "decay": ("weight decay", {}, [], DECAY),
    "smoothing": ("label smoothing", {}, [], SMOOTH),
    "mixup": ("mixup", {}, [], MIX),
    "augmentation": ("shifts and turns", {}, SHIFTS, {}),
    "pooling": ("global pooling", {"global_pooling": True}, [], {}),
    "all": ("all but pooling", {"dropout": 0.5}, SHIFTS, {**DECAY, **SMOOTH, **MIX}),
}
GAP, GAIN = 0.10, 0.01


class OverfitAndRemediesOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Whose pictures are learned by heart."
    )
    pictures: int = Field(200, ge=50, le=5000, title="Training pictures", description="With many the gap closes.")
    epochs: int = Field(20, ge=1, le=200, title="Epochs", description="Of each of the eight trainings.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of two convolutions.")


def measure(options: OverfitAndRemediesOptions, seed: int, bench: Bench) -> Reading:
    """Every remedy on the same pictures: the accuracy on the test pictures, and how far training is ahead of it."""
    from cnn_core.labs.asking import accuracy

    tests, gaps = {}, {}
    for name, case in CASES.items():
        run = bench.train(case[0], _settings(options, case))
        tests[name] = float(run.folder.record()["test_accuracy"])
        gaps[name] = accuracy(run, run.data().splits["train"]) - tests[name]
    numbers = {f"test_accuracy_{name}": value for name, value in tests.items()}
    numbers |= {f"gap_{name}": value for name, value in gaps.items()}
    curves = {
        "training pictures": [(float(at), tests[name] + gaps[name]) for at, name in enumerate(CASES)],
        "test pictures": [(float(at), tests[name]) for at, name in enumerate(CASES)],
    }
    return Reading(numbers, curves)


def _settings(options: OverfitAndRemediesOptions, case: Case) -> dict[str, Any]:
    _, network, augmentation, train = case
    fewer = {} if options.data == "digits" else {"val_pictures": 200}
    return {
        "data": {"name": options.data, "options": {"train_pictures": options.pictures, **fewer}},
        "augmentation": augmentation,
        "model": {"name": "small_cnn", "options": {"depth": 2, "width": options.width, **network}},
        "train": {"epochs": options.epochs, "batch_size": 25, "lr": 2e-3, **train},
    }


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    tests = {name: numbers[f"test_accuracy_{name}"] for name in CASES}
    gap, best = numbers["gap_none"], max(tests, key=lambda name: tests[name])
    gain = tests[best] - tests["none"]
    said = (
        f"without a remedy {tests['none']:.1%}, {100 * gap:.1f} points behind the training pictures; best with "
        f"{CASES[best][0]}, {tests[best]:.1%}, {100 * numbers[f'gap_{best}']:.1f} points behind"
    )
    if gain <= 0:
        return "refuted", f"No remedy helps: {said}."
    if gap >= GAP and gain >= GAIN:
        return "confirmed", f"A remedy brings back {100 * gain:.1f} points: {said}."
    return "not at this scale", f"The gap or what a remedy brings back is too small to tell: {said}."


ENTRY: Entry[Lab] = Entry(
    options=OverfitAndRemediesOptions,
    build=Lab(
        title="Overfit on purpose",
        varies="What is done against overfitting, one thing at a time, on the same few pictures.",
        rule=f"Confirmed when without a remedy the training pictures are at least {100 * GAP:.0f} points ahead of the "
        f"test pictures, and a remedy raises the accuracy on these by at least {100 * GAIN:.0f}; refuted when none "
        "raises it.",
        numbers={
            **{f"test_accuracy_{name}": f"Test accuracy: {case[0]}." for name, case in CASES.items()},
            **{f"gap_{name}": f"Training pictures ahead of test pictures: {case[0]}." for name, case in CASES.items()},
        },
        measure=measure,
        judge=judge,
        next="Take 2,000 pictures: more of them are the best remedy of all. Global pooling closes the gap only because "
        "the network cannot learn these pictures in 20 epochs: give it 100.",
        seconds=48,
        chart=Chart(
            "Known by heart and known", "remedy", "accuracy", kind="bars", ticks=tuple(c[0] for c in CASES.values())
        ),
    ),
    tiny={"data": "digits", "pictures": 50, "epochs": 1, "width": 2},
)
