"""What the recipes reach on pictures they never saw."""

from __future__ import annotations

import tempfile

from benchmarks.timing import say
from cnn_core import actions
from cnn_core.base.errors import Failed
from cnn_core.experiment import Experiment, demo, resolve


def tested(experiment: Experiment, seeds: int) -> list[float]:
    """Test accuracy by seed."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            seeded = experiment.model_copy(update={"train": experiment.train.model_copy(update={"seed": seed})})
            record = actions.train(seeded, folder)
            if record["status"] != "done":
                raise Failed(f"{record['run']}: {record['message']}")
            found.append(record["test_accuracy"])
    return found


def main() -> None:
    """Print the lowest and all."""
    recipes = (
        ("digits, small_cnn, 10 epochs", _named("digits", epochs=10), 5, 0.97),
        ("the demo recipe", demo(), 5, 0.98),
        ("MNIST, small_cnn as it comes, 2 epochs", _named("mnist", epochs=2), 3, 0.989),
    )
    for name, experiment, seeds, target in recipes:
        if reason := actions.missing(experiment.data):
            print(f"{name}: not measured. {reason}")
            continue
        found = tested(experiment, seeds)
        value = " ".join(f"{100 * one:.2f}" for one in found)
        say(f"test accuracy of {seeds} seeds, %: {name}", value, f">= {100 * target:g}", min(found) >= target)


def _named(data: str, epochs: int) -> Experiment:
    return resolve({"data": {"name": data}, "model": {"name": "small_cnn"}, "train": {"epochs": epochs}})


if __name__ == "__main__":
    main()
