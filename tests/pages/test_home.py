"""The first page through app.py: empty, working, stopped, failed and done; one primary button in each."""

from __future__ import annotations

import shutil

from cnn_core import actions
from cnn_core.actions import running
from cnn_core.experiment import demo
from cnn_core.runs.run import RunFolder
from pages.parts import cached
from pages.parts.words import percent
from tests.pages.states import address, begun, buttons, texts


def primary(at) -> list[str]:
    return [one.label for one in at.button if one.proto.type == "primary"]


def test_the_empty_page_says_what_this_is_and_has_one_primary_button(visit):
    at = visit("home")
    assert at.title[0].value == "Train a network. Then look inside it."
    assert "1,797 handwritten digits" in at.markdown[0].value
    assert primary(at) == ["Train the demo network"]


def test_the_questions_lead_to_pages_that_exist(visit):
    links = [one.proto.page for one in visit("home").get("page_link")]
    assert links == ["evaluate", "explain", "train"]


def test_the_button_starts_the_demo_and_the_page_turns_into_it(visit, launched):
    at = visit("home")
    buttons(at)["Train the demo network"].click().run()
    assert not at.exception
    assert len(launched) == 1
    assert address(at) == launched[0]
    assert at.title[0].value == "Learning to read digits"
    assert any(one.startswith("Not tried yet: 180") for one in (s.value for s in at.subheader))
    assert primary(at) == []
    stored = RunFolder(running.runs_folder() / launched[0]).experiment()
    assert stored == demo()
    at.run()
    assert len(launched) == 1  # looking again starts nothing


def test_a_start_that_fails_is_a_sentence_and_the_button_stays(visit, monkeypatch):
    def full(*_, **__):
        raise running.Failed("A run cannot be written to /x: no space left.")

    monkeypatch.setattr(running, "new_run", full)
    at = visit("home")
    buttons(at)["Train the demo network"].click().run()
    assert "no space left" in at.error[0].value
    assert primary(at) == ["Train the demo network"]


def test_while_it_works_the_page_shows_curve_wall_and_stop(visit, runs):
    with begun(runs.folder / runs.small, epochs=1, epochs_planned=12):
        at = visit("home", run=runs.small)
        assert at.title[0].value == "Learning to read digits"
        assert "Still wrong: " in texts(at)
        buttons(at)["Stop"].click().run()
        assert RunFolder(runs.folder / runs.small).stop_asked()


def test_stopped_it_can_be_resumed_or_started_over(visit, runs, launched):
    RunFolder(runs.folder / runs.small).update(status="stopped", reason="asked", message="Stopped at epoch 1.")
    at = visit("home", run=runs.small)
    assert primary(at) == ["Resume"]
    buttons(at)["Start over"].click().run()
    assert launched == [address(at)]
    assert launched != [runs.small]


def test_failed_it_says_why_and_tries_again_with_the_demo(visit, runs, launched):
    at = visit("home", run=runs.failed)
    assert "the loss became infinite" in at.error[0].value
    assert primary(at) == ["Try again"]
    buttons(at)["Try again"].click().run()
    assert RunFolder(runs.folder / launched[0]).experiment() == demo()


def test_done_the_result_is_the_title_and_the_baseline_stands_under_it(visit, runs):
    at = visit("home", run=runs.small)
    found = actions.load_run(runs.small, runs.folder).predictions("test")
    right = int((found.logits.argmax(1) == found.targets).sum())
    assert at.title[0].value == f"It reads {percent(right / 360)} of digits it never saw"
    assert f"{right} of 360 test pictures right after 2 epochs" in texts(at)
    most = max((found.targets == k).sum() for k in range(10))
    assert f"would get {100 * most / 360:.1f}%" in texts(at)
    assert primary(at) == ["See where it goes wrong"]


def test_done_it_leads_on_to_the_matrix(visit, runs):
    at = visit("home", run=runs.small)
    buttons(at)["See where it goes wrong"].click().run()
    assert not at.exception
    assert at.title[0].value == "Evaluate"
    assert address(at) == runs.small


def test_train_again_takes_another_seed_and_the_same_settings(visit, runs, launched):
    at = visit("home", run=runs.small)
    buttons(at)["Train again"].click().run()
    before, after = (RunFolder(runs.folder / run).experiment() for run in (runs.small, launched[0]))
    assert after.train.seed == before.train.seed + 1
    assert after.train.model_copy(update={"seed": before.train.seed}) == before.train


def test_a_click_on_a_mistake_asks_why(visit, runs):
    at = visit("home", run=runs.small)
    wrong, _ = cached.hard_cases(runs.small)
    at.session_state[f"home.wrong.{runs.small}"] = {"pick": 1}
    at.run()
    assert not at.exception
    assert at.query_params["picture"] == f"test-{wrong[1].index}"
    assert at.title[0].value == "Explain"


def test_a_run_of_another_network_leaves_the_invitation(visit, runs):
    at = visit("home", run=runs.mlp)
    assert primary(at) == ["Train the demo network"]
    assert address(at) == runs.mlp  # the run is still the one the other pages look at


def test_weights_that_are_damaged_are_a_sentence(visit, runs):
    shutil.rmtree(runs.folder / runs.small / "predictions")
    for path in (runs.folder / runs.small / "checkpoints").glob("*.safetensors"):
        path.write_bytes(b"damaged")
    cached.st.cache_resource.clear()
    cached.st.cache_data.clear()
    at = visit("home", run=runs.small)
    assert at.error
    assert "Traceback" not in texts(at)
