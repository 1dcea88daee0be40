"""With all pixels in one fixed other order a dense network learns as before, and a convolutional one loses.

A dense network has a weight for every pixel and does not know which are neighbours, so the order is nothing to it. A
convolution looks at squares of neighbours: what it loses is what locality was worth. Both are trained on the pictures
as they are and on the same with their pixels shuffled, in every picture alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run

NETWORKS = {"mlp": "dense network", "cnn": "convolutional network"}
ORDERS = {"plain": "as they are", "shuffled": "shuffled"}
NOISE, LOSS = 0.01, 0.02


class PixelShuffleOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field("mnist", title="Data set", description="What is learnt.")
    train: int = Field(4_000, ge=100, le=50_000, title="Training pictures", description="Of each training.")
    epochs: int = Field(4, ge=1, le=30, title="Epochs", description="Of each of the four trainings.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: PixelShuffleOptions, seed: int, bench: Bench) -> Reading:
    """Four trainings; accuracy on the test pictures, which are shuffled as well."""
    numbers, shown = {}, {}
    for network, words in NETWORKS.items():
        for order, how in ORDERS.items():
            run = _trained(options, network, order, f"{words}, pixels {how}", seed, bench)
            numbers[f"{network}_{order}"] = float(str(run.folder.record()["test_accuracy"]))
            shown[f"test pictures, pixels {how}"] = run.preprocessing.pictures(run.data().splits["test"].pictures[:16])
    curves = {
        how: [(float(place), numbers[f"{network}_{order}"]) for place, network in enumerate(NETWORKS)]
        for order, how in ORDERS.items()
    }
    lost = {f"{network}_lost": numbers[f"{network}_plain"] - numbers[f"{network}_shuffled"] for network in NETWORKS}
    return Reading({**numbers, **lost}, curves, shown)


def _trained(options: PixelShuffleOptions, network: str, order: str, name: str, seed: int, bench: Bench) -> Run:
    from cnn_core.labs.asking import model

    some = {"train_pictures": options.train, "val_pictures": 100 if options.data == "digits" else 500}
    models: dict[str, Any] = {"mlp": model("mlp"), "cnn": model("small_cnn", width=options.width)}
    return bench.train(
        name,
        {
            "data": {"name": options.data, "options": {**some, "sample_seed": seed}},
            "preprocessing": [{"name": "resize", "options": {"shuffle": seed + 1 if order == "shuffled" else 0}}],
            "model": models[network],
            "train": {"epochs": options.epochs},
        },
    )


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    dense, conv = numbers["mlp_lost"], numbers["cnn_lost"]
    told = "; ".join(
        f"{words} {numbers[f'{name}_plain']:.1%} and {numbers[f'{name}_shuffled']:.1%} shuffled"
        for name, words in NETWORKS.items()
    )
    if abs(dense) < NOISE and conv >= LOSS:
        return "confirmed", f"Only the convolutional network loses, {100 * conv:.1f} points; {told}."
    if conv <= dense:
        return "refuted", f"The convolutional network loses no more than the dense one; {told}."
    return "not at this scale", f"The convolutional network loses more, but not by all that the rule asks; {told}."


ENTRY: Entry[Lab] = Entry(
    options=PixelShuffleOptions,
    build=Lab(
        title="Pixels shuffled",
        varies="The network, dense or convolutional, and the order of the pixels: as they are, or one fixed other "
        "order for all pictures.",
        rule=f"Confirmed when the dense network's accuracy changes by less than {100 * NOISE:.0f} point and the "
        f"convolutional one loses at least {100 * LOSS:.0f}; refuted when the convolutional one loses no more.",
        numbers={
            **{
                f"{network}_{order}": f"Test accuracy: {words}, pixels {how}."
                for network, words in NETWORKS.items()
                for order, how in ORDERS.items()
            },
            **{f"{network}_lost": f"Accuracy lost by the shuffle: {words}." for network, words in NETWORKS.items()},
        },
        measure=measure,
        judge=judge,
        next="Compare the two convolutional runs on Features: what do the first filters find among shuffled pixels?",
        seconds=40,
        chart=Chart("Accuracy by order of the pixels", "", "accuracy", kind="bars", ticks=tuple(NETWORKS.values())),
    ),
    tiny={"data": "digits", "train": 100, "epochs": 1, "width": 1},
)
