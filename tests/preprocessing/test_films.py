"""Films through the preprocessing: frame by frame, each frame alike, however many there are."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from cnn_core.preprocessing.pipeline import Preprocessing, films_of, frames_of, output_shape
from tests.preprocessing.test_steps import fitted, noise, options

SETTINGS = {
    "as it comes": {},
    "grey and small": {"color": {"mode": "grey"}, "resize": {"size": 9}},
    "colour": {"color": {"mode": "colour"}, "scale": {"to": "unit"}},
}


def films(count=5, frames=4, colors=3, height=12, width=10):
    return noise(count, height, width, frames * colors)


def choices(chosen):
    return [(name, options(name, **values)) for name, values in chosen.items()]


def fit(stored, frames, **chosen):
    return Preprocessing.fit(choices(chosen), stored, frames)


@pytest.mark.parametrize("colors", [1, 3])
@pytest.mark.parametrize("chosen", SETTINGS.values(), ids=SETTINGS)
def test_a_film_is_its_frames_as_pictures_each(colors, chosen):
    stored = films(colors=colors)
    step, alone = fit(stored, 4, **chosen), fitted(frames_of(stored, colors), **chosen)
    assert step.input_shape == output_shape(choices(chosen), (4 * colors, 12, 10), 4)
    seen, each = step.pictures(stored), alone.pictures(frames_of(stored, colors))
    assert seen.shape == (5, *step.input_shape[1:], step.input_shape[0])
    assert np.array_equal(seen, films_of(each, 5))
    made, one_by_one = step.tensor(seen), alone.tensor(each)
    assert torch.equal(made, one_by_one.reshape(made.shape))
    assert np.array_equal(step.display(made), seen)
    assert step.value_range(seen) == alone.value_range(each)


def test_all_frames_have_the_same_mean_and_deviation_those_over_all_of_them():
    stored = np.concatenate([np.full((3, 4, 4, 1), level, np.uint8) for level in (0, 100, 200)], axis=3)
    step = fit(stored, 3)
    values = step.tensor(stored)
    assert values.mean().item() == pytest.approx(0, abs=1e-6)
    assert values.std(correction=0).item() == pytest.approx(1, abs=1e-6)
    assert step.multiply.shape == (1,)


def test_a_film_of_another_length_gets_the_same_as_the_one_it_was_cut_from():
    stored = films(frames=6)
    step = fit(stored, 6, resize={"size": 8})
    part = step.tensor(step.pictures(stored[..., : 2 * 3]))
    assert torch.equal(part, step.tensor(step.pictures(stored))[:, : 2 * 3])


def test_a_record_keeps_the_number_of_frames_and_that_of_pictures_is_as_it_was():
    stored = films()
    step = fit(stored, 4, resize={"size": 8})
    again = Preprocessing.from_record(json.loads(json.dumps(step.record())))
    assert (again.frames, again.input_shape) == (4, (12, 8, 8))
    assert torch.equal(again.tensor(again.pictures(stored)), step.tensor(step.pictures(stored)))
    assert "frames" not in fitted(noise(2, 8, 8, 3)).record()
