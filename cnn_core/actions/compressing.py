"""Verbs that make a trained network smaller or faster, and that measure what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnn_core.actions.asking import Asked, loaded
from cnn_core.actions.running import TRAINING, Folder
from cnn_core.base.errors import UserError
from cnn_core.base.options import parse_options
from cnn_core.compression.bench import Ask, accuracy, measured, threads
from cnn_core.compression.methods import SHELF, Material
from cnn_core.compression.runtime import Session, exported
from cnn_core.compression.tuning import Lessons
from cnn_core.experiment import Experiment, trained
from cnn_core.models.anatomy import anatomy
from cnn_core.runs.derived import derive, keep_file, kept_files, made_from
from cnn_core.runs.loaded import Run

BATCHES = (1, 32)
MOST_BATCH, MOST_THREADS, MOST_ROUNDS = 1024, 64, 10_000


def compress(
    run: Asked,
    method: str,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    runs: Folder = None,
    look: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Compress the network of a run by an entry of the shelf `compressions`.

    Returns:
        `source`, `method`, `options`; `run`: the id of the run that was made, or `file`: where the ONNX file lies, None
        else; `parameters` of that run, `bytes` of the file; `accuracy` and `accuracy_before`: of the test pictures;
        `said`: what is to be known, `notice`: why not the best epoch answers.

    Raises:
        UserError: an unknown method or option, or one that does not fit this network. Failed: it cannot be written.
    """
    method = SHELF.known(method)
    entry = SHELF.load(method)
    chosen = parse_options(entry.options, options or {}, "compress")
    asked = loaded(run, runs)
    settings = _classifier(asked)
    network, splits = asked.network(), asked.data().splits
    lessons = Lessons.of(splits["train"], network.preprocessing)
    material = Material(
        network.module, settings.model, network.input_shape, len(network.classes), lessons, seed=seed, look=look
    )
    made = entry.build(chosen, material)
    test = Lessons.of(splits["test"], network.preprocessing)
    found = {
        "source": asked.id,
        "method": method,
        "options": chosen.model_dump(mode="json"),
        "run": None,
        "file": None,
        "parameters": None,
        "bytes": None,
        "accuracy_before": accuracy(network.module, test, look),
        "said": made.said,
        "notice": asked.notice,
    }
    if made.onnx is not None:
        about = {"method": method, "options": found["options"]}
        found |= {"file": str(keep_file(asked, method, made.onnx, about)), "bytes": len(made.onnx)}
        return {**found, "accuracy": accuracy(Session(made.onnx), test, look)}
    if made.module is None or made.model is None:
        raise AssertionError(f"{method} made nothing")
    derived = derive(asked, settings.model_copy(update={"model": made.model}), made.module, _words(method), TRAINING)
    record = derived.record()
    return {**found, "run": derived.id, "parameters": record["parameters"], "accuracy": record["test_accuracy"]}


def _words(method: str) -> str:
    return method.replace("_", " ")


def _classifier(run: Run) -> Experiment:
    settings = trained(run.experiment, "there is nothing to compare with")
    if settings.task != "classification":
        raise UserError(f"{run.id} is a run of {settings.task}; compression is for classification so far.")
    return settings


def bench(
    run: Asked,
    batches: Sequence[int] = BATCHES,
    threads_used: int = 1,
    rounds: int = 30,
    runs: Folder = None,
    look: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Time the network of a run and everything that was made of it, each beside its accuracy on the test pictures.

    Returns:
        `run`, `threads`, `batches`, `rounds`, `notice`, and `rows`, one for each way: `name`, `run` (id or None),
        `accuracy`, `parameters` and `multiply_adds` (None for files), `bytes` (of the weights or the file), `times`:
        by batch `cpu_ms` (median by the processor's clock), `low_ms`, `high_ms` (its middle half), `wall_ms`, `calls`,
        and `pictures_per_second`.

    Raises:
        UserError: a number is out of bounds.
    """
    for name, values, most in (
        ("batch", batches, MOST_BATCH),
        ("threads", [threads_used], MOST_THREADS),
        ("rounds", [rounds], MOST_ROUNDS),
    ):
        for value in values:
            if not 1 <= value <= most:
                raise UserError(f"{name} is {value}, but must be a whole number from 1 to {most:,}.")
    asked = loaded(run, runs)
    _classifier(asked)
    ways, rows = _ways(asked, threads_used)
    test = Lessons.of(asked.data().splits["test"], asked.network().preprocessing)
    with threads(threads_used):
        for row, ask in zip(rows, ways.values(), strict=True):
            row["accuracy"] = accuracy(ask, test, look)
        for batch in batches:
            times = measured(ways, test.images(slice(batch)), rounds=rounds, look=look)
            for row in rows:
                one = times[row["name"]]
                speed = 1_000 * min(batch, len(test.targets)) / one.cpu_ms if one.cpu_ms else None
                row["times"][str(batch)] = {**one.record(), "pictures_per_second": speed}
    return {
        "run": asked.id,
        "threads": threads_used,
        "batches": list(batches),
        "rounds": rounds,
        "rows": rows,
        "notice": asked.notice,
    }


def _ways(run: Run, threads_used: int) -> tuple[dict[str, Ask], list[dict[str, Any]]]:
    """Everything that answers for a run, by a name, and its row without what is measured."""
    ways: dict[str, Ask] = {}
    rows: list[dict[str, Any]] = []

    def add(name: str, ask: Ask, size: int, of: Run | None) -> None:
        name = next(one for one in (name, *(f"{name} ({i})" for i in range(2, 1_000))) if one not in ways)
        ways[name] = ask
        counts: dict[str, Any] = {"parameters": None, "multiply_adds": None}
        if of is not None:
            counts = {key: anatomy(of.model(), of.network().input_shape)[key] for key in counts}
        rows.append({"name": name, "run": of.id if of else None, "bytes": size, **counts, "times": {}})

    add("as trained", run.model(), _bytes(run), run)
    onnx = exported(run.model(), run.network().input_shape)
    add("ONNX Runtime, float32", Session(onnx, threads_used), len(onnx), None)
    for name, data in kept_files(run).items():
        add(f"ONNX Runtime, {_words(name)}", Session(data, threads_used), len(data), None)
    for folder in made_from(run):
        made = Run(folder)
        add(str(folder.record().get("made_by") or folder.id), made.model(), _bytes(made), made)
    return ways, rows


def _bytes(run: Run) -> int:
    """Of the weights as numbers; a file of them has a few hundred more."""
    return sum(one.numel() * one.element_size() for one in run.model().state_dict().values())
