"""The pictures behind the numbers, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.evaluation.cases import Case, mistakes, mixed_up, only_just

CHANCES = np.array([[0.9, 0.1], [0.3, 0.7], [0.2, 0.8], [0.55, 0.45], [0.4, 0.6]])
LOGITS = np.log(CHANCES).astype(np.float32)
TARGETS = np.array([0, 0, 1, 1, 0])  # wrong: 1 (70 % sure), 3 (55 %), 4 (60 %)


def test_mistakes_come_the_surest_first():
    found = mistakes(LOGITS, TARGETS)
    assert [(one.index, one.target, one.said) for one in found] == [(1, 0, 1), (4, 0, 1), (3, 1, 0)]
    assert [one.probability for one in found] == pytest.approx([0.7, 0.6, 0.55])


def test_what_was_right_but_only_just_comes_the_least_sure_first():
    found = only_just(LOGITS, TARGETS, 1)
    assert found == [Case(2, 1, 1, pytest.approx(0.8))]
    assert [one.index for one in only_just(LOGITS, TARGETS, 9)] == [2, 0]


def test_a_cell_of_the_matrix_holds_its_pictures_and_no_others():
    assert [one.index for one in mixed_up(LOGITS, TARGETS, 0, 1)] == [1, 4]
    assert mixed_up(LOGITS, TARGETS, 1, 1) == [Case(2, 1, 1, pytest.approx(0.8))]
    assert mixed_up(LOGITS[:1], TARGETS[:1], 0, 1) == []
