"""The fitted pipeline: the same bits wherever a picture comes from, exact records, exact inverse."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from cnn_core.base.errors import Failed, UnknownName, UserError
from cnn_core.preprocessing import pipeline
from cnn_core.preprocessing.pipeline import Preprocessing, output_shape
from cnn_core.preprocessing.steps import SHELF
from tests.preprocessing.test_steps import fitted, noise, options

SETTINGS = {
    "as it comes": {},
    "grey and small": {"color": {"mode": "grey"}, "resize": {"size": 9}},
    "colour, padded": {"color": {"mode": "colour"}, "resize": {"size": 21, "strategy": "pad"}, "scale": {"to": "unit"}},
    "stretched": {"resize": {"size": 16, "strategy": "stretch", "interpolation": "lanczos"}},
}
CASES = [(shape, name) for shape in ((12, 17, 1), (12, 17, 3)) for name in SETTINGS]


@pytest.mark.parametrize(("shape", "name"), CASES)
def test_a_picture_alone_is_what_it_is_in_its_set(shape, name):
    stored = noise(9, *shape)
    step = fitted(stored, **SETTINGS[name])
    whole = step.pictures(stored)
    assert whole.shape == (9, *step.input_shape[1:], step.input_shape[0])
    assert all(np.array_equal(step.picture(one), seen) for one, seen in zip(stored, whole, strict=True))
    as_image = Image.fromarray(stored[0, ..., 0] if shape[2] == 1 else stored[0])
    assert np.array_equal(step.picture(as_image), whole[0])


@pytest.mark.parametrize(("shape", "name"), CASES)
def test_a_picture_alone_gives_the_same_bits_as_in_any_batch(shape, name):
    stored = noise(600, *shape)  # more than one chunk
    step = fitted(stored[:5], **SETTINGS[name])
    seen = step.pictures(stored)
    whole = step.tensor(seen)
    for at in (0, 1, 255, 256, 599):
        assert torch.equal(step.tensor(seen[at : at + 1])[0], whole[at])
    assert torch.equal(step.tensor(torch.tensor(seen)[100:228]), whole[100:228])
    assert torch.equal(step.tensor(seen[::-1]), whole.flip(0))


@pytest.mark.parametrize("shape", [(12, 17, 1), (12, 17, 3), (40, 64, 3), (3, 3, 3)])
def test_the_numbers_are_torchvisions_normalize(shape):
    from torchvision.transforms import functional

    stored = noise(7, *shape)
    step = fitted(stored)
    mean, std = stored.mean((0, 1, 2)) / 255, stored.std((0, 1, 2)) / 255
    for one, found in zip(stored, step.tensor(stored), strict=True):
        expected = functional.normalize(functional.to_tensor(one), mean.tolist(), std.tolist())
        assert torch.allclose(found, expected, atol=2e-6)


def test_a_tensor_is_float32_in_channels_last_memory():
    found = fitted(noise(4, 8, 8, 3)).tensor(noise(4, 8, 8, 3), device="cpu")
    assert found.dtype == torch.float32
    assert found.shape == (4, 3, 8, 8)
    assert found.is_contiguous(memory_format=torch.channels_last)


def test_no_picture_at_all_is_an_empty_tensor():
    step = fitted(noise(4, 8, 8, 3), resize={"size": 5})
    assert step.tensor(noise(0, 5, 5, 3)).shape == (0, 3, 5, 5)


def test_a_set_that_needs_no_change_is_not_copied():
    stored = noise(4, 8, 8, 3)
    assert fitted(stored).pictures(stored) is stored
    assert fitted(stored, resize={"size": 8}, color={"mode": "colour"}).pictures(stored) is stored
    assert fitted(stored, resize={"size": 7}).pictures(stored) is not stored


def test_read_only_pictures_are_taken_without_a_warning(recwarn):
    stored = noise(4, 8, 8, 3)
    stored.flags.writeable = False
    fitted(stored).tensor(stored)
    assert not recwarn.list


@pytest.mark.parametrize("to", ["standard", "unit", "symmetric"])
@pytest.mark.parametrize("spread", [1, 3, 255])
def test_display_is_the_exact_inverse(to, spread):
    """All 256 values come back, also where the training split was so even that it is stretched a thousandfold."""
    step = fitted((noise(9, 8, 8, 3) % spread + (255 - spread) * (spread < 255)).astype(np.uint8), scale={"to": to})
    every = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, 3)
    assert np.array_equal(step.display(step.tensor(every)), every)
    assert np.array_equal(step.display(step.tensor(every).numpy()), every)


def test_display_cuts_what_no_screen_can_show():
    step = fitted(noise(4, 8, 8, 1))
    assert step.display(torch.tensor([-99.0, 99.0]).reshape(1, 1, 1, 2)).flatten().tolist() == [0, 255]


def test_the_value_range_is_that_of_the_tensor():
    stored = noise(5, 8, 8, 3)
    step = fitted(stored)
    values = step.tensor(stored)
    assert step.value_range(stored) == pytest.approx((values.min().item(), values.max().item()), rel=1e-6)
    assert fitted(stored, scale={"to": "symmetric"}).value_range(np.uint8([[[0, 0, 255]]])) == pytest.approx((-1, 1))


@pytest.mark.parametrize(("shape", "name"), CASES)
def test_a_record_goes_through_json_and_comes_back_to_the_bit(shape, name):
    stored = noise(9, *shape)
    step = fitted(stored, **SETTINGS[name])
    again = Preprocessing.from_record(json.loads(json.dumps(step.record(), allow_nan=False)))
    assert again.record() == step.record()
    assert again.input_shape == step.input_shape
    assert torch.equal(again.tensor(again.pictures(stored)), step.tensor(step.pictures(stored)))


@pytest.mark.parametrize("broken", ["steps", "stored_shape"])
def test_a_record_without_a_part_is_refused_in_a_sentence(broken):
    record = fitted(noise(3, 8, 8, 1)).record()
    del record[broken]
    with pytest.raises(Failed, match="stored preprocessing is damaged"):
        Preprocessing.from_record(record)


def test_a_record_with_wrong_options_is_refused_in_a_sentence():
    record = fitted(noise(3, 8, 8, 1)).record()
    record["steps"][1]["options"]["size"] = -3
    with pytest.raises(Failed, match="stored preprocessing is damaged"):
        Preprocessing.from_record(record)


def test_a_record_with_an_unknown_step_names_it():
    record = fitted(noise(3, 8, 8, 1)).record()
    record["steps"][0]["name"] = "colour"
    with pytest.raises(UnknownName, match='did you mean "color"'):
        Preprocessing.from_record(record)


def test_steps_act_in_their_order_however_they_are_given():
    stored = noise(4, 12, 12, 3)
    choices = [("resize", options("resize", size=7)), ("color", options("color", mode="grey"))]
    one, other = Preprocessing.fit(choices, stored), Preprocessing.fit(choices[::-1], stored)
    assert [step.name for step in one.steps] == ["color", "resize", "scale"]
    assert one.record() == other.record()


@pytest.mark.parametrize(("shape", "name"), CASES)
def test_the_shape_is_known_before_the_data_are_read(shape, name):
    choices = [(step, options(step, **values)) for step, values in SETTINGS[name].items()]
    assert output_shape(choices, (shape[2], *shape[:2])) == fitted(noise(3, *shape), **SETTINGS[name]).input_shape


def test_the_shape_is_known_without_torch():
    code = (
        "import sys; from cnn_core.preprocessing.pipeline import Preprocessing; "
        "assert Preprocessing.output_shape([], (1, 8, 8)) == (1, 8, 8); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_statistics_are_of_what_the_network_gets_not_of_what_is_stored():
    """Grey noise has a smaller spread than each colour of it; fitting before the grey step would miss that."""
    stored = noise(50, 8, 8, 3)
    step = fitted(stored, color={"mode": "grey"})
    assert step.tensor(step.pictures(stored)).std().item() == pytest.approx(1, abs=1e-3)
    assert stored.std() / step.pictures(stored).std() > 1.3


def test_an_array_of_another_form_is_refused():
    with pytest.raises(UserError, match="must be uint8"):
        fitted(noise(3, 8, 8, 1)).picture(np.zeros((8, 8)))


def test_a_step_that_would_change_nothing_gives_the_very_picture_back():
    """The pipeline asks once a set; the twin: a step that copies makes the set be copied."""
    picture = Image.new("RGB", (8, 8))
    for name in SHELF.names():
        entry = SHELF.load(name)
        known = entry.build.fit(entry.options(), noise(2, 8, 8, 3))
        assert entry.build.picture(entry.options(), known, picture) is picture


def test_the_twin_a_step_that_copies_is_seen(monkeypatch):
    build = SHELF.load("scale").build
    monkeypatch.setattr(type(build), "picture", lambda self, options, fitted, picture: picture.copy())
    stored = noise(4, 8, 8, 3)
    assert fitted(stored).pictures(stored) is not stored


def test_chunks_do_not_show(monkeypatch):
    stored = noise(40, 8, 8, 3)
    step = fitted(stored)
    whole = step.tensor(stored)
    monkeypatch.setattr(pipeline, "CHUNK", 7)
    assert torch.equal(step.tensor(stored), whole)
