"""A filter that slides: against a plain loop; its weights, by what they are to do."""

from __future__ import annotations

import numpy as np
import pytest

from cnn_core.calculators.filters import MEANINGS, filter_values, slide


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 1, 1), (3, 2, 2)])
def test_every_answer_is_the_sum_of_the_products_under_the_filter(stride, padding, dilation):
    random = np.random.default_rng(0)
    picture, weights = random.integers(0, 256, (9, 11), np.uint8), random.normal(size=(3, 3))
    found = slide(picture, weights, stride, padding, dilation)
    for (row, column), answer in np.ndenumerate(found.answers):
        under = found.pixels[row * stride :, column * stride :][
            : 2 * dilation + 1 : dilation, : 2 * dilation + 1 : dilation
        ]
        assert answer == pytest.approx((under * weights).sum())
    side = (9 + 2 * padding - 2 * dilation - 1) // stride + 1
    assert found.answers.shape[0] == side


@pytest.mark.parametrize("kernel", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("meaning", MEANINGS)
def test_filters_do_what_they_are_called(meaning, kernel):
    weights = filter_values(meaning, kernel)
    assert weights.shape == (kernel, kernel)
    assert weights.sum() == pytest.approx(0 if "edge" in meaning else 1)


def test_a_filter_that_does_not_fit_has_no_place():
    assert slide(np.zeros((5, 5), np.uint8), filter_values("blur", 3), dilation=3) is None
