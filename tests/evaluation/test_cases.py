"""The pictures behind the numbers, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.evaluation.cases import Case, answers, mistakes, mixed_up, only_just

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


def test_sureness_counts_right_and_wrong_pictures_each_for_themselves():
    from cnn_core.evaluation.cases import sureness

    chances = np.array([[0.95, 0.05], [0.65, 0.35], [0.55, 0.45], [0.05, 0.95]])
    right, wrong = sureness(np.log(chances).astype(np.float32), np.array([0, 0, 1, 1]))
    assert right == [0, 0, 0, 0, 0, 0, 1 / 3, 0, 0, 2 / 3]
    assert wrong == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    certain = np.array([[1e4, 0.0]], np.float32)  # probability 1 belongs to the last bin
    assert sureness(certain, np.array([0])) == ([0] * 9 + [1], None)


def test_an_answer_is_the_class_of_the_largest_probability_and_how_large_it_is():
    said, sure = answers(LOGITS)
    assert said.tolist() == [0, 1, 1, 0, 1]
    assert sure == pytest.approx([0.9, 0.7, 0.8, 0.55, 0.6])
