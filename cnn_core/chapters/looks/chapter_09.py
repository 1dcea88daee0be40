"""How many pictures each class has, and what a constant answer is worth."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look

CASES = {
    "9 to 1": (900, 100),
    "even": (500, 500),
    "99 to 1": (990, 10),
    "long tail": tuple(round(500 * 100 ** (-place / 9)) for place in range(10)),
}


def draw(choice: str, theme: str) -> Drawn:
    """Bars of pictures and of weights n / (k nᵢ)."""
    from cnn_core.evaluation.basics import confusion_matrix
    from cnn_core.figures.groups import groups_chart

    counts = np.array(CASES[choice])
    classes = len(counts)
    matrix = confusion_matrix(np.repeat(np.arange(classes), counts), np.zeros(counts.sum(), int), classes)
    recall = np.diag(matrix) / matrix.sum(1)
    weights = counts.sum() / (classes * counts)
    names = tuple(f"class {place + 1}, weight {weight:.3g}" for place, weight in enumerate(weights))
    says = (
        f"Always the most frequent class: accuracy {np.trace(matrix) / counts.sum():.1%}, "
        f"balanced accuracy {recall.mean():.1%}. "
        f"Class weights lift the rarest {weights.max() / weights.min():.3g} times over the most frequent."
    )
    points = {"pictures": [(float(place), float(count)) for place, count in enumerate(counts)]}
    return Drawn(
        says,
        chart=groups_chart([points], names, "pictures", theme),
        about=f"Pictures by class: {', '.join(map(str, counts))}. {says}",
    )


LOOK = Look("How rare is rare", tuple(CASES), draw)
