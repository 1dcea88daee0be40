"""What labs share that ask one small network about many pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Options

if TYPE_CHECKING:
    from cnn_core.labs.bench import Bench
    from cnn_core.runs.loaded import Run


class OnceOptions(Options):
    """Base of the options of labs with one training."""

    data: Literal["mnist", "fashion_mnist", "digits"] = Field("mnist", title="Data set", description="What is learnt.")
    train: int = Field(4_000, ge=100, le=50_000, title="Training pictures", description="Of the one training.")
    epochs: int = Field(4, ge=1, le=30, title="Epochs", description="Of the one training.")
    width: int = Field(8, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def taught(options: OnceOptions, seed: int, bench: Bench) -> Run:
    """The one training, on other pictures for each seed."""
    some = {"train_pictures": options.train, "val_pictures": 100 if options.data == "digits" else 500}
    return bench.train(
        f"{options.train:,} pictures",
        {
            "data": {"name": options.data, "options": {**some, "sample_seed": seed}},
            "model": {"name": "small_cnn", "options": {"width": options.width}},
            "train": {"epochs": options.epochs},
        },
    )
