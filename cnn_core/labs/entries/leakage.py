"""Near-copies of training pictures in the test split raise the accuracy, though the network is the same.

A network is trained on few pictures, so that it knows them better than others. Then a part of the test pictures is
replaced by training pictures that were saved again as JPEG and darkened a little: the pixels differ, the picture does
not. Last the copies are searched for, by the correlation of small versions, and taken out. Barz and Denzler, 2020
(arXiv 1902.00423), found such copies in CIFAR-10 and CIFAR-100.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image
from pydantic import Field

from cnn_core.base.options import Entry, Options, hints
from cnn_core.labs import Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

RISE, BACK = 0.02, 0.01


class LeakageOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="The fewer a network gets right, the more a leak can flatter it."
    )
    train: int = Field(300, ge=50, le=5_000, title="Training pictures", description="Few, so that they are memorised.")
    test: int = Field(2_000, ge=100, le=10_000, title="Test pictures", description="With the copies among them.")
    leaked: float = Field(
        0.3,
        ge=0.05,
        le=0.9,
        title="Leaked",
        description="Share of the test pictures that are copies of training pictures.",
        json_schema_extra=hints(step=0.05),
    )
    epochs: int = Field(12, ge=1, le=50, title="Epochs", description="Of the one training.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: LeakageOptions, seed: int, bench: Bench) -> Reading:
    """Accuracy of one network on honest, leaked and cleaned test pictures."""
    from cnn_core.data.quality import copied, thumbnails
    from cnn_core.labs.asking import answers, model

    some = {"train_pictures": options.train, "val_pictures": 100 if options.data == "digits" else 500}
    run = bench.train(
        f"{options.train} pictures",
        {
            "data": {"name": options.data, "options": {**some, "sample_seed": seed}},
            "model": model("small_cnn", width=options.width),
            "train": {"epochs": options.epochs},
        },
    )
    rng = np.random.default_rng(seed)
    train, test = run.data().splits["train"], run.data().splits["test"]
    honest = rng.permutation(len(test.targets))[: options.test]
    copies = rng.integers(0, len(train.targets), round(options.leaked * len(honest)))
    bench.say("copies among the test pictures")
    made = saved_again(train.pictures[copies], rng)
    pictures = np.concatenate([made, test.pictures[honest[len(copies) :]]])
    targets = np.concatenate([train.targets[copies], test.targets[honest[len(copies) :]]])
    right = answers(run, pictures) == targets
    bench.say("searching for copies")
    known = copied(thumbnails(train.pictures), thumbnails(pictures))
    numbers = {
        "accuracy_honest": float((answers(run, test.pictures[honest]) == test.targets[honest]).mean()),
        "accuracy_leaked": float(right.mean()),
        "accuracy_cleaned": float(right[~known].mean()),
        "found": float(known[: len(copies)].mean()),
        "taken_for_copies": float(known[len(copies) :].mean()),
    }
    shown = {"training pictures": train.pictures[copies[:16]], "their copies in the test split": made[:16]}
    return Reading(numbers, pictures=shown)


def saved_again(pictures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Each of uint8 (N, H, W, C) darkened by up to a fifth and saved as JPEG."""
    found = np.empty_like(pictures)
    for place, picture in enumerate(pictures):
        darker = np.rint(picture * rng.uniform(0.8, 1)).astype(np.uint8)
        file = io.BytesIO()
        Image.fromarray(darker[..., 0] if darker.shape[2] == 1 else darker).save(file, "JPEG", quality=90)
        found[place] = np.asarray(Image.open(file)).reshape(picture.shape)
    return found


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    honest, leaked, cleaned = (numbers[f"accuracy_{name}"] for name in ("honest", "leaked", "cleaned"))
    said = (
        f"honest {honest:.1%}, with copies {leaked:.1%}, after a search that found {numbers['found']:.0%} of them and "
        f"took {numbers['taken_for_copies']:.1%} of the others for copies {cleaned:.1%}"
    )
    if leaked - honest >= RISE and abs(cleaned - honest) < BACK:
        return "confirmed", f"The copies are worth {100 * (leaked - honest):.1f} points, and go with them; {said}."
    if leaked <= honest:
        return "refuted", f"The copies raise nothing; {said}."
    return "not at this scale", f"The copies raise the accuracy, but not by all that the rule asks; {said}."


ENTRY: Entry[Lab] = Entry(
    options=LeakageOptions,
    build=Lab(
        title="Leakage",
        varies="The test pictures of one network: honest ones; the same with a part replaced by near-copies of "
        "training pictures; what is left after copies were searched for and taken out.",
        rule=f"Confirmed when the copies raise the accuracy by at least {100 * RISE:.0f} points and after the search "
        f"it is within {100 * BACK:.0f} point of the honest one; refuted when they raise nothing.",
        numbers={
            "accuracy_honest": "Accuracy on test pictures that the network has never seen.",
            "accuracy_leaked": "The same with copies of training pictures among them.",
            "accuracy_cleaned": "The same after the search.",
            "found": "Share of the copies that the search finds.",
            "taken_for_copies": "Share of the honest test pictures that it takes out by mistake.",
        },
        measure=measure,
        judge=judge,
        next="More training pictures make the leak worth less: the network knows them no better than others. Split by "
        "person, film or day where pictures of one come in series.",
        seconds=8,
    ),
    tiny={"data": "digits", "train": 50, "test": 100, "epochs": 1, "width": 1},
)
