"""Each preprocessing step against hand arithmetic and torchvision."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from cnn_core.base.errors import UserError
from cnn_core.base.options import Facts, parse_options
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.preprocessing.pipeline import Preprocessing
from cnn_core.preprocessing.steps import ORDER, SHELF


def options(name: str, **values: object):
    return parse_options(SHELF.load(name).options, values, name)


def fitted(pictures: np.ndarray, **steps: dict) -> Preprocessing:
    return Preprocessing.fit([(name, options(name, **values)) for name, values in steps.items()], pictures)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def test_the_shelf_has_its_steps_in_the_order_they_are_applied():
    assert tuple(SHELF.names()) == ORDER == ("color", "resize", "scale")


# ---------------------------------------------------------------- colour


@pytest.mark.parametrize(
    ("colour", "grey"),
    [((255, 0, 0), 76), ((0, 255, 0), 150), ((0, 0, 255), 29), ((200, 0, 0), 60), ((0, 102, 0), 60)],
)
def test_grey_is_the_luma_of_bt601(colour, grey):
    """0.299 R + 0.587 G + 0.114 B: 76.2, 149.7, 29.1; and 59.8 and 59.9, two colours that become one grey."""
    seen = fitted(noise(4, 8, 8, 3), color={"mode": "grey"}).pictures(np.full((2, 8, 8, 3), colour, np.uint8))
    assert seen.shape == (2, 8, 8, 1)
    assert np.unique(seen).tolist() == [grey]


def test_colour_from_grey_repeats_the_channel():
    stored = noise(3, 8, 8, 1)
    seen = fitted(stored, color={"mode": "colour"}).pictures(stored)
    assert np.array_equal(seen, np.repeat(stored, 3, 3))


def test_keep_gives_a_colour_photograph_to_a_grey_network_as_grey_and_the_other_way_round():
    grey, colour = fitted(noise(4, 8, 8, 1)), fitted(noise(4, 8, 8, 3))
    assert grey.picture(Image.new("RGB", (8, 8), (255, 0, 0))).tolist() == np.full((8, 8, 1), 76).tolist()
    assert colour.picture(Image.new("L", (8, 8), 7)).tolist() == np.full((8, 8, 3), 7).tolist()


# ---------------------------------------------------------------- size


def photo(width: int, height: int, mode: str = "RGB") -> Image.Image:
    small = Image.fromarray(noise(9, 12, 3)).convert(mode)
    return small.resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic", "lanczos", "box"])
@pytest.mark.parametrize("size", [(640, 480), (301, 517), (30, 20), (97, 97)])
def test_cropping_is_torchvisions_resize_and_centre_crop(size, interpolation):
    from torchvision.transforms import functional
    from torchvision.transforms.functional import InterpolationMode

    step = fitted(noise(2, 28, 28, 3), resize={"size": 64, "interpolation": interpolation})
    picture = photo(*size)
    resized = functional.resize(picture, 64, InterpolationMode(interpolation))
    assert np.array_equal(step.picture(picture), np.asarray(functional.center_crop(resized, 64)))


@pytest.mark.parametrize("size", [(640, 480), (301, 517), (30, 20), (64, 64), (80, 80)])
def test_a_short_side_beyond_the_size_is_torchvisions_recipe_for_imagenet(size):
    from torchvision.transforms import functional
    from torchvision.transforms.functional import InterpolationMode

    step = fitted(noise(2, 28, 28, 3), resize={"size": 64, "short": 80})
    picture = photo(*size)
    resized = functional.resize(picture, 80, InterpolationMode.BILINEAR)
    assert np.array_equal(step.picture(picture), np.asarray(functional.center_crop(resized, 64)))
    left, top, right, bottom = step.window(400, 200)
    assert (top, bottom) == (20, 180)  # 64 of 80 rows
    assert (left, right) == (120, 280)


@pytest.mark.parametrize(
    "chosen", [{"short": 80}, {"size": 96, "short": 80}, {"size": 64, "short": 80, "strategy": "pad"}]
)
def test_a_short_side_goes_with_a_crop_of_no_more_than_it(chosen):
    entry = SHELF.load("resize")
    said = entry.unfit(entry.options(**chosen), Facts())
    assert said == ("resize.short is 80, but it goes with the strategy crop and a size of 1 to 80; 0 leaves it out.")
    assert entry.unfit(entry.options(size=64, short=80), Facts()) == ""


def test_the_middle_of_640_x_480_at_224_keeps_three_quarters_of_the_width():
    """The short side to 224 gives 298 x 224, truncated; 37 of 298 columns go on each side."""
    step = fitted(noise(2, 28, 28, 3), resize={"size": 224})
    left, top, right, bottom = step.window(640, 480)
    assert (top, bottom) == (0, 480)
    assert left == pytest.approx(37 * 640 / 298)
    assert right - left == pytest.approx(224 * 640 / 298)
    assert (right - left) / 640 == pytest.approx(0.75, abs=0.005)


def test_padding_640_x_480_to_224_makes_224_x_168_and_black_above_and_below():
    step = fitted(noise(2, 28, 28, 3), resize={"size": 224, "strategy": "pad"})
    seen = step.picture(Image.new("RGB", (640, 480), (200, 200, 200)))
    assert np.flatnonzero(seen[:, 100, 0]).tolist() == list(range(28, 196))
    assert seen[100].min() == 200
    assert step.window(640, 480) == pytest.approx((0, -80, 640, 560))


def test_padding_a_tall_picture_leaves_black_at_the_sides():
    step = fitted(noise(2, 28, 28, 1), resize={"size": 30, "strategy": "pad"})
    seen = step.picture(Image.new("L", (100, 300), 255))
    assert np.flatnonzero(seen[15, :, 0]).tolist() == list(range(10, 20))


def test_stretching_uses_the_whole_picture():
    step = fitted(noise(2, 28, 28, 3), resize={"size": 50, "strategy": "stretch"})
    picture = photo(640, 480)
    assert np.array_equal(step.picture(picture), np.asarray(picture.resize((50, 50), Image.Resampling.BILINEAR)))
    assert step.window(640, 480) == (0, 0, 640, 480)


@pytest.mark.parametrize("strategy", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (16, 800), (1, 1), (7, 5)])
def test_any_picture_comes_out_in_the_size_of_a_data_set_that_is_not_square(size, strategy):
    step = fitted(noise(2, 20, 36, 3), resize={"strategy": strategy})
    assert step.input_shape == (3, 20, 36)
    assert step.picture(photo(*size)).shape == (20, 36, 3)


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (333, 1000)])
@pytest.mark.parametrize("strategy", ["crop", "pad", "stretch"])
def test_the_window_says_where_each_pixel_of_the_network_lies_on_the_picture(size, strategy):
    """On a picture whose brightness is its column (or row), the network's pixels tell which ones they got."""
    width, height = size
    step = fitted(noise(2, 20, 36, 1), resize={"strategy": strategy})
    left, top, right, bottom = step.window(width, height)
    across = np.tile(np.arange(width, dtype=np.float32) * (200 / width) + 40, (height, 1))
    down = np.tile(np.arange(height, dtype=np.float32)[:, None] * (200 / height) + 40, (1, width))
    seen_x = step.picture(across.astype(np.uint8))[10, :, 0].astype(float)
    seen_y = step.picture(down.astype(np.uint8))[:, 18, 0].astype(float)
    x = left + (np.arange(36) + 0.5) * (right - left) / 36
    y = top + (np.arange(20) + 0.5) * (bottom - top) / 20
    edge_x, edge_y = (right - left) / 36, (bottom - top) / 20  # one pixel of the network: at the edge it sees less
    inside_x, inside_y = (x > edge_x) & (x < width - edge_x), (y > edge_y) & (y < height - edge_y)
    assert np.abs(seen_x - (x * 200 / width + 40))[inside_x].max() < 2.5
    assert np.abs(seen_y - (y * 200 / height + 40))[inside_y].max() < 2.5


STRIPES = {"nearest": 0.472, "bilinear": 0.015, "bicubic": 0.002}  # contrast left; 0.472 is what comes in


@pytest.mark.parametrize("interpolation", STRIPES)
def test_fine_stripes_do_not_become_coarse_ones(interpolation):
    """One bright column of three, reduced by 4: the right answer is a flat 0.333, at the edges nobody knows it."""
    stripes = np.zeros((240, 240), np.uint8)
    stripes[:, ::3] = 255
    step = fitted(noise(2, 60, 60, 1), resize={"interpolation": interpolation})
    inside = step.picture(stripes)[:, 4:-4] / 255
    assert stripes.std() / 255 == pytest.approx(0.4714, abs=1e-4)
    assert inside.std() == pytest.approx(STRIPES[interpolation], abs=0.005)
    assert inside.mean() == pytest.approx(1 / 3, abs=0.015)


@pytest.mark.parametrize(("interpolation", "contrast"), [("bilinear", 0.236), ("bicubic", 0.368)])
def test_without_antialiasing_the_same_stripes_stay(interpolation, contrast):
    """The twin: what a library that does not antialias leaves of them; from 80 to 180, so that nothing is cut off."""
    stripes = np.full((240, 240), 80, np.uint8)
    stripes[:, ::3] = 180
    step = fitted(noise(2, 60, 60, 1), resize={"interpolation": interpolation, "antialias": False})
    assert (step.picture(stripes)[:, 3:-3] / 100).std() == pytest.approx(contrast, abs=3e-3)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_without_antialiasing_it_is_what_torchvision_makes_of_tensors_without_it(interpolation, mode):
    from torchvision.transforms import functional
    from torchvision.transforms.functional import InterpolationMode

    resize = {"size": 32, "strategy": "stretch", "interpolation": interpolation, "antialias": False}
    step, picture = fitted(noise(2, 28, 28, len(mode)), resize=resize), photo(97, 61, mode)
    found = functional.resize(
        functional.pil_to_tensor(picture), [32, 32], InterpolationMode(interpolation), antialias=False
    )
    assert np.array_equal(step.picture(picture), found.permute(1, 2, 0).numpy())


@pytest.mark.parametrize("interpolation", ["lanczos", "box"])
def test_what_is_an_average_by_itself_cannot_do_without(interpolation):
    entry = SHELF.load("resize")
    said = entry.unfit(entry.options(interpolation=interpolation, antialias=False), Facts())
    assert said == (
        f"resize.antialias is off, which goes with nearest, bilinear, bicubic; {interpolation} is an average by itself."
    )


def test_shuffled_pixels_are_all_there_and_in_one_order_for_every_picture():
    pictures = noise(3, 9, 7, 3)
    step, plain = fitted(pictures, resize={"shuffle": 5}), fitted(pictures)
    found = step.pictures(pictures)
    places = np.arange(63, dtype=np.uint8).reshape(9, 7, 1)
    order = fitted(places[None], resize={"shuffle": 5}).picture(places).ravel()
    assert sorted(order) == list(range(63))
    assert order.tolist() != list(range(63))
    for before, after in zip(pictures, found, strict=True):
        assert np.array_equal(after.reshape(63, 3), before.reshape(63, 3)[order])
    assert step.multiply == pytest.approx(plain.multiply)
    assert not np.array_equal(fitted(pictures, resize={"shuffle": 6}).pictures(pictures), found)


def test_raw_pixels_stay_what_they_are():
    step = fitted(noise(2, 8, 8, 3), scale={"to": "raw"})
    assert step.multiply.tolist() == pytest.approx([1, 1, 1])
    assert step.add.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("field", "value"), [("size", -1), ("size", 1025), ("size", "a"), ("strategy", "squeeze")])
def test_a_wrong_size_is_refused_by_name(field, value):
    with pytest.raises(UserError, match=rf'^resize\.{field} is "{value}", but must be '):
        options("resize", **{field: value})


# ---------------------------------------------------------------- scale


def test_standard_gives_mean_0_and_deviation_1_per_channel():
    stored = (noise(50, 9, 7, 3) * np.array([1, 0.5, 0.1]) + [0, 20, 90]).astype(np.uint8)
    values = fitted(stored).tensor(stored).double()
    assert values.mean((0, 2, 3)).abs().max() < 1e-6
    assert (values.std((0, 2, 3), correction=0) - 1).abs().max() < 1e-6


@pytest.mark.parametrize(
    ("to", "black", "grey", "white"), [("unit", 0, 51 / 255, 1), ("symmetric", -1, 51 / 127.5 - 1, 1)]
)
def test_unit_and_symmetric_are_what_they_say(to, black, grey, white):
    pictures = np.array([0, 51, 255], np.uint8).reshape(1, 1, 3, 1)
    found = fitted(pictures, scale={"to": to}).tensor(pictures).flatten().tolist()
    assert found == pytest.approx([black, grey, white], abs=1e-7)


def test_a_flat_channel_is_only_shifted():
    stored = np.dstack([noise(8, 8), np.full((8, 8), 77, np.uint8), noise(8, 8)])[None]
    step = fitted(stored)
    assert step.tensor(stored)[0, 1].abs().max() < 1e-6
    assert step.multiply[1] == np.float32(1 / 255)
    assert np.isfinite(step.tensor(noise(1, 8, 8, 3)).numpy()).all()


def with_numbers(mean: list[float], std: list[float]) -> Preprocessing:
    """A pipeline for colour pictures of 8 x 8 that was fitted elsewhere."""
    record = fitted(noise(2, 8, 8, 3)).record()
    record["steps"][2]["fitted"] = {"mean": mean, "std": std}
    return Preprocessing.from_record(record)


IMAGENET = with_numbers([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def test_the_published_numbers_of_imagenet_give_the_published_ranges():
    black_and_white = np.repeat(np.uint8([0, 255]), 96).reshape(1, 8, 8, 3)
    found = IMAGENET.tensor(black_and_white)
    low, high = found.amin((0, 2, 3)).tolist(), found.amax((0, 2, 3)).tolist()
    assert low == pytest.approx([-2.1179, -2.0357, -1.8044], abs=6e-5)
    assert high == pytest.approx([2.2489, 2.4286, 2.6400], abs=6e-5)
    assert IMAGENET.value_range(black_and_white) == pytest.approx((-2.1179, 2.6400), abs=6e-5)


def test_the_means_of_imagenet_in_pixels_become_zero():
    """0.485, 0.456, 0.406 of 255 are the grey level that becomes 0."""
    zero = -IMAGENET.add / IMAGENET.multiply
    assert zero.tolist() == pytest.approx([123.675, 116.28, 103.53], abs=1e-4)


def test_all_splits_get_the_training_splits_numbers():
    """By hand: 0 and 200 have the mean 100 and the deviation 100, so 250 becomes 1.5 whatever stands beside it."""
    step = fitted(np.full((1, 1, 2, 1), [[[[0], [200]]]], np.uint8))
    for others in (np.full((1, 4, 4, 1), 250, np.uint8), np.uint8([[[[250], [3], [99]]]])):
        assert step.tensor(others).flatten()[0].item() == pytest.approx((250 - 100) / 100)


def test_statistics_of_all_splits_would_be_other_ones():
    """The twin, on real pictures: a fit that saw the test pictures is told from one that did not."""
    entry = DATASETS.load("digits")
    splits = entry.build.load(entry.options(), None).splits
    train, test = splits["train"].pictures, splits["test"].pictures
    right, wrong = fitted(train), fitted(np.concatenate([train, test]))
    assert right.tensor(train).double().mean().abs() < 1e-6 < wrong.tensor(train).double().mean().abs()
    exact = (test.astype(np.float64) - train.mean()) / train.std()
    assert np.abs(right.tensor(test).numpy() - np.moveaxis(exact, 3, 1)).max() < 1e-6
