"""A network that reads motion is always wrong on films played backwards; one that averages frames does not notice.

Playing a film backwards turns every motion round, so it is a film of the opposite class. Shown one, a recurrent network
and a 3-D convolution should name exactly that class. The average of the frames is the same, so its answers must be the
same as well. With the frames in random order there is no motion left that a figure could have made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cnn_core.base.options import Entry
from cnn_core.labs import Chart, Lab, Reading, Verdict
from cnn_core.labs.filming import DATA, SHOWN, FilmOptions, backwards, drawing, opposite, shuffled, trained

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

CASES = {
    "average": ("frame average", "frame_average"),
    "lstm": ("CNN and LSTM", "cnn_rnn"),
    "3d": ("3-D convolution", "conv3d"),
}
ASKED = {
    "accuracy": "Share that is right on the test films",
    "reversed": "On the films backwards, by their class as played forwards",
    "opposite": "On the films backwards, by the opposite class",
    "shuffled": "On the films with their frames in random order",
    "changed": "Share of the films whose answer is another one backwards",
}
TURNED, LEFT = 0.95, 0.05


class FilmReversedOptions(FilmOptions):
    """Those that labs about films share."""


def measure(options: FilmReversedOptions, seed: int, bench: Bench) -> Reading:
    """Three trainings on the same films; what each says of the films forwards, backwards and shuffled."""
    from cnn_core.figures.films import strips
    from cnn_core.labs.asking import answers, model, split_of

    drawn = drawing(options, seed)
    test = split_of(DATA, **drawn)
    mixed = shuffled(test.pictures, seed)
    numbers: dict[str, float] = {}
    curves = {}
    for key, (name, network) in CASES.items():
        run = trained(bench, name, model(network), drawn, options.epochs)
        said, back, blind = (answers(run, films) for films in (test.pictures, backwards(test.pictures), mixed))
        shares = (
            said == test.targets,
            back == test.targets,
            back == opposite(test.targets),
            blind == test.targets,
            back != said,
        )
        found = {asked: float(share.mean()) for asked, share in zip(ASKED, shares, strict=True)}
        numbers |= {f"{asked}_{key}": value for asked, value in found.items()}
        curves[name] = [(float(place), value) for place, value in enumerate(found.values())]
    shown = test.pictures[:SHOWN]
    return Reading(
        numbers,
        curves,
        {
            "As they were drawn": strips(shown, drawn["frames"]),
            "Backwards": strips(backwards(shown), drawn["frames"]),
            "In random order": strips(mixed[:SHOWN], drawn["frames"]),
        },
    )


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    turned = min(numbers["opposite_lstm"], numbers["opposite_3d"])
    right = min(numbers["accuracy_lstm"], numbers["accuracy_3d"])
    changed = numbers["changed_average"]
    said = (
        f"backwards, the LSTM names the opposite way {numbers['opposite_lstm']:.1%} of the time, the 3-D convolution "
        f"{numbers['opposite_3d']:.1%}; the average changes {changed:.1%} of its answers"
    )
    if turned >= TURNED and changed <= LEFT:
        return "confirmed", f"Who reads motion sees it turned round; {said}."
    if right >= TURNED and turned <= 1 - TURNED + LEFT:
        return "refuted", f"They are right on films and do not follow the motion; {said}."
    return "not at this scale", f"Not all of them have learned to read the motion; {said}."


ENTRY: Entry[Lab] = Entry(
    options=FilmReversedOptions,
    build=Lab(
        title="Films backwards",
        varies="The order of the frames at test time: as drawn, backwards, random; three networks.",
        rule=f"Confirmed when LSTM and 3-D convolution name the opposite class for at least {TURNED:.0%} of the films "
        f"backwards and the average changes at most {LEFT:.0%} of its answers; refuted when they are right on at least "
        f"{TURNED:.0%} of the films and yet name the opposite class for at most {1 - TURNED + LEFT:.0%}.",
        numbers={f"{asked}_{key}": f"{words}: {CASES[key][0]}." for key in CASES for asked, words in ASKED.items()},
        measure=measure,
        judge=judge,
        next="Random order leaves a 3-D convolution right more often than chance, 1/8: it sees three frames at a time. "
        "Which pairs of frames still show the true step?",
        seconds=40,
        chart=Chart(
            "What the order of the frames changes",
            "",
            "share",
            kind="bars",
            ticks=("right", "right, backwards", "opposite, backwards", "right, random order", "answers changed"),
        ),
    ),
    tiny={"films": 160, "size": 8, "epochs": 1},
)
