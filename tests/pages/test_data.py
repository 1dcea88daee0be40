"""Data through app.py: what is here is shown with true numbers; what is not is fetched, with a word on every end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from cnn_core import actions
from cnn_core.base.errors import Failed
from cnn_core.base.files import atomic_write, plain
from cnn_core.base.settings import data_folder
from cnn_core.data import downloading
from cnn_core.data.sets import SHELF
from cnn_core.experiment import load_data, resolve
from cnn_core.jobs import queue
from cnn_core.jobs.job import ids
from pages.parts import data_view, form
from tests.data.origin import batch, cifar
from tests.pages.states import buttons, texts


@pytest.fixture(autouse=True)
def _empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A data folder of this test's own, with nothing in it."""
    monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@contextmanager
def download(name: str, status: str, **progress: object) -> Iterator[queue.Job]:
    """A download in a state, with a living process (this one) while it runs."""
    live = status in ("queued", "running")
    job = queue.create(
        data_folder() / downloading.FOLDER, name, downloading.KIND, {}, hold=True, lane="network", dataset=name
    )
    with job.lock():
        job.update(status=status, reason="" if live else "error", message="" if live else f"{name}: why. What to do.")
        if progress:
            atomic_write(job.folder / downloading.PROGRESS, plain(progress))
        if live:
            yield job
    if not live:
        yield job


def address(at: AppTest, name: str) -> str | None:
    found = at.query_params.get(name)
    return found[0] if isinstance(found, list) else found


# ---------------------------------------------------------------- what is here


def test_it_opens_with_the_first_set_and_says_so_in_the_address(visit):
    at = visit("data")
    assert at.title[0].value == "Data"
    assert address(at, "data") == "digits"
    assert "Train on Digits" in buttons(at)
    for part in ("1,797", "8 × 8, grey", "1,257", "180", "360", "CC BY 4.0", "Alpaydin"):
        assert part.replace(".", r"\.") in texts(at) or part in texts(at)


def test_its_numbers_are_those_of_the_pictures(visit):
    at = visit("data", data="digits", split="test")
    split = load_data(resolve({"data": "digits", "model": "mlp"}).data).splits
    pictures = split["train"].pictures / 255
    assert f"{pictures.mean():.4f}" in texts(at)
    assert f"{pictures.std():.4f}" in texts(at)
    counts = np.bincount(split["test"].targets)
    table = at.dataframe[0].value
    assert table["Test"].tolist() == counts.tolist()
    assert table["Training"].tolist() == np.bincount(split["train"].targets).tolist()
    assert f"right {100 * counts.max() / 360:.1f}% of the time" in texts(at)
    assert "Test pictures per class" in texts(at)


def test_train_on_it_takes_the_set_along(visit):
    at = visit("data", data="shapes")
    at.button(key="data.train").click().run()
    assert not at.exception
    assert at.session_state[form.KEPT] == {"train.data": "shapes"}


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_a_set_of_colour_photographs_is_shown(visit, name):
    cifar(data_folder(), name, count=200)
    at = visit("data", data=name)
    assert not at.error
    title = SHELF.load(name).build.about.title
    assert f"Train on {title}" in buttons(at)
    assert "32 × 32, colour" in texts(at)
    assert ("More" in buttons(at)) == (name == "cifar100")
    if name == "cifar100":
        assert "1 to 10 of 100 classes" in texts(at)
        at.button(key="data.more").click().run()
        assert "11 to 20 of 100 classes" in texts(at)
        at.button(key="data.back").click().run()
        at.button(key="data.back").click().run()
        assert "91 to 100 of 100 classes" in texts(at)
        assert not at.exception


def test_a_class_without_pictures_in_a_split_says_so(visit):
    place = cifar(data_folder())
    (place / "test_batch").write_bytes(batch(20, labels=[3] * 20))
    at = visit("data", data="cifar10", split="test")
    assert texts(at).count("No pictures in this split.") == 9
    assert "9 of 10 classes have no picture here" in texts(at)
    assert "right 100.0% of the time" in texts(at)


def test_a_damaged_set_is_a_sentence(visit):
    (cifar(data_folder()) / "data_batch_3").write_bytes(b"broken")
    at = visit("data", data="cifar10")
    assert "data\\_batch\\_3 is damaged" in at.error[0].value
    assert "download CIFAR\\-10 again" in at.error[0].value


def test_a_click_asks_the_network_that_learned_from_these_pictures_last(visit, runs, monkeypatch):
    drawn: dict[str, bool] = {}

    def click_on_the_third_4(key, laid, thumbs, *, pick, **_):
        drawn[key] = pick
        return 2 if key.startswith("data.line.digits.4.") else None

    monkeypatch.setattr(data_view, "gallery", click_on_the_third_4)
    at = visit("data", data="digits", split="val")
    fours = np.flatnonzero(load_data(resolve({"data": "digits", "model": "mlp"}).data).splits["val"].targets == 4)
    assert (address(at, "run"), address(at, "picture")) == (runs.small, f"val-{fours[2]}")
    assert "Explain" in [one.value for one in at.title]
    drawn.clear()
    visit("data", data="shapes")  # of which no network has learned
    assert not any(drawn.values())
    assert len(drawn) == 5  # four classes and their means


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize(("name", "size"), [("mnist", 12), ("fashion_mnist", 31), ("cifar10", 170), ("cifar100", 169)])
def test_what_is_not_here_is_offered_with_its_size_and_what_to_do_without_a_network(visit, name, size):
    at = visit("data", data=name)
    title = SHELF.load(name).build.about.title
    assert f"Download {title}" in buttons(at)
    assert f"{size} MB" in texts(at)
    for part in ("Without a network", "10,000", SHELF.load(name).build.about.licence.split()[0]):
        assert part in texts(at)
    assert not any(label.startswith("Train on") for label in buttons(at))


def test_the_button_puts_it_in_the_queue_once(visit, woken):
    at = visit("data", data="cifar10")
    at.button(key="data.download").click().run()
    assert not at.exception
    root = data_folder() / downloading.FOLDER
    assert set(woken) == {root}
    assert len(ids(root)) == 1
    assert "CIFAR\\-10 is being downloaded" in at.subheader[0].value
    visit("data", data="cifar10")
    assert len(ids(root)) == 1
    assert actions.runs() == []  # it is no run


def test_a_running_download_says_how_far_it_is_and_can_be_cancelled(visit):
    far = {"stage": "fetching", "bytes": 12_000_000, "total": 170_000_000, "speed": 2_000_000.0}
    with download("cifar10", "running", **far) as job:
        at = visit("data", data="cifar10")
        (bar,) = at.get("progress")
        assert bar.proto.text == "12.0 of 170.0 MB · 2.0 MB/s · about 1 min 20 s left"
        assert bar.proto.value == 7
        assert set(buttons(at)) >= {"Cancel"}
        assert "data.download" not in [one.key for one in at.button]
        at.button(key="data.cancel").click().run()
        assert job.stop_asked()
        assert buttons(at)["Cancelling …"].disabled
        atomic_write(job.folder / downloading.PROGRESS, plain({**far, "stage": "unpacking"}))
        at.run()
        assert at.get("progress")[0].proto.text == "Unpacking and checking …"


def test_one_that_waits_says_for_which(visit):
    with download("mnist", "running"):
        actions.start_download("cifar10")
        at = visit("data", data="cifar10")
        assert at.get("progress")[0].proto.text == "It waits for MNIST."


@pytest.mark.parametrize("status", ["failed", "stopped"])
def test_one_that_failed_or_was_cancelled_says_why_and_can_be_tried_again(visit, status):
    with download("mnist", status):
        at = visit("data", data="mnist")
        said = [*at.error, *at.info]
        assert "why" in said[0].value
        at.button(key="data.download").click().run()
        assert actions.download_of("mnist")["status"] == "queued"
        assert len(ids(data_folder() / downloading.FOLDER)) == 1


def test_a_data_folder_that_cannot_be_written_is_a_sentence(visit, monkeypatch):
    def refused(name):
        raise Failed("The folder cannot be written. Do something.")

    at = visit("data", data="mnist")
    monkeypatch.setattr(actions, "start_download", refused)
    at.button(key="data.download").click().run()
    assert not at.exception
    assert "cannot be written" in at.error[0].value


def test_training_waits_for_its_pictures_and_leads_to_them(visit):
    at = visit("train")
    at.selectbox(key="train.data").set_value("cifar10").run()
    assert at.button(key="train.start").disabled
    assert "download cifar10" in at.button(key="train.start").help
    at.button(key="train.download").click().run()
    assert not at.exception
    assert (at.title[0].value, address(at, "data")) == ("Data", "cifar10")
    cifar(data_folder())
    at = visit("data", data="cifar10")
    at.button(key="data.train").click().run()
    assert not at.button(key="train.start").disabled
    assert at.selectbox(key="train.data").value == "cifar10"


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize("bad", ["", "mnistt", "../", "<b>x</b>", "x" * 10_000, "🦊", "a\0b"])
@pytest.mark.parametrize("name", ["data", "split"])
def test_a_bad_address_is_a_sentence_and_the_first_is_shown(visit, name, bad):
    at = visit("data", **{name: bad})
    assert len(at.warning) == 1
    assert len(at.warning[0].value) < 500
    assert "<b>" not in at.warning[0].value.replace("\\<b", "")
    assert address(at, name) == {"data": "digits", "split": "train"}[name]


def test_what_was_chosen_stays_when_one_comes_back(visit):
    at = visit("data", data="shapes", split="val")
    at.query_params.clear()
    at.switch_page("pages/runs.py").run()
    at.switch_page("pages/data.py").run()
    assert (address(at, "data"), address(at, "split")) == ("shapes", "val")


def test_a_choice_goes_into_the_address(visit):
    at = visit("data")
    at.segmented_control(key="data.split").set_value("test").run()
    assert address(at, "split") == "test"
    at.pills(key="data.data").set_value("shapes").run()
    assert address(at, "data") == "shapes"
    assert not at.exception


def test_a_run_is_asked_about_a_set_if_it_learned_from_all_of_it_also_one_from_before_samples(monkeypatch):
    usual = SHELF.load("digits").options()
    resolved = resolve({"data": "digits", "model": "mlp"})
    old = resolved.model_copy(update={"data": resolved.data.model_copy(update={"options": {"split_seed": 0}})})
    sample = resolve({}, ["data=digits", "data.train_pictures=300", "model=mlp"])
    for settings, asked in ((resolved, True), (old, True), (sample, False)):
        monkeypatch.setattr(data_view.cached, "experiment", lambda run, settings=settings: settings)
        assert data_view._taught("a run", usual) is asked
