"""Global pooling has a fraction of the weights of flattening, and takes shifted pictures far better.

After flattening each place has weights of its own for each class; after global average pooling a class has one weight
a channel, wherever the feature was. Nearly all parameters of a simple CNN are in the first dense layer. Both networks
learn from pictures as they are and are then tried on the same test pictures moved by some pixels. Lin, Chen and
Yan, 2013.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from cnn_core.base.options import Entry, Options
from cnn_core.labs import Chart, Lab, Reading, Verdict

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cnn_core.labs.bench import Bench

NAMES = {"flatten": "flattened", "pool": "pooled"}
SHIFTS = (0, 2, 4, 6)
VALIDATED = 180  # pictures, so many as the smallest set has


class FlattenOrPoolOptions(Options):
    data: Literal["mnist", "fashion_mnist", "digits"] = Field(
        "mnist", title="Data set", description="Digits are 8 x 8: few places are left to move them."
    )
    pictures: int = Field(4_000, ge=100, le=40_000, title="Pictures", description="For both trainings.")
    tested: int = Field(2_000, ge=20, le=10_000, title="Tested", description="Test pictures, moved by each distance.")
    epochs: int = Field(4, ge=1, le=20, title="Epochs", description="Of both trainings.")
    width: int = Field(16, ge=1, le=64, title="Width", description="Filters of the first of three convolutions.")


def measure(options: FlattenOrPoolOptions, seed: int, bench: Bench) -> Reading:
    """Train both, then move the test pictures to all four sides."""
    import numpy as np

    numbers, curves, shown = {}, {}, {}
    for name, words in NAMES.items():
        model = {"width": options.width, "global_pooling": name == "pool"}
        run = bench.train(
            f"{words} head",
            {
                "data": {
                    "name": options.data,
                    "options": {"train_pictures": options.pictures, "val_pictures": VALIDATED},
                },
                "model": {"name": "small_cnn", "options": model},
                "train": {"epochs": options.epochs, "batch_size": 64},
            },
        )
        numbers[f"parameters_{name}"] = float(run.folder.record()["parameters"])
        test, points = run.data().splits["test"], []
        pictures, targets = test.pictures[: options.tested], test.targets[: options.tested]
        for pixels in SHIFTS:
            bench.say(f"{words} head, moved by {pixels} pixels")
            changed = moved(pictures, pixels)
            said = run.network().predict(changed, bench.look).argmax(1)
            points.append((float(pixels), float(np.mean(said == targets))))
            shown[f"moved by {pixels} pixels"] = changed[:16]
            numbers[f"accuracy_{name}_{pixels}"] = points[-1][1]
        curves[words] = points
    return Reading(numbers, curves, shown)


def moved(pictures: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """uint8 (N, H, W, C) by so many pixels: the first right, the next down, left, up, and so on; black comes in."""
    import numpy as np

    found = np.zeros_like(pictures)
    height, width = pictures.shape[1:3]
    for turn, (down, right) in enumerate(((0, pixels), (pixels, 0), (0, -pixels), (-pixels, 0))):
        high, wide = height - abs(down), width - abs(right)
        to = (slice(max(down, 0), max(down, 0) + high), slice(max(right, 0), max(right, 0) + wide))
        out = (slice(max(-down, 0), max(-down, 0) + high), slice(max(-right, 0), max(-right, 0) + wide))
        found[turn::4, to[0], to[1]] = pictures[turn::4, out[0], out[1]]
    return found


def judge(numbers: Mapping[str, float]) -> tuple[Verdict, str]:
    """As the rule says."""
    last = SHIFTS[-1]
    flat, pool = (numbers[f"accuracy_{name}_{last}"] for name in NAMES)
    still = {name: numbers[f"accuracy_{name}_0"] for name in NAMES}
    said = (
        f"in place {still['flatten']:.1%} flattened, {still['pool']:.1%} pooled; moved by {last} pixels {flat:.1%} and "
        f"{pool:.1%}; {numbers['parameters_flatten']:,.0f} and {numbers['parameters_pool']:,.0f} parameters"
    )
    if pool - flat >= 0.1 and numbers["parameters_pool"] < numbers["parameters_flatten"]:
        return "confirmed", f"Pooling takes shifts better with fewer parameters: {said}."
    if pool <= flat:
        return "refuted", f"Pooling takes shifts no better: {said}."
    return "not at this scale", f"It takes shifts better, but by less than ten points: {said}."


ENTRY: Entry[Lab] = Entry(
    options=FlattenOrPoolOptions,
    build=Lab(
        title="Flatten or pool",
        varies="What comes before the dense layer, flattening or global average pooling; and how far the test pictures "
        "are moved.",
        rule=f"Confirmed when the pooled network has fewer parameters and is right at least ten points more often on "
        f"pictures moved by {SHIFTS[-1]} pixels; refuted when it is right no more often on them.",
        numbers={
            **{f"parameters_{name}": f"Parameters of the {words} network." for name, words in NAMES.items()},
            **{
                f"accuracy_{name}_{pixels}": f"Accuracy of the {words} network on pictures moved by {pixels} pixels."
                for name, words in NAMES.items()
                for pixels in SHIFTS
            },
        },
        measure=measure,
        judge=judge,
        next="Train the flattened network with the augmentation shift: it learns what pooling has built in.",
        seconds=30,
        chart=Chart("Accuracy on moved pictures", "pixels", "accuracy"),
    ),
    tiny={"data": "digits", "pictures": 100, "tested": 20, "epochs": 1, "width": 1},
)
