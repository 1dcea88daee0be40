"""Labels and scores: every figure of a classifier with two answers, at a threshold and over all of them.

A score of at least the threshold is a yes. Area under the ROC curve and average precision look at the order of the
scores alone; Brier score and log loss ask whether they are probabilities. What is not defined is shown as not defined,
never as 0: precision without a single yes, the area without both kinds of labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from cnn_core.base.errors import UserError
from cnn_core.base.options import Entry, Options
from cnn_core.calculators import Calculator, Step, Table, Worked
from cnn_core.calculators.lists import numbers, wholes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 60
LABELS, SCORES = "0 0 0 0 0 1 1 1 1 1", "0.1 0.1 0.2 0.3 0.4 0.3 0.6 0.7 0.8 0.9"


class MetricsOptions(Options):
    labels: str = Field(LABELS, title="Labels", description="1 for yes, 0 for no, as many as there are scores.")
    scores: str = Field(SCORES, title="Scores", description="Probabilities of yes, from 0 to 1.")
    threshold: float = Field(0.5, ge=0, le=1, title="Threshold", description="A score of at least so much is a yes.")

    @field_validator("labels")
    @classmethod
    def _labels(cls, text: str) -> str:
        wholes(text, 0, 1, MOST)
        return text

    @field_validator("scores")
    @classmethod
    def _scores(cls, text: str) -> str:
        numbers(text, 0, 1, MOST)
        return text


def given(options: MetricsOptions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and scores as arrays.

    Raises:
        UserError: they are not equally many.
    """
    import numpy as np

    labels, scores = wholes(options.labels, 0, 1, MOST), numbers(options.scores, 0, 1, MOST)
    if len(labels) != len(scores):
        raise UserError(f"There are {len(labels)} labels, but {len(scores)} scores; give as many of each.")
    return np.array(labels), np.array(scores)


def calculate(options: MetricsOptions) -> Worked:
    """The figures, with the counts put into their formulas."""
    from cnn_core.evaluation.scores import score_report

    found = score_report(*given(options), options.threshold)
    (tn, fp), (fn, tp) = found["matrix"].tolist()
    formulas = {
        "accuracy": f"({tp} + {tn}) / ({tp} + {tn} + {fp} + {fn})",
        "precision": f"{tp} / ({tp} + {fp})",
        "recall": f"{tp} / ({tp} + {fn})",
        "f1": f"2 × {tp} / (2 × {tp} + {fp} + {fn})",
        "specificity": f"{tn} / ({tn} + {fp})",
        "balanced_accuracy": f"({tp} / ({tp} + {fn}) + {tn} / ({tn} + {fp})) / 2",
        "mcc": f"({tp} × {tn} − {fp} × {fn}) / √(({tp} + {fp}) × ({tp} + {fn}) × ({tn} + {fp}) × ({tn} + {fn}))",
    }
    steps = [Step(key, title, found[key], formulas.get(key, "")) for key, title in TITLES.items()]
    table = Table("Rows: it is, columns: it said", ("", "no", "yes"), (("no", tn, fp), ("yes", fn, tp)))
    return Worked(tuple(steps), (table,), warnings=_warnings(found))


TITLES = {
    "accuracy": "Accuracy",
    "precision": "Precision of yes",
    "recall": "Recall of yes",
    "f1": "F1 of yes",
    "specificity": "Specificity",
    "balanced_accuracy": "Balanced accuracy",
    "mcc": "Matthews' correlation",
    "kappa": "Cohen's kappa",
    "auc": "Area under ROC",
    "average_precision": "Average precision",
    "trapezoid": "Area under straight PR lines",
    "brier": "Brier score",
    "log_loss": "Log loss",
    "best_f1": "Best F1 of all thresholds",
    "best_threshold": "Its threshold",
}


def _warnings(found: dict[str, Any]) -> tuple[str, ...]:
    missing = [TITLES[key] for key in TITLES if found[key] is None]
    return (f"Not defined here: {', '.join(missing)}.",) if missing else ()


ENTRY: Entry[Calculator] = Entry(options=MetricsOptions, build=Calculator("Metrics", (10,), calculate))
