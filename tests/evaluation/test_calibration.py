"""Calibration: the error by hand, and a temperature that is found again."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.evaluation import log_softmax
from cnn_core.evaluation.calibration import calibration_error, fit_temperature


def test_the_error_is_the_mean_gap_between_sureness_and_truth_by_hand():
    """Two answers at 0.8 of which one is right, two at 0.6 that are right: (2 x 0.3 + 2 x 0.4) / 4."""
    chances = np.array([[0.8, 0.2], [0.8, 0.2], [0.4, 0.6], [0.4, 0.6]])
    logits = np.log(chances).astype(np.float32)
    assert calibration_error(logits, np.array([0, 1, 1, 1])) == pytest.approx(0.35, abs=1e-6)


def test_who_is_always_sure_is_off_by_its_errors():
    logits = np.array([[50, 0]] * 10, np.float32)
    assert calibration_error(logits, np.array([0] * 7 + [1] * 3)) == pytest.approx(0.3)
    assert calibration_error(logits[:0], np.zeros(0, np.int64)) is None


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_a_temperature_is_found_again(temperature):
    """Labels drawn from the probabilities of some logits; the logits are then made too large by a known factor."""
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, (20_000, 3))
    targets = (rng.random((20_000, 1)) > np.exp(log_softmax(true)).cumsum(1)).sum(1)
    assert fit_temperature(true * temperature, targets) == pytest.approx(temperature, rel=0.05)


def test_of_only_right_answers_the_coldest_is_best():
    assert fit_temperature(np.array([[1.0, 0.0]]), np.array([0])) == pytest.approx(0.01, rel=0.01)
