"""Two classes side by side: one scale, a chance each, the difference in words, the address, cheap changes."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core import actions
from pages.parts import explain_view
from pages.parts.words import percent
from tests.pages.states import texts
from tests.pages.test_features import asked, first


@pytest.fixture
def two(visit, runs):
    return visit("explain", run=runs.small, picture="test-3", **{"class": "3", "against": "8"})


def computed(runs, against: str | None = "8"):
    """Why 3 and not another class for the fourth test picture; None: one with evidence as well."""
    run = actions.load_run(runs.small, runs.folder)
    seen, _ = actions.pictures(run, "test", [3])
    every = [actions.contrast(run, seen[0], one, target="3") for one in ([against] if against else "012456789")]
    return next(one for one in every if against or one.common is not None)


def test_each_class_has_its_chance_below_its_map_and_both_scales_end_at_the_same_heat(visit, runs):
    found = computed(runs, None)
    at = visit("explain", run=runs.small, picture="test-3", **{"class": "3", "against": found.second.target})
    captions = [one.value for one in at.caption]
    for why in (found.first, found.second):
        assert f"**{why.target}**, {percent(why.probability)}" in captions
    assert captions.count(explain_view.value(found.most)) == 2
    assert len(at.image) == 6  # two pictures, two maps, two scales
    assert found.words("3", found.second.target) in texts(at)


def test_the_maps_are_painted_on_one_scale(visit, runs):
    """The weaker map nowhere reaches the last colour, though it would on its own scale."""
    found = computed(runs, None)
    weak = min((found.first, found.second), key=lambda one: one.heat.max())
    look = {"opacity": 1.0, "colors": "inferno", "in_color": False}
    seen = explain_view.Answer([], b"", b"", np.zeros((8, 8, 1), np.uint8), "", [], {})
    source = explain_view.Source("x", "x", b"", "x")

    def brightest(most: float | None) -> int:
        data = explain_view.lit(source, seen, weak, look, most)
        return int(np.asarray(Image.open(io.BytesIO(data)).convert("L")).max())

    assert brightest(found.most) < brightest(None)


def test_without_a_second_class_nothing_changes(visit, runs):
    at = visit("explain", run=runs.small, picture="test-3")
    assert at.selectbox(key="explain.against").value == -1
    assert len(at.image) == 5
    assert "as likely as" not in texts(at)


def test_the_second_class_goes_into_the_address_and_a_link_opens_the_same_view(visit, runs):
    at = visit("explain", run=runs.small, picture="test-3")
    at.selectbox(key="explain.against").set_value(8).run()
    assert asked(at, "against") == "8"
    other = visit("explain", **{name: first(value) for name, value in at.query_params.items()})
    assert texts(other) == texts(at)
    at.selectbox(key="explain.against").set_value(-1).run()
    assert asked(at, "against") is None
    assert len(at.image) == 5


def test_the_second_class_chosen_as_the_first_changes_places_with_it(two):
    two.selectbox(key="explain.class").set_value(8).run()
    assert (asked(two, "class"), asked(two, "against")) == ("8", "3")
    assert not two.warning


def test_another_picture_begins_without_a_second_class(two):
    two.session_state["explain.change"] = True
    two.run()
    two.number_input(key="explain.number.menu").set_value(12).run()
    assert asked(two, "against") is None


@pytest.mark.parametrize("bad", ["cat", "10", "-1", "9" * 5000, "<b>x</b>", "3"])
def test_a_second_class_that_is_none_is_a_sentence(visit, runs, bad):
    at = visit("explain", run=runs.small, picture="test-3", **{"class": "3", "against": bad})
    (said,) = [one.value for one in at.warning]
    assert "second class" in said
    assert len(said) < 400
    assert asked(at, "against") is None
    assert len(at.image) == 5


def test_a_second_class_that_turns_out_to_be_predicted_is_left_out_without_a_word(visit, runs):
    best = visit("explain", run=runs.small, picture="test-3").header[0].value.partition(",")[0]
    at = visit("explain", run=runs.small, picture="test-3", against=best)
    assert not at.warning
    assert len(at.image) == 5


def test_a_change_computes_one_map_only_and_a_change_back_none(two, monkeypatch):
    count = []
    real = actions.explain
    monkeypatch.setattr(actions, "explain", lambda *a, **k: count.append(1) or real(*a, **k), raising=False)
    two.selectbox(key="explain.against").set_value(5).run()
    assert len(count) == 1
    two.selectbox(key="explain.against").set_value(8).run()
    two.slider(key="explain.opacity").set_value(0.8).run()
    two.selectbox(key="explain.against").set_value(-1).run()
    two.selectbox(key="explain.class").set_value(5).run()
    assert len(count) == 1
    assert not two.exception


def test_a_class_without_evidence_stands_as_the_bare_picture(visit, runs, monkeypatch):
    from dataclasses import replace

    real = actions.explain

    def dark(*args, target=None, **more):
        found = real(*args, target=target, **more)
        if str(target) != "5":
            return found
        return replace(found, has_evidence=False, heat=np.zeros_like(found.heat), map=np.zeros_like(found.map))

    monkeypatch.setattr(actions, "explain", dark, raising=False)
    at = visit("explain", run=runs.small, picture="test-201", **{"class": "3", "against": "5"})
    assert "Nothing speaks for it at this layer." in texts(at)
    assert "Nothing in this picture speaks for “5” at this layer." in texts(at)
    assert len(at.image) == 5


def test_a_network_without_convolution_leaves_the_second_class_alone(visit, runs):
    at = visit("explain", run=runs.mlp, picture="test-3", against="8")
    assert not at.error
    assert not at.warning
    assert "network has none" in texts(at)


def test_the_files_are_of_both(two, runs, monkeypatch):
    made = []
    monkeypatch.setattr(
        "streamlit.download_button", lambda label, data, name, *a, **k: made.append((label, data, name))
    )
    two.run()
    (_, picture, name), (_, numbers, _) = made
    assert name.endswith("class-3-against-8.png")
    image = Image.open(io.BytesIO(picture()))
    assert image.width == 2 * image.height + 16
    found = computed(runs)
    np.testing.assert_array_equal(np.load(io.BytesIO(numbers)), np.stack([found.first.heat, found.second.heat]))
