"""Verbs that make a trained network smaller or faster, and that measure what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnn_core.actions.asking import Asked, loaded
from cnn_core.actions.running import TRAINING, Folder
from cnn_core.base.errors import UserError, shorten
from cnn_core.base.options import Options, parse_options
from cnn_core.compression.bench import Ask, accuracy, measured, threads
from cnn_core.compression.methods import SHELF, Material
from cnn_core.compression.runtime import Session, exported
from cnn_core.compression.tuning import Lessons
from cnn_core.experiment import Experiment, Settings, trained
from cnn_core.models.anatomy import anatomy
from cnn_core.runs.derived import derive, keep_file, kept_files, made_from
from cnn_core.runs.loaded import Run
from cnn_core.runs.run import RunFolder

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
    settings = classifier(asked.id, asked.experiment)
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
        right = accuracy(Session(made.onnx), test, look)
        about = {"method": method, "options": found["options"], "how": _how(method, chosen), "accuracy": right}
        found |= {"file": str(keep_file(asked, method, made.onnx, about)), "bytes": len(made.onnx)}
        return {**found, "accuracy": right}
    if made.module is None or made.model is None:
        raise AssertionError(f"{method} made nothing")
    derived = derive(
        asked, settings.model_copy(update={"model": made.model}), made.module, _how(method, chosen), TRAINING
    )
    record = derived.record()
    return {**found, "run": derived.id, "parameters": record["parameters"], "accuracy": record["test_accuracy"]}


def _how(method: str, chosen: Options) -> str:
    """`prune channels, share 0.75`: the method, and what of its options is not as usual."""
    usual = type(chosen)().model_dump()
    changed = [f"{key} {value}" for key, value in chosen.model_dump().items() if value != usual[key]]
    return ", ".join([method.replace("_", " "), *changed])


def classifier(run: str, settings: Settings) -> Experiment:
    """The settings of a run whose network can be compressed.

    Raises:
        UserError: it was trained elsewhere, or does not give pictures their classes.
    """
    found = trained(settings, "there is nothing to compare with")
    if found.task != "classification":
        raise UserError(f"{run} is a run of {found.task}; compression is for classification so far.")
    return found


def check_bench(batches: Sequence[int], threads_used: int, rounds: int) -> None:
    """Raise a UserError where a number is out of bounds."""
    for name, values, most in (
        ("batch", batches, MOST_BATCH),
        ("threads", [threads_used], MOST_THREADS),
        ("rounds", [rounds], MOST_ROUNDS),
    ):
        for value in values:
            if not 1 <= value <= most:
                raise UserError(f"{name} is {value}, but must be a whole number from 1 to {most:,}.")


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
        `file` (its name or None), `weights` (the SHA-256 of what answers),
        `accuracy`, `parameters` and `multiply_adds` (None for files), `bytes` (of the weights or the file), `times`:
        by batch `cpu_ms` (median by the processor's clock), `low_ms`, `high_ms` (its middle half), `wall_ms`, `calls`,
        and `pictures_per_second`.

    Raises:
        UserError: a number is out of bounds.
    """
    check_bench(batches, threads_used, rounds)
    asked = loaded(run, runs)
    classifier(asked.id, asked.experiment)
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


def variants(run: Asked, runs: Folder = None) -> list[dict[str, Any]]:
    """The network of a run and all that was made of it, in rows as those of `bench`, without asking any of them.

    What is not known without asking is None: `multiply_adds`, the `bytes` of runs; `times` is empty.
    """
    asked = loaded(run, runs)
    rows = [_row("as trained", asked.checkpoint_sha256, run=asked.id, **_counted(asked))]
    for name, (about, data) in kept_files(asked).items():
        words = f"ONNX Runtime, {about.get('how') or name}"
        rows.append(_row(words, about["data_sha256"], file=name, accuracy=about.get("accuracy"), bytes=len(data)))
    for folder in made_from(asked):
        made = Run(folder)
        words = _free(str(made.record().get("made_by") or made.id), [row["name"] for row in rows])
        rows.append(_row(words, made.checkpoint_sha256, run=made.id, **_counted(made)))
    return rows


def compressed_file(run: Asked, name: str, runs: Folder = None) -> bytes:
    """The ONNX file of this name that was made of the run's network.

    Raises:
        UserError: there is none.
    """
    found = kept_files(loaded(run, runs)).get(name)
    if found is None:
        raise UserError(f'There is no file "{shorten(name)}" of this network; compress makes it anew.')
    return found[1]


def _counted(run: Run) -> dict[str, Any]:
    record = run.record()
    return {"accuracy": record["test_accuracy"], "parameters": record["parameters"]}


def _row(name: str, weights: str, **known: Any) -> dict[str, Any]:
    unknown = dict.fromkeys(("run", "file", "accuracy", "parameters", "multiply_adds", "bytes"))
    return {"name": name, "weights": weights, **unknown, **known, "times": {}}


def _free(name: str, taken: Sequence[str]) -> str:
    return next(one for one in (name, *(f"{name} ({i})" for i in range(2, 1_000))) if one not in taken)


def _ways(run: Run, threads_used: int) -> tuple[dict[str, Ask], list[dict[str, Any]]]:
    """Everything that answers for a run, by a name, and its row without what is measured."""
    rows, files = variants(run), kept_files(run)
    onnx = exported(run.model(), run.network().input_shape)
    rows.insert(1, _row("ONNX Runtime, float32", run.checkpoint_sha256, bytes=len(onnx)))
    ways: dict[str, Ask] = {}
    for row in rows:
        if row["run"] is None:
            ways[row["name"]] = Session(files[row["file"]][1] if row["file"] else onnx, threads_used)
            continue
        made = run if row["run"] == run.id else Run(RunFolder(run.folder.root / row["run"]))
        counts = anatomy(made.model(), made.network().input_shape)
        row |= {"bytes": _bytes(made), **{key: counts[key] for key in ("parameters", "multiply_adds")}}
        ways[row["name"]] = made.model()
    return ways, rows


def _bytes(run: Run) -> int:
    """Of the weights as numbers; a file of them has a few hundred more."""
    return sum(one.numel() * one.element_size() for one in run.model().state_dict().values())
