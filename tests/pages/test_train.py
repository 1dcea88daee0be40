"""Train through app.py: what one will get, impossible settings, defaults that follow, Start."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions, build_model
from cnn_core.base.errors import Failed
from cnn_core.experiment import Experiment, resolve
from tests.pages.states import texts

UNTOUCHED = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}}


@pytest.fixture
def started(monkeypatch, runs) -> list[Experiment]:
    """What was started instead of a process; each answers with a run that is there."""
    found: list[Experiment] = []

    def start(experiment: Experiment, **_: object) -> str:
        found.append(experiment)
        return runs.small

    monkeypatch.setattr(actions, "start", start, raising=False)
    return found


def press(at: AppTest) -> AppTest:
    return at.button(key="train.start").click().run()


def metrics(at: AppTest) -> dict[str, str]:
    return {one.label: one.value for one in at.metric}


def complaints(at: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in at.markdown if ":material/error:" in one.value]


def test_a_visitor_who_touches_nothing_starts_the_recommended_experiment(visit, started):
    at = press(visit("train"))
    assert not at.exception
    assert started == [resolve(UNTOUCHED)]
    assert at.title[0].value == "Watch"


def test_a_double_click_starts_once(visit, started):
    at = press(visit("train"))
    at.switch_page("pages/train.py").run()
    press(at)
    assert len(started) == 1


def test_a_start_that_fails_says_why_and_keeps_the_settings(visit, monkeypatch):
    def refuse(experiment: Experiment, **_: object) -> str:
        raise Failed("The disk is full. Delete a run and try again.")

    monkeypatch.setattr(actions, "start", refuse, raising=False)
    at = visit("train")
    at.number_input(key="train.settings.epochs").set_value(3).run()
    press(at)
    assert not at.exception
    assert "The disk is full" in at.error[0].value
    assert at.number_input(key="train.settings.epochs").value == 3


def test_what_one_will_get_agrees_with_the_network_itself(visit):
    at = visit("train")
    shown = metrics(at)
    network = build_model("small_cnn", (1, 8, 8), 10)
    assert shown["Parameters"] == f"{sum(each.numel() for each in network.parameters()):,}"
    assert "40 steps an epoch, 400 in all" in texts(at)  # ceil(1257 / 32)
    assert " × " in shown["Receptive field"]


def test_the_layer_table_sums_to_the_parameters(visit):
    at = visit("train")
    assert f"{at.dataframe[0].value['params'].sum():,}" == metrics(at)["Parameters"]


def test_the_right_side_follows_the_form(visit):
    at = visit("train")
    before = metrics(at)
    at.number_input(key="train.small_cnn.width").set_value(8)
    at.number_input(key="train.settings.batch_size").set_value(100).run()
    after = metrics(at)
    assert not at.exception
    assert after["Parameters"] != before["Parameters"]
    assert "13 steps an epoch" in texts(at)  # ceil(1257 / 100)


def test_every_setting_of_the_experiment_has_a_field(visit):
    at = visit("train")
    keys = {one.key for kind in (at.selectbox, at.number_input, at.toggle, at.text_input) for one in kind}
    fields = {"epochs", "batch_size", "lr", "seed", "patience", "device", "precision", "validations", "threads"}
    assert {f"train.settings.{name}" for name in fields} <= keys
    assert {"train.data", "train.model", "train.optimizer", "train.schedule", "train.color.mode"} <= keys
    assert {"train.resize.size", "train.resize.strategy", "train.resize.interpolation", "train.scale.to"} <= keys


def test_labels_say_what_is_set(visit):
    at = visit("train")
    at.selectbox(key="train.scale.to").set_value("symmetric")
    at.number_input(key="train.settings.patience").set_value(4).run()
    labels = [one.label for one in at.expander]
    assert "Pictures · 8 × 8 grey, −1 to 1" in labels
    assert any(label.startswith("Network · small_cnn, ") and "batch norm" in label for label in labels)
    assert "Augmentation · none" in labels
    assert any("stop after 4 epochs without gain" in label for label in labels)


def test_the_pictures_are_open_and_carry_their_value_ranges(visit):
    at = visit("train")
    at.selectbox(key="train.scale.to").set_value("unit").run()
    stored, seen = (
        one.value.split("\n")[1] for one in at.caption if one.value.startswith(("As stored", "What it gets"))
    )
    highest = float(stored.split(" to ")[1])
    assert next(one for one in at.expander if one.label.startswith("Pictures")).proto.expanded
    assert seen == f"0 to {highest / 255:.2f}"


def test_an_augmentation_adds_the_third_picture(visit):
    at = visit("train")
    assert not [one for one in at.caption if one.value.startswith("Augmented")]
    at.get("button_group")[1].set_value(["shift"]).run()
    assert not at.exception
    assert [one for one in at.caption if one.value.startswith("Augmented")]
    assert [one for one in at.expander if one.label.startswith("Augmentation · shift")]


def test_another_picture_can_be_looked_at(visit):
    at = visit("train")
    at.button(key="train.another").click().run()
    assert "Training picture 2 of 1,257" in texts(at)


def test_another_data_set_changes_the_defaults_that_were_not_touched(visit):
    at = visit("train")
    at.number_input(key="train.settings.lr").set_value(0.001).run()
    at.selectbox(key="train.data").set_value("mnist").run()
    expected = resolve({**UNTOUCHED, "data": {"name": "mnist"}}).train
    assert not at.exception
    assert at.number_input(key="train.settings.epochs").value == expected.epochs
    assert at.number_input(key="train.settings.batch_size").value == expected.batch_size
    assert at.number_input(key="train.settings.lr").value == 0.001


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("epochs", 0, 'Epochs is "0", but must be a whole number at least 1'),
        ("epochs", -3, 'Epochs is "-3"'),
        ("lr", 0.0, 'Learning rate is "0", but must be a number above 0'),
        ("lr", -0.1, 'Learning rate is "-0.1"'),
        ("batch_size", 5000, "Batch size is 5000, but digits has 1,257 training pictures"),
        ("seed", -1, 'Seed is "-1"'),
        ("threads", 10**9, 'Threads is "1000000000"'),
    ],
)
def test_an_impossible_number_says_so_under_its_field_and_start_waits(visit, started, field, value, sentence):
    at = visit("train")
    at.number_input(key=f"train.settings.{field}").set_value(value).run()
    assert not at.exception
    assert [text for text in complaints(at) if sentence in text]
    start = at.button(key="train.start")
    assert start.disabled
    assert sentence in start.help.replace("\\", "")
    assert not started


def test_a_right_number_lets_start_go_again(visit):
    at = visit("train")
    at.number_input(key="train.settings.epochs").set_value(0).run()
    at.number_input(key="train.settings.epochs").set_value(1).run()
    assert not complaints(at)
    assert not at.button(key="train.start").disabled


def test_a_huge_learning_rate_may_be_tried(visit, started):
    at = visit("train")
    at.number_input(key="train.settings.lr").set_value(1e9).run()
    press(at)
    assert started[0].train.lr == 1e9


def test_a_picture_too_small_for_the_network_says_so_and_a_larger_size_helps(visit):
    at = visit("train")
    at.selectbox(key="train.model").set_value("lenet5").run()
    assert not at.exception
    assert "the smallest size that fits is 12x12" in complaints(at)[0]
    assert at.button(key="train.start").disabled
    assert {one.value for one in at.metric} == {"–"}
    assert "As stored" in texts(at)  # the pictures do not depend on the network
    at.number_input(key="train.resize.size").set_value(32).run()
    assert not complaints(at)
    assert metrics(at)["Parameters"] == "61,706"


def test_a_data_set_that_is_not_here_says_what_to_do(visit, monkeypatch, tmp_path):
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "empty"))
    at = visit("train")
    at.selectbox(key="train.data").set_value("mnist").run()
    assert not at.exception
    assert "MNIST" in at.info[0].value
    assert metrics(at)["Parameters"] != "–"


def test_settings_survive_another_page(visit):
    at = visit("train")
    at.number_input(key="train.settings.epochs").set_value(7)
    at.selectbox(key="train.optimizer").set_value("sgd").run()
    at.number_input(key="train.sgd.momentum").set_value(0.5).run()
    at.switch_page("pages/runs.py").run()
    at.switch_page("pages/train.py").run()
    assert at.number_input(key="train.settings.epochs").value == 7
    assert at.number_input(key="train.sgd.momentum").value == 0.5


def test_reset_goes_back_to_what_is_usual(visit, started):
    at = visit("train")
    at.number_input(key="train.settings.epochs").set_value(7).run()
    at.button(key="train.reset").click().run()
    press(at)
    assert started == [resolve(UNTOUCHED)]


def test_the_settings_of_a_run_fill_the_form(visit, runs, started):
    at = visit("train", run=runs.failed)
    at.button(key="train.use").click().run()
    assert not at.exception
    press(at)
    assert started == [actions.load_run(runs.failed, runs.folder).experiment]


def test_the_form_gives_the_experiment_that_was_chosen(visit, started):
    at = visit("train")
    at.selectbox(key="train.model").set_value("mlp")
    at.selectbox(key="train.schedule").set_value("constant")
    at.selectbox(key="train.color.mode").set_value("colour")
    at.number_input(key="train.resize.size").set_value(10).run()
    at.number_input(key="train.mlp.width").set_value(16)
    at.selectbox(key="train.settings.device").set_value("cpu").run()
    press(at)
    chosen = {
        "data": {"name": "digits"},
        "model": {"name": "mlp", "options": {"width": 16}},
        "preprocessing": [
            {"name": "color", "options": {"mode": "colour"}},
            {"name": "resize", "options": {"size": 10}},
        ],
        "train": {"schedule": {"name": "constant"}, "device": "cpu"},
    }
    assert started == [resolve(chosen)]
