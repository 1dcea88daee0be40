"""An average over frames finds the line of a motion but never its sense; a network that knows the order finds both.

Figures go one of eight ways and come back round the edges, so neither a place nor a single frame says which. Averaged
features are the same for a film and for its reverse: of two opposite ways they can only guess one, so 1/2 is the most
they can reach, and the last frame alone is right 1/8 of the time. A recurrent network (LSTM) and a 3-D convolution get
the same films. The LSTM is also asked about the test films played backwards: if it follows the motion, it must then be
always wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnn_core.base.options import Entry
from cnn_core.labs import Chart, Lab, Reading, Verdict
from cnn_core.labs.filming import DATA, SHOWN, FilmOptions, backwards, drawing, trained

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

CASES = {
    "last": ("last frame", "last_frame"),
    "average": ("frame average", "frame_average"),
    "lstm": ("CNN and LSTM", "cnn_rnn"),
    "3d": ("3-D convolution", "conv3d"),
}
LOW, HIGH = 0.45, 0.55
KNOWS, MISLED = 0.97, 0.03
GUESSES = 0.75  # an average above this would know the sense of half of the films


class DirectionOfMotionOptions(FilmOptions):
    """Those that labs about films share."""


def measure(options: DirectionOfMotionOptions, seed: int, bench: Bench) -> Reading:
    """Four trainings on the same films; test accuracy, that of the LSTM also on the films backwards."""
    from cnn_core.figures.films import strips
    from cnn_core.labs.asking import accuracy, model, split_of

    drawn = drawing(options, seed)
    test = split_of(DATA, **drawn)
    numbers = {}
    for key, (name, network) in CASES.items():
        run = trained(bench, name, model(network), drawn, options.epochs)
        numbers[f"accuracy_{key}"] = accuracy(run, test)
        if key == "lstm":
            numbers["accuracy_reversed"] = accuracy(run, test, backwards(test.pictures))
    bars = {"accuracy": [(float(i), numbers[f"accuracy_{key}"]) for i, key in enumerate((*CASES, "reversed"))]}
    frames = drawn["frames"]
    return Reading(
        numbers,
        bars,
        {
            "Films of the test split, the first frame on the left": strips(test.pictures[:SHOWN], frames),
            "The same backwards": strips(backwards(test.pictures[:SHOWN]), frames),
        },
    )


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    average, lstm, three, reverse = (numbers[f"accuracy_{key}"] for key in ("average", "lstm", "3d", "reversed"))
    said = f"average {average:.1%}, LSTM {lstm:.1%}, 3-D {three:.1%}, LSTM on reversed films {reverse:.1%}"
    if average > GUESSES:
        return "refuted", f"The average knows which way; {said}."
    if LOW <= average <= HIGH and min(lstm, three) >= KNOWS and reverse <= MISLED:
        return "confirmed", f"The average gets the line and guesses the sense, which the others read; {said}."
    return "not at this scale", f"Not all of them have learned what they can; {said}."


ENTRY: Entry[Lab] = Entry(
    options=DirectionOfMotionOptions,
    build=Lab(
        title="Which way it goes",
        varies="What is done with the frames: only the last, their average, a recurrent network, a 3-D convolution.",
        rule=f"Confirmed when the average is right {LOW:.0%} to {HIGH:.0%} of the time, LSTM and 3-D convolution at "
        f"least {KNOWS:.0%}, and the LSTM at most {MISLED:.0%} on reversed films; refuted when the average is right "
        f"more than {GUESSES:.0%} of the time.",
        numbers={
            **{f"accuracy_{key}": f"Test accuracy: {name}." for key, (name, _) in CASES.items()},
            "accuracy_reversed": "Of the LSTM on the test films played backwards, by their class as played forwards.",
        },
        measure=measure,
        judge=judge,
        next="Open the LSTM's run on Evaluate and choose a film: how many frames does it need to be sure?",
        seconds=46,
        chart=Chart(
            "Which way does it go?",
            "network",
            "test accuracy",
            kind="bars",
            ticks=(*(name for name, _ in CASES.values()), "LSTM, films backwards"),
        ),
    ),
    tiny={"films": 160, "size": 8, "epochs": 1},
)
