"""Features through app.py: maps and filters, the address bar, every state, networks without convolution."""

from __future__ import annotations

import io
import shutil

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.errors import Failed
from pages.parts import features_view, filters_view
from tests.pages.states import begun, buttons, texts
from tests.pages.test_explain import noise, png, upload


@pytest.fixture
def looked(visit, runs):
    """The first test picture in the layer to begin with."""
    return visit("features", run=runs.small)


def first(value: object) -> object:
    return value[0] if isinstance(value, list) else value


def asked(at: AppTest, name: str) -> object:
    return first(at.query_params[name]) if name in at.query_params else None


def maps(runs, layer: str | None = None, index: int = 0):
    run = actions.load_run(runs.small, runs.folder)
    seen, _ = actions.pictures(run, "test", [index])
    return actions.activations(run, seen[0], layer)


def facts(at: AppTest) -> dict[str, str]:
    """The lines below the picture: each name is a caption, and what stands beside it the next text."""
    found = {}
    captions = {"Picture", "Layer", "Gives"} | {
        one.value for one in at.caption if one.value[:3] in ("Map", "All", "Val")
    }
    markdown = [one.value for one in at.markdown]
    names = [one.value for one in at.caption if one.value in captions]
    start = next(i for i, text in enumerate(markdown) if text.startswith(("Test", "Validation", "Your", "A ")))
    for name, text in zip(names, markdown[start:], strict=False):
        found[name] = text
    return found


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_a_visitor_who_touches_nothing_sees_the_strongest_map_of_the_first_block(looked, runs):
    found = maps(runs)
    assert asked(looked, "picture") == "test-0"
    assert looked.selectbox(key="features.layer").value == found.layer == "features.3"
    assert looked.subheader[0].value == f"Map {found.order[0]}"
    assert "32 maps, all on one scale. Click one to lay it over the picture." in texts(looked)
    assert not looked.error
    assert not looked.warning


def test_the_numbers_are_those_of_the_command_line(looked, runs):
    record = maps(runs).record()
    said = facts(looked)
    strongest = record["channels"][0]
    numbers = [features_view.value(strongest[key]) for key in ("min", "mean", "max")]
    assert said["Gives"] == "32 maps of 4 × 4"
    assert said["Layer"] == "features\\.3, ReLU"
    assert said[f"Map {strongest['channel']}: lowest, mean, highest"] == ", ".join(numbers)
    assert said["All: silent places"] == f"{100 * record['zeros']:.1f}%"


def test_every_layer_can_be_looked_at(visit, runs):
    for run in (runs.small, runs.mlp):
        at = visit("features", run=run)
        box = at.selectbox(key="features.layer")
        for place in range(len(box.options)):
            at.selectbox(key="features.layer").select_index(place).run()
            assert not at.exception
            assert not at.error
            assert asked(at, "layer") == box.options[place].split(" · ")[0]


def test_filters_of_every_convolution_are_shown_in_every_order(looked, runs):
    known = actions.filters(runs.small, runs=runs.folder).layers
    for layer in known:
        looked.selectbox(key=f"features.convolution.{runs.small}").select(layer).run()
        for order in filters_view.ORDERS:
            next(one for one in looked.get("button_group") if "Alike" in str(one.proto)).set_value(order).run()
            assert not looked.exception
    assert "for each of 64 input maps, shown for the input map that each weighs most" in texts(looked)
    looked.selectbox(key=f"features.input.{runs.small}.{layer}").select(5).run()
    assert "shown for input map 5" in texts(looked)


def test_each_map_may_have_a_scale_of_its_own(looked):
    looked.toggle(key="features.scale").set_value(False).run()
    assert not looked.exception
    assert "each on its own scale" in texts(looked)


def test_what_lies_beyond_the_first_maps_is_some_clicks_away(visit, runs):
    at = visit("features", run=runs.small, layer="features.4")
    assert "42 of 64 maps" in texts(at)
    buttons(at)["More"].click().run()
    assert "22 of 64 maps" in texts(at)
    buttons(at)["More"].click().run()
    assert "42 of 64 maps" in texts(at)  # round again
    buttons(at)["Earlier"].click().run()
    at.selectbox(key="features.layer").select_index(0).run()
    assert not at.exception


# --- the address bar --------------------------------------------------------------------------------------------------


def test_picture_layer_and_map_go_into_the_address_and_a_link_opens_the_same_view(looked, visit, runs):
    looked.selectbox(key="features.layer").select_index(6).run()
    looked.selectbox(key="features.channel").select_index(6).run()
    link = {name: first(value) for name, value in looked.query_params.items()}
    assert set(link) == {"run", "picture", "layer", "map"}
    other = visit("features", **link)
    assert other.subheader[0].value == looked.subheader[0].value == f"Map {link['map']}"
    assert other.selectbox(key="features.layer").value == link["layer"]
    assert facts(other) == facts(looked)


def test_a_picture_of_the_data_can_be_named(visit, runs):
    at = visit("features", run=runs.small, picture="val-7")
    target = int(actions.pictures(actions.load_run(runs.small, runs.folder), "val", [7])[1][0])
    assert facts(at)["Picture"] == f"Validation picture 7, {target}"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"picture": "test-99999"}, "pictures 0 to 359"),
        ({"picture": "../../etc/passwd"}, "must name one as test-12"),
        ({"layer": "features.99"}, "layer"),
        ({"layer": "__class__"}, "layer"),
        ({"layer": "x" * 10_000}, "layer"),
        ({"map": "32"}, "there are 0 to 31"),
        ({"map": "-1"}, "there are 0 to 31"),
        ({"map": "9" * 5000}, "there are 0 to 31"),
        ({"map": "٣"}, "there are 0 to 31"),
    ],
)
def test_a_bad_address_is_a_sentence_and_the_page_goes_on(visit, runs, query, sentence):
    at = visit("features", run=runs.small, **query)
    (said,) = [one.value.replace("\\", "") for one in (*at.error, *at.warning)]
    assert sentence in said
    assert len(said) < 700
    assert at.subheader[-1].value == "Filters"


def test_what_is_left_over_from_another_run_is_not_complained_about(visit, runs):
    at = visit("features", run=runs.small, layer="features.4", map="50")
    at.session_state["shell.pick"] = runs.mlp
    at.query_params["run"] = runs.mlp
    at.run()
    assert not at.warning
    assert not at.error
    assert at.selectbox(key="features.layer").value == "hidden.1"


# --- every state ------------------------------------------------------------------------------------------------------


def test_without_any_run_it_says_what_to_do(visit):
    at = visit("features")
    assert "No network to look into yet" in texts(at)
    assert "Set up a run" in buttons(at)


def test_before_the_first_epoch_has_ended_there_is_nothing_to_see(visit, runs):
    with begun(runs.folder / runs.small, epochs=0, best_epoch=None):
        assert "Its first epoch is not over yet" in texts(visit("features", run=runs.small))


def test_while_it_still_trains_the_best_so_far_is_shown(visit, runs):
    with begun(runs.folder / runs.small):
        at = visit("features", run=runs.small)
        assert "is still training" in texts(at)
        assert "32 maps" in texts(at)


def test_a_failed_run_says_why(visit, runs):
    at = visit("features", run=runs.failed)
    assert at.error
    assert "has learned nothing" in texts(at)


def test_a_run_whose_weights_are_lost_is_a_sentence(visit, runs):
    shutil.rmtree(runs.folder / runs.small / "checkpoints")
    at = visit("features", run=runs.small)
    assert at.error
    assert not at.exception


def test_a_network_without_convolution_shows_its_values_and_says_what_is_possible(visit, runs):
    at = visit("features", run=runs.mlp)
    said = texts(at)
    assert "What each unit says" in said
    assert "128 values" in said
    assert "This network has no convolution, so it has no filters to show" in said
    assert "Train a network that can" in buttons(at)
    at.selectbox(key="features.channel").select_index(3).run()
    assert not at.exception


def test_a_run_whose_data_are_gone_begins_with_a_photo(visit, runs, monkeypatch):
    def missing(*_: object) -> None:
        raise Failed("The data set is not there.")

    monkeypatch.setattr("pages.parts.cached.pictures", missing)
    at = visit("features", run=runs.small)
    assert not at.error
    assert facts(at)["Picture"].startswith("A ")


# --- pictures of visitors ---------------------------------------------------------------------------------------------


def menu(at: AppTest) -> AppTest:
    at.session_state["explain.change"] = True
    return at.run()


@pytest.mark.parametrize("size", [(8, 8), (40, 30), (6000, 4000)])
def test_a_photo_of_any_size_is_taken(looked, size):
    at = upload(menu(looked), "holiday.png", png(Image.new("L", size, 200)))
    assert facts(at)["Picture"] == "Your photo"
    assert asked(at, "picture") is None
    assert not at.error


def test_a_bad_photo_is_a_sentence_and_nothing_is_lost(looked):
    at = upload(menu(looked), "first.png", png(noise()))
    before = facts(at)
    at = upload(menu(at), "notes.png", b"no picture")
    assert at.error[0].value.replace("\\", "").startswith("**notes.png could not be read.**")
    assert facts(at) == before


def test_a_photo_that_was_given_to_explain_is_looked_at_here_too(visit, runs):
    at = upload(visit("explain", run=runs.small), "holiday.png", png(noise()))
    at.switch_page("pages/features.py").run()
    assert facts(at)["Picture"] == "Your photo"


# --- values in words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (237.12, "237"), (-0.04214, "−0.0421"), (1.5, "1.5"), (123456.0, "1.23e+05"), (1e-9, "1.00e-09")],
)
def test_values_have_three_digits_and_a_true_minus(number, shown):
    assert features_view.value(number) == shown


def test_the_pictures_of_maps_come_from_the_maps(runs):
    """The overlay differs from the bare picture exactly where the map lights up."""
    found = maps(runs)
    channel = int(found.order[0])
    lit = np.asarray(Image.open(io.BytesIO(features_view._laid_over("", channel, found.largest, found))).convert("RGB"))
    silent = [c for c in range(32) if not found.maps[c].any()]
    assert np.ptp(lit.astype(int), axis=2).max() > 30  # there is colour
    for one in silent[:1]:
        bare = Image.open(io.BytesIO(features_view._laid_over("", one, found.largest, found))).convert("RGB")
        assert np.ptp(np.asarray(bare).astype(int), axis=2).max() == 0


def test_what_a_click_does_is_said_in_the_words_of_this_page(visit, runs):
    at = menu(visit("features", run=runs.small))
    labels = [one.proto.json for one in at.get("bidi_component")]
    assert any("Look into test picture 0" in one for one in labels)
    assert not any("Explain" in one for one in labels)


def test_a_link_to_the_maps_of_a_convolution_opens_with_its_filters(visit, runs):
    layer = actions.filters(runs.small, runs=runs.folder).layers[1]
    at = visit("features", run=runs.small, layer=layer)
    assert at.selectbox(key=f"features.convolution.{runs.small}").value == layer
    at.selectbox(key="features.layer").select_index(0).run()
    assert at.selectbox(key=f"features.convolution.{runs.small}").value == layer  # the visitor's own now
