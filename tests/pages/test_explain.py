"""Explain through app.py: what it says and shows, the address bar, every state, bad pictures, hostile names."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.errors import Failed
from tests.pages.states import texts
from tests.pages.test_evaluate import HOSTILE


def png(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **more)
    return file.getvalue()


def noise(width: int = 40, height: int = 30) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def upload(at: AppTest, name: str, data: bytes) -> AppTest:
    """Choose Photo, on the page or in the menu, and give it a file."""
    if not at.get("file_uploader"):
        kind = next(one for one in at.get("button_group") if "Photo" in str(one.proto))
        kind.set_value("Photo").run()
    at.get("file_uploader")[0].upload(name, data, "image/png").run()
    assert not at.exception
    return at


def pictures(at: AppTest) -> int:
    return len(at.image)


@pytest.fixture
def asked(visit, runs):
    """A test picture, explained."""
    return visit("explain", run=runs.small, picture="test-3")


# --- the answer -----------------------------------------------------------------------------------


def test_the_finding_is_what_the_command_line_predicts(asked, runs):
    picture, _ = actions.pictures(actions.load_run(runs.small, runs.folder).experiment, "test", [3])
    best = actions.predict(runs.small, [picture[0]], runs=runs.folder)["results"][0]["top"][0]
    assert asked.header[0].value == f"{best['class']}, {100 * best['probability']:.1f}%"


def test_four_squares_and_the_colour_bar_are_shown(asked):
    assert pictures(asked) == 5
    said = texts(asked)
    assert "**Test picture 3.** It is " in said
    assert "**What it saw.** 8 × 8 pixels." in said
    assert "**Heat**, 2 × 2" in said
    assert "**What decided.** The glow speaks for " in said


def test_the_colour_bar_ends_at_the_true_maximum(asked, runs):
    picture, _ = actions.pictures(actions.load_run(runs.small, runs.folder).experiment, "test", [3])
    heat = actions.explain(runs.small, picture[0], runs=runs.folder).heat
    assert f"{heat.max():.2g}" in [one.value for one in asked.caption]


def test_it_says_whether_a_test_picture_was_right(visit, runs):
    stored = actions.load_run(runs.small, runs.folder).predictions("test")
    said = stored.logits.argmax(1)
    wrong = int(np.flatnonzero(said != stored.targets)[0])
    right = int(np.flatnonzero(said == stored.targets)[0])
    assert f"Wrong: it is {stored.targets[wrong]}" in texts(visit("explain", run=runs.small, picture=f"test-{wrong}"))
    assert "Right" in texts(visit("explain", run=runs.small, picture=f"test-{right}"))


def test_every_convolution_with_places_can_be_asked_and_the_last_is_the_default(asked, runs):
    picture, _ = actions.pictures(actions.load_run(runs.small, runs.folder).experiment, "test", [3])
    layers = actions.explain(runs.small, picture[0], runs=runs.folder).layers
    box = asked.selectbox(key="explain.layer")
    assert box.options == [f"{one['name']} · {one['grid'][1]} × {one['grid'][0]}" for one in layers]
    assert box.value == layers[-1]["name"]


def test_it_says_that_it_can_only_choose_among_its_classes(asked):
    assert "It can only choose among its 10 classes, whatever the picture shows." in texts(asked)


def test_another_method_can_be_asked_and_stands_in_the_address(asked, visit, runs):
    asked.selectbox(key="explain.method").set_value("occlusion").run()
    assert not asked.exception
    assert asked.query_params["method"] in ("occlusion", ["occlusion"])
    assert "**Heat**, 8 × 8" in texts(asked)
    other = visit("explain", run=runs.small, picture="test-3", method="ouija")
    assert "From the address" in texts(other)
    assert "**Heat**, 2 × 2" in texts(other)


# --- the address bar ------------------------------------------------------------------------------


def test_class_and_layer_go_into_the_address_and_a_link_opens_the_same_view(asked, visit, runs):
    asked.selectbox(key="explain.class").set_value(7).run()
    asked.selectbox(key="explain.layer").select_index(0).run()
    assert not asked.exception
    link = {name: value if isinstance(value, str) else value[0] for name, value in asked.query_params.items()}
    assert link["class"] == "7"
    assert link["picture"] == "test-3"
    other = visit("explain", **link)
    assert other.selectbox(key="explain.class").value == 7
    assert other.selectbox(key="explain.layer").value == asked.selectbox(key="explain.layer").value
    assert other.header[0].value == asked.header[0].value
    assert "The glow speaks for 7." in texts(other) or "speaks for “7”" in texts(other)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"picture": "test-99999"}, "pictures 0 to 359"),
        ({"picture": "../../etc/passwd"}, "must name one as test-12"),
        ({"picture": "<img src=x>"}, "must name one as test-12"),
        ({"picture": "x" * 10_000}, "must name one as test-12"),
        ({"picture": "test-3", "layer": "features.99"}, "layer"),
        ({"picture": "test-3", "layer": "__class__"}, "layer"),
        ({"picture": "test-3", "class": "cat"}, "class"),
        ({"picture": "test-3", "class": "9" * 5000}, "class"),
    ],
)
def test_a_bad_address_is_a_sentence_and_the_page_goes_on(visit, runs, query, sentence):
    at = visit("explain", run=runs.small, **query)
    said = [one.value.replace("\\", "") for one in (*at.error, *at.warning)]
    assert len(said) == 1
    assert sentence in said[0]
    assert len(said[0]) < 400
    assert at.header or at.get("button_group")  # the answer, or the choice of a picture


def test_a_layer_of_another_run_is_dropped_without_a_word(visit, runs):
    at = visit("explain", run=runs.mlp, picture="test-3")
    at.query_params["run"] = runs.small
    at.query_params["layer"] = "nowhere"
    at.run()
    assert not at.exception
    assert not at.warning
    assert at.selectbox(key="explain.layer").value


# --- states ---------------------------------------------------------------------------------------


def test_without_any_run_it_says_what_to_do(visit):
    at = visit("explain")
    assert "No network to ask yet" in texts(at)
    assert [one.label for one in at.button] == ["Set up a run", "A network that knows 1,000 things"]


def test_without_a_picture_test_pictures_are_offered_first(visit, runs):
    at = visit("explain", run=runs.small)
    assert "Give it a picture." in texts(at)
    assert "From the data" in str(at.get("button_group")[0].proto)
    assert "0 to 43 of 360" in texts(at)
    at.button(key="explain.more.page").click().run()
    assert "44 to 87 of 360" in texts(at)


def test_a_test_picture_can_be_chosen_by_its_number(visit, runs):
    at = visit("explain", run=runs.small)
    at.number_input(key="explain.number.page").set_value(12).run()
    assert not at.exception
    assert "test-12" in at.query_params["picture"]
    assert "**Test picture 12.**" in texts(at)


def test_a_network_without_convolutions_still_says_its_guesses(visit, runs):
    at = visit("explain", run=runs.mlp, picture="test-3")
    assert at.header[0].value
    assert pictures(at) == 2
    assert "network has none" in texts(at)
    assert not at.error


def test_a_run_that_failed_gives_the_reason(visit, runs):
    at = visit("explain", run=runs.failed)
    assert "infinite" in at.error[0].value
    assert not at.header


def test_a_map_without_evidence_says_so_and_is_not_painted(visit, runs, monkeypatch):
    real = actions.explain

    def nothing(*args, **more):
        found = real(*args, **more)
        return replace(found, has_evidence=False, heat=np.zeros_like(found.heat), map=np.zeros_like(found.map))

    monkeypatch.setattr(actions, "explain", nothing, raising=False)
    at = visit("explain", run=runs.small, picture="test-200", **{"class": "5"})
    assert "Nothing in this picture speaks for “5” at this layer, so no map is painted." in texts(at)
    assert pictures(at) == 4  # no colour bar
    assert "**Heat**" not in texts(at).replace("**Heat.**", "")


def test_opacity_and_colours_do_not_ask_the_network_again(asked, monkeypatch):
    def never(*args, **more):
        raise AssertionError("the map was computed again")

    monkeypatch.setattr(actions, "explain", never, raising=False)
    monkeypatch.setattr(actions, "predict", never, raising=False)
    asked.slider(key="explain.opacity").set_value(0.8).run()
    asked.selectbox(key="explain.colors").set_value("jet").run()
    assert not asked.exception
    assert pictures(asked) == 5


def test_twin_another_layer_does_ask_again(asked, monkeypatch):
    count = []
    real = actions.explain
    monkeypatch.setattr(actions, "explain", lambda *a, **k: count.append(1) or real(*a, **k), raising=False)
    asked.selectbox(key="explain.layer").select_index(0).run()
    asked.selectbox(key="explain.class").set_value(2).run()
    assert not asked.exception
    assert len(count) == 2


# --- photos ---------------------------------------------------------------------------------------


def test_a_photo_is_explained_and_its_frame_is_told(visit, runs):
    at = upload(visit("explain", run=runs.small), "holiday.png", png(noise()))
    assert at.header
    assert "**Your photo.** The frame is what it gets." in texts(at)
    assert "picture" not in at.query_params


def test_a_photo_takes_the_place_of_a_test_picture_and_resets_the_class(visit, runs):
    at = visit("explain", run=runs.small, picture="test-3", **{"class": "7"})
    at.session_state["explain.change"] = True
    at.run()
    upload(at, "holiday.png", png(noise()))
    assert "**Your photo.**" in texts(at)
    assert "class" not in at.query_params
    assert "picture" not in at.query_params


def test_a_photo_stays_when_another_page_was_looked_at(visit, runs):
    at = upload(visit("explain", run=runs.small), "holiday.png", png(noise()))
    at.switch_page("pages/evaluate.py").run()
    at.switch_page("pages/explain.py").run()
    assert "**Your photo.**" in texts(at)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("holiday.jpg", png(noise(200, 200), "JPEG")[:3000], "The file ends too early"),
        ("notes.png", b"not a picture at all", "It is not a picture in"),
        ("empty.png", b"", "The file is empty"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        ("page.pdf", b"%PDF-1.7 ...", "a PDF document"),
        ("huge.png", png(Image.new("1", (6000, 5000))), "more than 25 megapixels"),
    ],
)
def test_a_bad_picture_is_a_sentence_and_nothing_is_lost(visit, runs, name, data, why):
    at = upload(visit("explain", run=runs.small), "first.png", png(noise()))
    before = at.header[0].value
    at.session_state["explain.change"] = True
    at.run()
    upload(at, name, data)
    said = at.error[0].value.replace("\\", "")
    assert said.startswith(f"**{name} could not be read.**")
    assert why in said
    assert said.endswith("This one was not kept.")
    assert at.header[0].value == before
    at.run()
    assert not at.error  # said once


def test_a_first_picture_that_is_bad_leaves_the_choice_open(visit, runs):
    at = upload(visit("explain", run=runs.small), "notes.png", b"no picture")
    assert at.error
    assert not at.header
    upload(at, "holiday.png", png(noise()))
    assert at.header
    assert not at.error


@pytest.mark.parametrize("name", HOSTILE)
def test_file_names_never_become_markup(visit, runs, name):
    at = upload(visit("explain", run=runs.small), f"{name}.png", b"no picture")
    said = at.error[0].value
    assert len(said) < 600
    for mark in ("**bold**", "<img", "[a]("):
        assert mark not in said.replace("\\" + mark[0], "")


def test_a_small_picture_and_an_animation_come_with_a_note(visit, runs):
    frames = [Image.new("L", (20, 20), shade) for shade in (0, 255)]
    at = upload(
        visit("explain", run=runs.small), "film.gif", png(frames[0], "GIF", save_all=True, append_images=frames[1:])
    )
    assert "Only the first frame was used" in texts(at)
    at = upload(visit("explain", run=runs.small), "dot.png", png(Image.new("RGB", (3, 3))))
    assert "3 x 3 pixels" in texts(at)


def test_transparent_parts_are_said_to_lie_on_white(visit, runs):
    at = upload(visit("explain", run=runs.small), "glass.png", png(Image.new("RGBA", (20, 20), (255, 0, 0, 0))))
    assert "white" in texts(at)


def test_two_visitors_do_not_see_each_others_photos(visit, runs):
    upload(visit("explain", run=runs.small), "mine.png", png(noise()))
    assert not visit("explain", run=runs.small).header


@pytest.mark.parametrize("size", [(8, 8), (1, 1), (6000, 4000)])
def test_a_photo_of_any_size_is_explained(visit, runs, size):
    at = upload(visit("explain", run=runs.small), "holiday.png", png(Image.new("L", size, 200)))
    assert at.header
    assert "**Your photo.**" in texts(at)
    assert not at.error


def test_pictures_of_every_split_can_be_chosen(visit, runs):
    at = visit("explain", run=runs.small)
    box = at.selectbox(key="explain.split.page")
    assert box.options == ["Training pictures", "Validation pictures", "Test pictures"]
    assert box.value == "test"
    at.button(key="explain.more.page").click().run()
    at.selectbox(key="explain.split.page").set_value("val").run()
    assert "0 to 43 of 180" in texts(at)
    at.number_input(key="explain.number.page").set_value(7).run()
    assert "**Validation picture 7.**" in texts(at)


def test_a_picture_of_the_data_is_still_there_when_another_page_was_looked_at(visit, runs):
    at = visit("explain", run=runs.small, picture="val-7")
    at.query_params.pop("picture")  # as the links of the menu do
    at.switch_page("pages/features.py").run()
    assert "val-7" in at.query_params["picture"]
    at.query_params.pop("picture")
    at.switch_page("pages/explain.py").run()
    assert "**Validation picture 7.**" in texts(at)


def test_twin_a_picture_of_one_run_is_not_asked_of_another(visit, runs):
    at = visit("explain", run=runs.small, picture="val-7")
    at.query_params.pop("picture")
    at.query_params["run"] = runs.mlp
    at.run()
    assert "picture" not in at.query_params
    assert "Give it a picture." in texts(at)


def test_a_run_whose_data_is_gone_still_takes_photos_and_drawings(visit, runs, monkeypatch):
    def gone(*_: object, **__: object) -> None:
        raise Failed("The data set is not there.")

    monkeypatch.setattr("pages.parts.cached.picture_sheet", gone)
    at = visit("explain", run=runs.small)
    assert "The data set is not there" in at.error[0].value
    at = upload(at, "holiday.png", png(noise()))
    assert at.header
    at.session_state["explain.change"] = True
    at.run()
    assert not at.exception
    assert "What decided" in texts(at)
