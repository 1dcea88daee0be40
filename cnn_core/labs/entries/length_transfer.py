"""A network trained on films of 8 frames is as right on films of 4 and of 16: it reads motion, not length.

A recurrent network and a 3-D convolution with a pool over time take films of any length, so they can be asked about
lengths that they never saw. The test films are the same ones, cut. Nothing is padded: a film of 4 frames is one of 4
frames, so no answer is read from a state after padding, a common mistake where lengths differ. While it is taught,
however, the LSTM is only ever asked after its eighth frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnn_core.base.options import Entry
from cnn_core.labs import Chart, Lab, Reading, Verdict
from cnn_core.labs.filming import DATA, SHOWN, FilmOptions, drawing, trained

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

CASES = {
    "lstm": ("CNN and LSTM", "cnn_rnn"),
    "3d": ("3-D convolution", "conv3d"),
}
TAUGHT = 8
LENGTHS = (2, 4, 6, 8, 12, 16)
ASKED = (4, 16)
KEEPS, LOSES = 0.05, 0.2


class LengthTransferOptions(FilmOptions):
    """Those that labs about films share."""


def measure(options: LengthTransferOptions, seed: int, bench: Bench) -> Reading:
    """Two trainings on films of 8 frames; accuracy on the same test films of each length."""
    from cnn_core.figures.films import strips
    from cnn_core.labs.asking import accuracy, model, split_of

    drawn = drawing(options, seed, TAUGHT)
    test = split_of(DATA, **{**drawn, "frames": max(LENGTHS), "seed": seed + 1})  # other films, of the same kind
    numbers: dict[str, float] = {}
    curves = {}
    for key, (name, network) in CASES.items():
        run = trained(bench, name, model(network), drawn, options.epochs)
        found = {length: accuracy(run, test, test.pictures[..., :length].copy()) for length in LENGTHS}
        numbers |= {f"accuracy_{key}_{length}": value for length, value in found.items()}
        curves[name] = [(float(length), value) for length, value in found.items()]
    shown = {"Films of 4 frames": 4, "The same of 16": 16}
    pictures = {words: strips(test.pictures[:SHOWN, ..., :length].copy(), length) for words, length in shown.items()}
    return Reading(numbers, curves, pictures)


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    lost = {
        key: max(numbers[f"accuracy_{key}_{TAUGHT}"] - numbers[f"accuracy_{key}_{length}"] for length in ASKED)
        for key in CASES
    }
    said = "; ".join(f"{name} {_told(numbers, key)}" for key, (name, _) in CASES.items())
    if min(numbers[f"accuracy_{key}_{TAUGHT}"] for key in CASES) < 1 - LOSES:
        return "not at this scale", f"Not both have learned films of {TAUGHT} frames; {said}."
    if max(lost.values()) <= KEEPS:
        return "confirmed", f"Neither loses more than {100 * KEEPS:.0f} points at other lengths; {said}."
    if max(lost.values()) >= LOSES:
        return "refuted", f"One loses {100 * max(lost.values()):.0f} points at another length; {said}."
    return "not at this scale", f"Something is lost at other lengths, but less than the rule asks; {said}."


def _told(numbers: Mapping[str, float], key: str) -> str:
    return ", ".join(f"{numbers[f'accuracy_{key}_{length}']:.1%} at {length}" for length in (*ASKED, TAUGHT))


ENTRY: Entry[Lab] = Entry(
    options=LengthTransferOptions,
    build=Lab(
        title="Films of another length",
        varies=f"How many frames the test films have; all training films have {TAUGHT}.",
        rule=f"Confirmed when both networks lose at most {100 * KEEPS:.0f} points on films of {ASKED[0]} and of "
        f"{ASKED[1]} frames; refuted when one loses at least {100 * LOSES:.0f}.",
        numbers={
            f"accuracy_{key}_{length}": f"Test accuracy on films of {length} frames: {name}."
            for key, (name, _) in CASES.items()
            for length in LENGTHS
        },
        measure=measure,
        judge=judge,
        next="Evaluate shows what a network says after each frame of a film: when does the LSTM become sure? Two "
        "frames are the least that can show a motion. How right is each network there?",
        seconds=40,
        chart=Chart("Trained on 8 frames", "frames of the test film", "accuracy"),
    ),
    tiny={"films": 160, "size": 8, "epochs": 1},
)
