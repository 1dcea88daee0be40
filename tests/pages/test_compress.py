"""The page Compress: choose and start, at work with Stop, what was made beside what was measured, why not."""

from __future__ import annotations

import pytest

from cnn_core import actions
from cnn_core.actions import compressing_jobs
from cnn_core.base.files import sealed, unseal
from cnn_core.base.settings import runs_folder
from cnn_core.compression.methods import SHELF
from cnn_core.jobs.job import Job
from cnn_core.runs.run import COMPRESSING, RunFolder
from tests.actions.test_compressing_jobs import work
from tests.pages.states import begun, texts


@pytest.fixture
def made(runs):
    """Two variants of the small run, measured: a run and a file."""
    derived = work(actions.start_compress(runs.small, "prune_channels", {"steps": 2}))["found"]["run"]
    work(actions.start_compress(runs.small, "int8", {"pictures": 4}))
    work(actions.start_bench(runs.small, [1, 2], rounds=2))
    return derived


def job_of(run, verb="compress"):
    return Job(
        runs_folder() / COMPRESSING / next(one["id"] for one in actions.compressings(run) if one["verb"] == verb)
    )


def test_a_method_says_what_it_does_and_is_started_with_the_options_of_the_form(visit, runs, woken):
    at = visit("compress", run=runs.small)
    at.selectbox(key="compress.method").set_value("prune_channels").run()
    assert SHELF.card("prune_channels")[0] in texts(at).replace("\\", "")
    at.number_input(key="compress.prune_channels.share").set_value(0.75).run()
    at.button(key="compress.start").click().run()
    assert not at.exception
    asked = unseal(job_of(runs.small).folder / compressing_jobs.ASKED)["given"]
    assert (asked["method"], asked["options"]["share"]) == ("prune_channels", 0.75)
    assert woken == [runs_folder() / COMPRESSING]
    assert "waits for its turn" in at.get("progress")[0].proto.text
    at.button(key=f"compress.stop.{job_of(runs.small).id}").click().run()
    assert "Stopped before it began" in texts(at)
    at.number_input(key="compress.prune_channels.share").set_value(7).run()
    assert at.button(key="compress.start").disabled


def test_a_run_that_was_never_compressed_says_so_and_measure_starts_the_bench(visit, runs):
    at = visit("compress", run=runs.mlp)
    assert "Nothing is measured yet." in texts(at)
    assert list(at.dataframe[0].value["way"]) == ["as trained"]
    at.button(key="compress.measure").click().run()
    assert job_of(runs.mlp, "bench").state()["status"] == "queued"


def test_all_that_was_made_stands_beside_the_network_in_theory_and_in_time(visit, runs, made):
    frame = visit("compress", run=runs.small).dataframe[0].value.set_index("way")
    rows = {one["name"]: one for one in job_rows(runs.small)}
    assert list(frame.index) == list(rows)
    for name, row in rows.items():
        assert frame["right"][name] == pytest.approx(100 * row["accuracy"])
        assert frame["ms, batch 2"][name] == pytest.approx(row["times"]["2"]["cpu_ms"])
        faster = rows["as trained"]["times"]["1"]["cpu_ms"] / row["times"]["1"]["cpu_ms"]
        assert frame["× batch 1"][name] == pytest.approx(faster)
    narrow = rows["prune channels, steps 2"]["multiply_adds"]
    theory = rows["as trained"]["multiply_adds"] / narrow
    assert frame["× in theory"]["prune channels, steps 2"] == pytest.approx(theory)


def job_rows(run):
    return next(one["found"]["rows"] for one in actions.compressings(run) if one["verb"] == "bench")


def test_what_was_made_opens_elsewhere_and_leads_back(visit, runs, made):
    for page in ("evaluate", "explain"):
        at = visit("compress", run=runs.small)
        at.button(key=f"compress.{page}.{made}").click().run()
        assert not at.exception
        assert (at.title[0].value, at.query_params["run"]) == (page.capitalize(), made)
    at = visit("compress", run=made)
    at.button(key="compress.source").click().run()
    assert at.query_params["run"] == runs.small
    at = visit("watch", run=made)
    assert "Made of another run" in texts(at)
    assert "watch.longer" not in {one.key for one in at.button}
    at.button(key="watch.evaluate").click().run()
    assert (at.title[0].value, at.query_params["run"]) == ("Evaluate", made)


def test_what_is_new_since_is_not_measured_and_what_is_gone_is_not_shown(visit, runs, made):
    work(actions.start_compress(runs.small, "fold_batch_norm"))
    actions.delete(made)
    at = visit("compress", run=runs.small)
    assert "Not measured yet: fold batch norm" in texts(at).replace("\\", "")
    frame = at.dataframe[0].value.set_index("way")
    assert "prune channels, steps 2" not in frame.index
    assert frame["ms, batch 1"].isna().to_dict()["fold batch norm"]
    assert frame["right"]["fold batch norm"] == frame["right"]["as trained"]


def test_at_work_it_says_how_far_and_one_that_failed_says_why(visit, runs):
    actions.start_compress(runs.small, "prune_weights")
    job = job_of(runs.small)
    with job.lock():
        job.update(status="running", stage="Prune weights …", share=0.5)
        at = visit("compress", run=runs.small)
        assert at.get("progress")[0].proto.value == 50
        at.button(key=f"compress.stop.{job.id}").click().run()
        assert job.stop_asked()
        job.update(status="failed", message="MNIST is missing. Download it.")
    assert "MNIST is missing" in visit("compress", run=runs.small).error[0].value


def test_runs_of_other_tasks_and_networks_from_elsewhere_say_why_not(visit, runs):
    for facts, says in (({"task": "segmentation"}, "segments pictures"), ({"origin": "torchvision"}, "elsewhere")):
        with begun(runs.folder / runs.small, status="done", **facts):
            at = visit("compress", run=runs.small)
            assert says in texts(at)
            assert not [one for one in at.button if one.key == "compress.start"]
    assert visit("compress", run=runs.failed).error  # it has learned nothing


def test_foreign_texts_are_text(visit, runs, made):
    trace = "=*trace*<b>x</b> [a](http://b.c)"
    RunFolder(runs.folder / made).update(made_by=trace)
    work(actions.start_compress(runs.small, "fold_batch_norm"))
    path = job_of(runs.small).folder / compressing_jobs.RESULT
    path.write_bytes(sealed({**unseal(path), "said": trace, "notice": trace}))
    at = visit("compress", run=runs.small)
    assert not at.exception
    assert "*trace*" not in texts(at)
    assert not any(name.startswith("=") for name in at.dataframe[0].value["way"])
