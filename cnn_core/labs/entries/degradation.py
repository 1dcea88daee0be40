"""A deep plain network is worse on its own training pictures than a shallow one; with shortcuts depth does no harm.

More layers could always be the identity, so worse training is no overfitting: it is that the network is not found.
The paper shows a higher plateau after full training (CIFAR-10, 20 and 56 layers: its figure 1). Here the budget is a
few seconds, and the plain network of 56 layers has hardly begun to learn when its residual twin is done.
He, Zhang, Ren and Sun, 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench

NAMES = {"plain": "plain", "resnet": "residual"}


class DegradationOptions(Options):
    data: Literal["digits", "mnist", "cifar10"] = Field(
        "digits", title="Data set", description="The others take minutes to hours."
    )
    deep: int = Field(56, ge=8, le=110, title="Deep", description="Layers of the deep pair: 6n+2.")
    shallow: int = Field(20, ge=8, le=110, title="Shallow", description="Layers of the shallow pair: 6n+2.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first stage.")
    size: int = Field(16, ge=8, le=64, title="Size", description="Side of the pictures as the networks get them.")
    epochs: int = Field(6, ge=1, le=200, title="Epochs", description="Of each of the four trainings.")


def measure(options: DegradationOptions, seed: int, bench: Bench) -> Reading:
    """Four trainings with equal steps. The numbers are called by the default depths."""
    from cnn_core.runs.live import validations_once

    numbers, curves = {}, {}
    for name, depth in (("20", options.shallow), ("56", options.deep)):
        for kind, words in NAMES.items():
            run = bench.train(f"{words}, {depth} layers", settings(options, depth, skip=kind == "resnet"))
            rows = validations_once(run.folder)
            numbers[f"loss_{kind}_{name}"] = float(rows[-1]["train_loss"])
            numbers[f"accuracy_{kind}_{name}"] = float(run.folder.record()["test_accuracy"])
            curves[f"{words} {depth}"] = [(row["epoch"], row["train_loss"]) for row in rows]
    return Reading(numbers, curves)


def settings(options: DegradationOptions, depth: int, *, skip: bool) -> dict[str, object]:
    """The experiment of one network: SGD, which shows the effect most clearly."""
    network = {"depth": depth, "width": options.width, "skip": skip}
    return {
        "data": {"name": options.data},
        "preprocessing": [{"name": "resize", "options": {"size": options.size}}],
        "model": {"name": "resnet_cifar", "options": network},
        "train": {"epochs": options.epochs, "batch_size": 64, "lr": 0.1, "optimizer": {"name": "sgd"}},
    }


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    plain, shallow = numbers["loss_plain_56"], numbers["loss_plain_20"]
    residual = numbers["loss_resnet_56"]
    said = f"training loss plain {shallow:.3f} shallow, {plain:.3f} deep; residual deep {residual:.3f}"
    if plain > 10 * residual and plain > 2 * shallow:
        return "confirmed", f"Depth alone harms, with shortcuts it does not; {said}."
    if plain > max(residual, shallow):
        return "not at this scale", f"The deep plain network is worse, but not by all that the rule asks; {said}."
    return "refuted", f"The deep plain network is no worse; {said}."


ENTRY: Entry[Lab] = Entry(
    options=DegradationOptions,
    build=Lab(
        title="Degradation",
        varies="Shortcuts on and off in networks of 20 and 56 layers; equal steps, batches and learning rate.",
        rule="Confirmed when the training loss of the deep plain network is above ten times that of its residual twin "
        "and above twice that of the shallow plain one; refuted when it is not above both.",
        numbers={
            f"{what}_{kind}_{name}": f"{title} of the {'deep' if name == '56' else 'shallow'} {words} network."
            for name in ("20", "56")
            for kind, words in NAMES.items()
            for what, title in (("loss", "Training loss in the last epoch"), ("accuracy", "Test accuracy"))
        },
        measure=measure,
        judge=judge,
        next="Do the lab Gradient by depth: it shows the same four networks before the first step. Then give the deep "
        "pair more epochs: the plain one falls behind, but it learns.",
        seconds=68,
        chart=Chart("Loss on the training pictures", "epoch", "loss", log=True),
    ),
    tiny={"deep": 8, "shallow": 8, "width": 1, "size": 8, "epochs": 1},
)
