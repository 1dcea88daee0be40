"""Accuracy and the area under the ROC curve say nothing of calibration: the same answers may be far too sure.

A network for two classes is trained once; then its logits are divided by temperatures from 0.3 to 3. No answer changes,
and no rank, so accuracy and area stay what they were, while the expected calibration error and the log loss move. The
temperature that suits is fitted on the validation pictures. Guo et al., 2017 (arXiv 1706.04599).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.evaluation import report, softmax
from cnn_core.evaluation.calibration import calibration_error, fit_temperature
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

TEMPERATURES = (0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


class SameAucOtherCalibrationOptions(Options):
    pictures: int = Field(
        6_000, ge=200, le=50_000, title="Pictures", description="Circles and squares: 70 % train, 10 % validate."
    )
    epochs: int = Field(6, ge=1, le=50, title="Epochs", description="Of the one training.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of four convolutions.")


def measure(options: SameAucOtherCalibrationOptions, seed: int, bench: Bench) -> Reading:
    """One training, its stored logits at every temperature."""
    from cnn_core.labs.asking import model

    run = bench.train(
        "circle or square",
        {
            "data": {"name": "shapes", "options": {"count": options.pictures, "classes": 2, "size": 24}},
            "model": model("small_cnn", depth=4, width=options.width, global_pooling=True),
            "train": {"epochs": options.epochs},
        },
    )
    test, held_out = run.predictions("test"), run.predictions("val")
    classes = run.classes
    curves: dict[str, list[tuple[float, float]]] = {}
    tables = [_table(test.logits / t, test.targets, classes) for t in TEMPERATURES]
    for t, table in zip(TEMPERATURES, tables, strict=True):
        for name, value in table.items():
            curves.setdefault(name, []).append((t, value))
    temperature = fit_temperature(held_out.logits, held_out.targets)
    fitted = _table(test.logits / temperature, test.targets, classes)
    plain = tables[TEMPERATURES.index(1.0)]
    numbers = {
        "accuracy_moves": _span(curves["accuracy"]),
        "auc_moves": _span(curves["area under ROC"]),
        "error_smallest": min(one["calibration error"] for one in tables),
        "error_largest": max(one["calibration error"] for one in tables),
        "loss_smallest": min(one["log loss"] for one in tables),
        "loss_largest": max(one["log loss"] for one in tables),
        "temperature": temperature,
        "error_plain": plain["calibration error"],
        "error_fitted": fitted["calibration error"],
        "loss_plain": plain["log loss"],
        "loss_fitted": fitted["log loss"],
        "accuracy": plain["accuracy"],
        "auc": plain["area under ROC"],
    }
    return Reading(numbers, curves, _pictures(run.data().splits["test"].pictures, test.logits, test.targets))


def _table(logits: NDArray[np.float32], targets: NDArray[np.int64], classes: tuple[str, ...]) -> dict[str, float]:
    found = report(logits, targets, classes)
    return {
        "accuracy": found["accuracy"],
        "area under ROC": found["auc_macro"],
        "calibration error": calibration_error(logits, targets) or 0.0,
        "log loss": found["log_loss"],
    }


def _span(points: list[tuple[float, float]]) -> float:
    values = [value for _, value in points]
    return max(values) - min(values)


def _pictures(
    pictures: NDArray[np.uint8], logits: NDArray[np.float32], targets: NDArray[np.int64]
) -> dict[str, NDArray[np.uint8]]:
    """The wrong answers, the surest first."""
    wrong = logits.argmax(1) != targets
    order = np.argsort(-np.where(wrong, softmax(logits).max(1), 0), kind="stable")[: min(16, int(wrong.sum()))]
    return {"wrong, the surest first": pictures[order]} if len(order) else {}


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    moved = max(numbers["accuracy_moves"], numbers["auc_moves"])
    low, high = numbers["error_smallest"], numbers["error_largest"]
    said = (
        f"accuracy {numbers['accuracy']:.3f} and area {numbers['auc']:.3f} move by at most {moved:.4f}, "
        f"the calibration error goes from {low:.3f} to {high:.3f}; the fitted temperature is "
        f"{numbers['temperature']:.2f}, with it the error is {numbers['error_fitted']:.3f} "
        f"(before {numbers['error_plain']:.3f}) and the log loss {numbers['loss_fitted']:.3f} "
        f"(before {numbers['loss_plain']:.3f})"
    )
    if moved < 0.001 and high > 2 * low and high - low > 0.03:
        return "confirmed", f"Calibration moves and nothing else; {said}."
    if moved < 0.001:
        return "not at this scale", f"Accuracy and area stay, but calibration hardly moves; {said}."
    return "refuted", f"Accuracy or area move with the temperature; {said}."


ENTRY: Entry[Lab] = Entry(
    options=SameAucOtherCalibrationOptions,
    build=Lab(
        title="Same area, other calibration",
        varies=f"The temperature by which the logits of one network are divided: {TEMPERATURES[0]:g} to "
        f"{TEMPERATURES[-1]:g}.",
        rule="Confirmed when accuracy and area under the ROC curve stay to 0.001 while the largest calibration error "
        "is more than twice the smallest and 0.03 above it; refuted when accuracy or area move.",
        numbers={
            "accuracy": "Test accuracy, at any temperature.",
            "auc": "Area under the ROC curve, at any temperature.",
            "accuracy_moves": "Largest minus smallest accuracy over the temperatures.",
            "auc_moves": "Largest minus smallest area over the temperatures.",
            "error_smallest": "Smallest expected calibration error over the temperatures.",
            "error_largest": "The largest.",
            "loss_smallest": "Smallest log loss over the temperatures.",
            "loss_largest": "The largest.",
            "temperature": "The one fitted on the validation pictures.",
            "error_plain": "Calibration error of the test pictures as the network stands.",
            "error_fitted": "The same with the fitted temperature.",
            "loss_plain": "Log loss of the test pictures as the network stands.",
            "loss_fitted": "The same with the fitted temperature.",
        },
        measure=measure,
        judge=judge,
        next="Train on fewer pictures for many epochs: the epoch that a run keeps is the one with the smallest "
        "validation loss, so it is seldom far too sure; see whether the fitted temperature stays near 1.",
        seconds=18,
        chart=Chart("One network at many temperatures", "temperature", ""),
    ),
    tiny={"pictures": 200, "epochs": 1, "width": 1},
)
