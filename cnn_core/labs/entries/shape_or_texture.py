"""Where outline and texture name the same class, a network learns the texture, until the data say otherwise.

A striped disc and a chequered square: either sign would do in training. What was learned shows on test pictures in
which they contradict, a chequered disc and a striped square. Then the texture is drawn at random in training, and the
same network is taught anew: the choice lies in the data and in what is easy, not in the architecture. Geirhos et al.,
2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

DATA, SHOWN, CLEAR = "textures", 16, 0.9


class ShapeOrTextureOptions(Options):
    pictures: int = Field(2800, ge=80, le=20_000, title="Pictures", description="Drawn in all; 70% of them train.")
    size: int = Field(24, ge=16, le=96, title="Size", description="Side of the pictures, in pixels.")
    epochs: int = Field(14, ge=1, le=100, title="Epochs", description="Of both trainings.")


def measure(options: ShapeOrTextureOptions, seed: int, bench: Bench) -> Reading:
    """Two trainings; the test pictures that contradict are answered by both."""
    from cnn_core.labs.asking import split_of
    from cnn_core.labs.conflicts import asked, taught

    drawn: dict[str, Any] = {"count": options.pictures, "size": options.size, "seed": seed}
    numbers, bars = {}, {}
    for name, words, agreement in (("", "texture agrees", 1.0), ("_after", "texture at random", 0.5)):
        run = taught(bench, words, DATA, drawn, agreement, {"epochs": options.epochs, "lr": 5e-3})
        found = asked(run, DATA, drawn)
        numbers[f"by_shape{name}"] = found["reversed"]
        numbers[f"by_texture{name}"] = 1 - found["reversed"]  # of two classes the other one is the texture's
        numbers[f"accuracy{name}"] = found["agreeing"]
        bars[f"taught: {words}"] = [(0.0, numbers[f"by_shape{name}"]), (1.0, numbers[f"by_texture{name}"])]
    shown = {
        "Taught: outline and texture agree": split_of(DATA, "train", **drawn, agreement=1.0),
        "Asked: they contradict": split_of(DATA, **drawn, agreement=1.0, test_agreement=0.0),
        "Taught anew: texture at random": split_of(DATA, "train", **drawn, agreement=0.5),
    }
    return Reading(numbers, bars, {words: split.pictures[:SHOWN] for words, split in shown.items()})


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    texture, shape = numbers["by_texture"], numbers["by_shape_after"]
    said = f"{texture:.1%} answered by texture, and {shape:.1%} by outline once the texture was random in training"
    if texture >= CLEAR and shape >= CLEAR:
        return "confirmed", f"Of the pictures that contradict {said}."
    if texture <= 0.5:
        return "refuted", f"The outline is learned even where the texture would do; of what contradicts {said}."
    return "not at this scale", f"It is less clear than the rule asks; of the pictures that contradict {said}."


ENTRY: Entry[Lab] = Entry(
    options=ShapeOrTextureOptions,
    build=Lab(
        title="Outline or texture",
        varies="Whether the texture always agrees with the outline in training, or is drawn at random.",
        rule=f"Confirmed when at least {CLEAR:.0%} of the pictures that contradict are answered by texture, and at "
        f"least {CLEAR:.0%} by outline after a training with random textures; refuted when the first network answers "
        "by texture in half of them or fewer.",
        numbers={
            "by_texture": "Share of the pictures that contradict that is answered by texture; both agreed in training.",
            "by_shape": "Share of them that is answered by outline.",
            "by_texture_after": "By texture, when the texture was random in training.",
            "by_shape_after": "By outline, when the texture was random in training.",
            "accuracy": "Test accuracy where both agree, as in training.",
            "accuracy_after": "The same for the network with random textures.",
        },
        measure=measure,
        judge=judge,
        next="Train on `textures` with an agreement of 0.9: how few contradictions are enough? Then look at the first "
        "filters of both runs on Features.",
        seconds=22,
        chart=Chart(
            "Answers to pictures that contradict", "answered by", "share", kind="bars", ticks=("outline", "texture")
        ),
    ),
    tiny={"pictures": 80, "size": 16, "epochs": 1},
)
