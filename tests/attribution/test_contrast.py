"""Two classes of one picture: one scale for both, how far they overlap, and what is said of it, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cnn_core import actions
from cnn_core.attribution.contrast import contrast
from cnn_core.attribution.explain import Explanation, explain
from cnn_core.base.errors import UserError
from tests.makers import network, picture, tiny_classifier


def made(name: str, heat: list[list[float]], chance: float, **more: object) -> Explanation:
    """An explanation of two by two pixels, or more."""
    found = np.array(heat, np.float32)
    index = {"cat": 0, "dog": 1}[name]
    facts = Explanation(
        method="grad_cam",
        layer="3",
        target=name,
        target_index=index,
        probability=chance,
        shape=found.shape,
        grid=found.shape,
        has_evidence=bool(found.max() > 0),
        heat=found,
        map=found,
        saw=np.zeros((*found.shape, 1), np.uint8),
        original=np.zeros((1, 1, 3), np.uint8),
        window=(0, 0, 1, 1),
        notes=(),
        top=(),
        layers=(),
    )
    return replace(facts, **more)


CAT = made("cat", [[4, 0], [1, 0]], 0.6)
DOG = made("dog", [[2, 0], [0, 1]], 0.2)


def test_the_scale_ends_at_the_largest_heat_of_both_and_the_overlap_is_the_smaller_by_the_larger():
    """Smaller of both: 2, 0, 0, 0; larger: 4, 0, 1, 1."""
    found = contrast(CAT, DOG)
    assert found.most == 4
    assert found.common == pytest.approx(2 / 6)
    assert contrast(DOG, CAT).most == 4


def test_what_is_said_names_the_likelier_the_stronger_and_both_places():
    assert contrast(CAT, DOG).words("cat", "dog") == (
        "“cat” is 3.0 times as likely as “dog”. Both glows are brightest at the top left, that for “cat” 2.0 times as "
        "strong as that for “dog”; 33% of the two glows overlap."
    )


def test_it_says_the_same_whichever_comes_first():
    assert contrast(DOG, CAT).words("dog", "cat") == contrast(CAT, DOG).words("cat", "dog")


def test_places_are_thirds_and_the_stronger_one_comes_first():
    def at(name: str, row: int, column: int, heat: float) -> Explanation:
        field = np.zeros((9, 9))
        field[row, column] = heat
        return made(name, field.tolist(), 0.5)

    words = contrast(at("cat", 4, 4, 1), at("dog", 8, 0, 2)).words("cat", "dog")
    assert (
        "(at the bottom left) the glow for “dog” is 2.0 times as strong as the one for “cat” (in the middle)" in words
    )
    words = contrast(at("cat", 4, 8, 2), at("dog", 0, 4, 2)).words("cat", "dog")
    assert "(at the right) the glow for “cat” is as strong as the one for “dog” (at the top); 0% of the two" in words
    assert "equally likely" in words


def test_a_class_without_evidence_is_named_and_nothing_is_compared():
    dark = made("dog", [[0, 0], [0, 0]], 1e-9)
    found = contrast(CAT, dark)
    assert (found.most, found.common) == (4, None)
    assert found.words("cat", "dog") == (
        "“cat” is more than 1,000 times as likely as “dog”. Nothing in this picture speaks for “dog” at this layer."
    )
    both = contrast(made("cat", [[0, 0], [0, 0]], 0.5), dark)
    assert (both.most, both.common) == (0, None)
    assert "speaks for “cat” or “dog”" in both.words("cat", "dog")


def test_large_ratios_have_no_decimals_that_mean_nothing():
    assert "“cat” is 60 times as likely" in contrast(CAT, replace(DOG, probability=0.01)).words("cat", "dog")


@pytest.mark.parametrize(
    "other",
    [
        CAT,
        replace(DOG, layer="0"),
        replace(DOG, method="saliency"),
        replace(DOG, saw=np.ones((2, 2, 1), np.uint8)),
        replace(DOG, heat=np.zeros((3, 3), np.float32)),
    ],
)
def test_what_cannot_be_compared_is_refused(other):
    with pytest.raises(UserError):
        contrast(CAT, other)


def test_maps_of_a_network_are_each_what_they_are_alone():
    asked, seen = network(tiny_classifier(), classes=("cat", "dog", "bird")), picture()
    alone = [explain(asked, seen, target=name) for name in ("cat", "dog")]
    found = contrast(*alone)
    assert found.most == max(float(one.heat.max()) for one in alone)
    record = found.record()
    assert record["target"] == "cat"
    assert record["against"]["target"] == "dog"
    assert record["against"]["probability"] == alone[1].probability
    assert record["against"]["words"] == found.words("cat", "dog")


def test_the_files_hold_both_on_one_scale(tmp_path, monkeypatch):
    asked, seen = network(tiny_classifier(), classes=("cat", "dog", "bird")), picture()
    found = contrast(*(explain(asked, seen, target=name) for name in ("cat", "dog")))
    path = tmp_path / "both.npy"
    path.write_bytes(actions.npy(found))
    np.testing.assert_array_equal(np.load(path), np.stack([found.first.heat, found.second.heat]))
    alone = actions.overlay_png(found.first)
    assert len(actions.overlay_png(found)) > len(alone)
