"""What fills the form of Train at once: presets, an experiment as a file; and the time that an epoch will take."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.errors import Failed
from cnn_core.cli import main
from cnn_core.experiment import PRESETS, demo, preset, resolve
from cnn_core.experiment.reading import MOST_BYTES
from pages.parts import begin_view, time_view
from pages.parts.words import seconds_of
from tests.pages.states import begun, texts

HOSTILE = {
    "not JSON": (b"\x89PNG", "is not JSON"),
    "cut off": (b'{"data": {"name": "digits"}, "model"', "is not JSON (line 1"),
    "a list": (b"[1, 2]", "not an object with the sections"),
    "twice the same": (b'{"data": "digits", "data": "mnist"}', 'names "data" twice'),
    "no number": (b'{"data": "digits", "model": "mlp", "train": {"lr": NaN}}', "holds NaN"),
    "far too deep": (b"[" * 100_000, "is not JSON"),
    "too large": (b" " * (MOST_BYTES + 1), f"at most {MOST_BYTES:,}"),
    "an unknown section": (b'{"data": "digits", "model": "mlp", "<b>x</b>": 1}', "is not known"),
    "an impossible value": (b'{"data": "digits", "model": {"name": "mlp", "options": {"width": -3}}}', "at least"),
    "another version": (b'{"schema_version": 9, "data": "digits", "model": "mlp"}', "another version"),
    "a pre-trained network": (b'{"origin": {}, "model": "mlp"}', "pre-trained"),
}


@pytest.fixture(autouse=True)
def fresh():
    time_view.desk.clear()


def opened(visit) -> AppTest:
    at = visit("train")
    at.session_state[begin_view.MENU] = True
    return at.run()


def sent(at: AppTest, data: bytes, name: str = "mine.json") -> AppTest:
    at.get("file_uploader")[0].upload(name, data, "application/json").run()
    assert not at.exception
    return at


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.name)
def test_a_preset_fills_the_form_with_what_the_shell_trains_under_that_name(visit, one):
    at = opened(visit)
    at.button(key=f"train.preset.{one.name}").click().run()
    assert not at.exception
    assert not at.session_state[begin_view.MENU]
    wanted = preset(one.name)
    assert at.selectbox(key="train.data").value == wanted.data.name
    assert at.number_input(key="train.settings.epochs").value == wanted.train.epochs
    assert at.number_input(key="train.settings.lr").value == wanted.train.lr
    assert at.session_state["train.augmentation"] == [each.name for each in wanted.augmentation]


def test_a_file_that_the_shell_wrote_fills_the_form(visit, runs, capsys):
    assert main(["show", runs.failed, "--runs", str(runs.folder), "--json"]) == 0
    text = capsys.readouterr().out.splitlines()[-1]
    at = sent(opened(visit), text.encode())
    wanted = actions.load_run(runs.failed, runs.folder).experiment
    assert at.number_input(key="train.settings.lr").value == wanted.train.lr
    assert not at.error


def test_what_train_saves_is_what_the_shell_trains(visit, tmp_path, capsys):
    wanted = resolve(
        {"data": "digits", "model": {"name": "small_cnn", "options": {"width": 4}}, "train": {"epochs": 1}}
    )
    file = tmp_path / "mine.json"
    file.write_text(wanted.model_dump_json(indent=1))  # as the button does
    at = sent(opened(visit), file.read_bytes())
    assert at.number_input(key="train.small_cnn.width").value == 4
    assert main(["train", "--experiment", str(file), "--json"]) == 0
    run = json.loads(capsys.readouterr().out.splitlines()[-1])["run"]
    assert actions.load_run(run).experiment == wanted


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_file_that_is_no_experiment_is_a_sentence_and_the_form_stays(visit, kind):
    data, says = HOSTILE[kind]
    at = opened(visit)
    at.number_input(key="train.settings.epochs").set_value(7).run()
    at.session_state[begin_view.MENU] = True
    at = sent(at.run(), data)
    (error,) = at.error
    assert says in error.value.replace("\\", "")
    assert "<b>" not in error.value.replace("\\<b", "")
    assert len(error.value) < 500
    assert at.number_input(key="train.settings.epochs").value == 7


def test_the_shell_refuses_the_same_files(tmp_path, capsys):
    for data, says in HOSTILE.values():
        file = tmp_path / "mine.json"
        file.write_bytes(data)
        assert main(["train", "--experiment", str(file)]) == 2
        assert says in capsys.readouterr().err


# --- the time of an epoch ---------------------------------------------------------------------------------------------


def timed(monkeypatch, answer) -> list:
    """Answers in place of a process; what it was asked."""
    asked = []

    def apart(experiment):
        asked.append(experiment)
        return answer()

    monkeypatch.setattr(actions, "estimate_apart", apart, raising=False)
    monkeypatch.setattr(time_view, "in_background", lambda work, *args: work(*args))
    return asked


FIGURES = {
    "seconds": 0.8,
    "step": 0.02,
    "steps": 40,
    "timed": 50,
    "device": "cpu",
    "precision": "float32",
    "threads": 1,
}


def figure(at: AppTest) -> str:
    return next(one.value for one in at.metric if one.label == "Time per epoch")


def test_the_time_comes_when_the_settings_have_been_still_for_a_moment(visit, monkeypatch):
    asked = timed(monkeypatch, lambda: FIGURES)
    at = visit("train")
    assert figure(at) == "timing …"
    assert not asked  # nothing was begun for a form that may be changed in the next second
    at.run()  # as the tick does
    assert figure(at.run()) == "0.8 s"
    assert [one.label for one in asked] == ["digits · small_cnn"]
    at.number_input(key="train.settings.epochs").set_value(30).run()
    assert figure(at) == "0.8 s"  # the number of epochs does not change it
    at.number_input(key="train.settings.batch_size").set_value(64).run()
    assert figure(at) == "timing …"


def test_what_cannot_be_timed_is_a_dash_with_the_reason(visit, monkeypatch):
    def fails():
        raise Failed("An epoch could not be timed within 90 s.")

    timed(monkeypatch, fails)
    at = visit("train").run().run()
    assert figure(at) == "–"
    assert "within 90 s" in next(one.help for one in at.metric if one.label == "Time per epoch")


def test_while_another_run_trains_it_waits_for_a_click(visit, runs, monkeypatch):
    asked = timed(monkeypatch, lambda: FIGURES)
    with begun(runs.folder / runs.small):
        at = visit("train").run().run()
        assert not asked
        at.button(key="train.time").click().run()
        assert asked
        assert figure(at.run()) == "0.8 s"


def test_it_is_kept_with_the_run_and_set_beside_the_truth(visit, woken, monkeypatch):
    timed(monkeypatch, lambda: FIGURES)
    at = visit("train").run().run()
    at.button(key="train.start").click().run()
    record = actions.runs()[0]
    assert record["estimated"] == 0.8
    now = actions.live(record["run"])
    assert time_view.beside_the_truth(now) == "0.8 s an epoch estimated"  # nothing was measured yet
    assert time_view.beside_the_truth(replace(now, epoch_seconds=1.2)) == "1.2 s an epoch, 0.8 s estimated"


def test_without_an_estimate_the_truth_stands_alone(visit, runs):
    now = actions.live(runs.small, runs.folder)
    assert now.record["estimated"] is None
    assert time_view.beside_the_truth(now) == f"{seconds_of(now.epoch_seconds)} an epoch"
    assert time_view.beside_the_truth(now) in texts(visit("watch", run=runs.small))
    assert time_view.beside_the_truth(replace(now, epoch_seconds=None)) == ""


def test_a_process_times_real_steps_and_says_wrong_input_as_the_page_says_it():
    found = actions.estimate_apart(demo())
    assert found["steps"] == 40
    assert found["validations"] == 4
    assert found["seconds"] == pytest.approx(40 * found["step"] + 4 * found["validation"])
    assert found["timed"] >= 8
    with pytest.raises(Failed, match="is missing"):
        actions.estimate_apart(preset("cifar10_resnet20"))
