"""The same order of scores, and other probabilities: a reliability diagram that bends while the area stays."""

from __future__ import annotations

import numpy as np

from cnn_core.chapters.looks import Drawn, Look

POWERS = {"as often right as it says": 1.0, "scores to the third power": 3.0, "cube roots of the scores": 1 / 3}
PICTURES = 4000


def draw(choice: str, theme: str) -> Drawn:
    """Scores of an honest classifier, changed without changing their order."""
    from cnn_core.evaluation.scores import score_report
    from cnn_core.figures.readings import readings_chart

    rng = np.random.default_rng(10)
    honest = rng.random(PICTURES)
    labels = (rng.random(PICTURES) < honest).astype(np.int64)
    scores = honest ** POWERS[choice]
    found = score_report(labels, scores)
    tenths = np.minimum((scores * 10).astype(int), 9)
    points = [(float(scores[tenths == one].mean()), float(labels[tenths == one].mean())) for one in np.unique(tenths)]
    says = (
        f"Area under the ROC curve {found['auc']:.3f}: it sees the order alone, which no power changes. "
        f"Brier score {found['brier']:.3f}; accuracy at 0.5 {found['accuracy']:.1%}."
    )
    lines = {"what it says": points, "what would be true": [(0.0, 0.0), (1.0, 1.0)]}
    return Drawn(
        says,
        chart=readings_chart([lines], "probability that it says", "how often it is so", theme, height=280),
        about=f"Said against true probability. {says}",
    )


LOOK = Look("One order, other probabilities", tuple(POWERS), draw, at_first="scores to the third power")
