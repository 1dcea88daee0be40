"""Distances between drawn and real pictures: hand arithmetic, and what they must and must not depend on."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.evaluation.generation import covered, frechet, kernel_distance, nearness


def normal(seed, count=400, width=5, shift=0.0, scale=1.0):
    return (np.random.default_rng(seed).normal(size=(count, width)) * scale + shift).astype(np.float32)


def test_the_frechet_distance_of_two_normals_of_one_number_by_hand():
    # means 1 and 4, deviations 2 and 4 (of n - 1): (1 - 4)^2 + (2 - 4)^2 = 13
    first, second = np.array([[-1.0], [1], [3]]), np.array([[0.0], [4], [8]])
    assert frechet(first, second) == pytest.approx(13)


def test_the_frechet_distance_in_two_dimensions_that_do_not_commute():
    # S1 = diag(4, 1), S2 = [[2.5, 1.5], [1.5, 2.5]]: tr (S1 S2)^1/2 = sqrt(tr(S1 S2) + 2 sqrt(det S1 det S2))
    points = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]]) * np.sqrt(3) / 2  # covariance 1
    turn = np.array([[1.0, 1], [-1, 1]]) / np.sqrt(2)
    first, second = points @ np.diag([2.0, 1]), points @ np.diag([2.0, 1]) @ turn
    by_hand = 5 + 5 - 2 * np.sqrt(12.5 + 2 * np.sqrt(4 * 4))
    assert frechet(first, second) == pytest.approx(by_hand)


def test_the_distance_to_itself_is_nothing_and_a_shift_is_its_square():
    one = normal(0)
    assert frechet(one, one) == pytest.approx(0, abs=1e-6)
    assert frechet(one, one + 2) == pytest.approx(5 * 4, rel=1e-5)
    assert frechet(one, normal(1, shift=0.5)) == pytest.approx(frechet(normal(1, shift=0.5), one))
    assert frechet(np.zeros((4, 3)), np.ones((4, 3))) == pytest.approx(3)  # nothing varies: a generator that collapsed


def test_the_kernel_distance_of_four_numbers_by_hand():
    # x = (1, -1), y = (1, 1), root mean square 1, kernel (xy + 1)^3 is 8 or 0:
    # pairs of x: 0, pairs of y: 8, across: mean of 8, 8, 0, 0 = 4, so 0 + 8 - 8 = 0
    x, y = np.array([[1.0], [-1]]), np.array([[1.0], [1]])
    assert kernel_distance(x, y) == pytest.approx(0)
    assert kernel_distance(y, x) == pytest.approx(0)
    # x = (1, -1), z = (3, 3): pairs 0 and 1000, across (64, 64, -8, -8) = 28
    assert kernel_distance(x, np.array([[3.0], [3]])) == pytest.approx(0 + 1000 - 56)


def test_the_kernel_distance_is_unbiased_and_has_no_unit():
    found = [kernel_distance(normal(2 * seed, 60), normal(2 * seed + 1, 60)) for seed in range(40)]
    assert min(found) < 0 < max(found)
    assert abs(np.mean(found)) < 3 * np.std(found) / np.sqrt(len(found))
    one, other = normal(0), normal(1, shift=0.5)
    assert kernel_distance(1000 * one, 1000 * other) == pytest.approx(kernel_distance(one, other), rel=1e-4)


def test_both_order_near_and_far_rightly():
    real = normal(0)
    near, far = normal(1, shift=0.2), normal(1, shift=1.0, scale=0.3)
    for distance in (frechet, kernel_distance):
        assert distance(real, normal(2)) < distance(real, near) < distance(real, far)


def test_a_class_counts_when_it_has_a_tenth_of_an_even_share():
    assert covered(np.array([100] * 10)) == 10
    assert covered(np.array([991, 9, 0, 0, 0, 0, 0, 0, 0, 0])) == 1  # 10 would be enough
    assert covered(np.array([990, 10, 0, 0, 0, 0, 0, 0, 0, 0])) == 2
    assert covered(np.array([3, 0])) == 1


def test_a_record_of_drawn_pictures():
    logits = np.array([[9.0, 0], [9, 0], [9, 0], [0.0, 1]])
    found = nearness(normal(0, 4), normal(1, 4), logits)
    assert (found.covered, found.confident, found.shares) == (2, 0.75, (0.75, 0.25))
    assert found.fid == frechet(normal(0, 4), normal(1, 4))
