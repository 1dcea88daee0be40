"""Pure arithmetic on stored logits: report, curves, intervals. Knows no run and no network."""

from cnn_core.evaluation.basics import confusion_matrix, log_softmax, softmax, wilson
from cnn_core.evaluation.classification import report

__all__ = ["confusion_matrix", "log_softmax", "report", "softmax", "wilson"]
