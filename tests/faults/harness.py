"""What the parts share: small trainings, attempts in forked children, the bits of a run, the figure at the end.

The parent imports torch once and computes nothing (a pool of threads would not survive a fork), so that an attempt
costs the training and not the import.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.base.files import sha256
from cnn_core.experiment import Experiment, resolve
from cnn_core.jobs.job import SUPERVISOR, ids
from cnn_core.runs.run import RunFolder

HARD = (  # everything that has a state: dropout, batch norm, moments, a schedule, augmentation, part-epoch validations
    "data=digits",
    "model=small_cnn",
    "model.depth=2",
    "model.width=4",
    "model.dropout=0.3",
    "train.optimizer=adamw",
    "augmentation=shift",
    "augmentation.shift.pixels=1",
    "train.validations=2",
    "train.batch_size=320",
    "train.epochs=2",
    "train.threads=1",
)
SECONDS = (
    "seconds",
    "images_per_second",
    "started",
    "ended",
    "created",
    "run",
    "path",
    "number",
    "turn",
    "memory_mark",
)  # no bits
LIMIT = 120  # seconds for one attempt
SHOWN = 12  # kinds of failures that are printed


def experiment(*sets: str) -> Experiment:
    """Four steps an epoch, two epochs; settings as on the command line may change it."""
    return resolve({}, [*HARD, *sets])


# ---------------------------------------------------------------- attempts


@dataclass(frozen=True)
class Ended:
    """How a forked child ended. signal: 0 when it ended by itself. said: what its work returned, or its traceback."""

    code: int
    signal: int
    said: Any


def forked(work: Callable[[], Any]) -> Ended:
    """Do some work in a forked child, quietly, and wait for it; what it returns must be JSON."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        _child(work, write)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return Ended(os.waitstatus_to_exitcode(status), killed, json.loads(said) if said else None)


def _child(work: Callable[[], Any], write: int) -> None:
    code = 1
    try:
        signal.alarm(LIMIT)
        quiet = os.open(os.devnull, os.O_RDWR)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        said, code = json.dumps(work()), 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent is told
        said = json.dumps(traceback.format_exc())
    try:
        with os.fdopen(write, "wb") as pipe:
            pipe.write(said.encode())
    finally:
        os._exit(code)


@contextmanager
def home(words: str = "attempt") -> Iterator[Path]:
    """A runs folder and a locks folder of our own, gone afterwards, and with them whoever still works there."""
    with tempfile.TemporaryDirectory(prefix=f"convscope-{words}-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        os.environ |= {"CONVSCOPE_RUNS": str(folder / "runs"), "CONVSCOPE_LOCKS": str(folder / "locks")}
        (folder / "runs").mkdir()
        (folder / "locks").mkdir()
        try:
            yield folder
        finally:
            while (folder / "runs" / SUPERVISOR).exists() and (pids := alive(folder)):
                for pid in pids:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)


def spread(attempt: Callable[[Any], list[str]], items: Iterable[Any], lanes: int) -> list[tuple[Any, list[str]]]:
    """Attempt every item, `lanes` at a time; each gives the sentences of what went wrong."""
    items = list(items)
    if lanes == 1:
        return [(item, _told(attempt, item)) for item in items]
    with ProcessPoolExecutor(lanes, multiprocessing.get_context("fork")) as pool:
        return list(zip(items, pool.map(partial(_told, attempt), items), strict=True))


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait until something is so, by looking: what it gave, or False if it never was."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return found


def alive(folder: Path) -> list[int]:
    """The processes whose command line names a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if str(folder).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended
            continue
    return found


def drawn(items: Sequence[Any], count: int, seed: int) -> list[Any]:
    """`count` of the items in their order, drawn with the seed; 0: all of them."""
    chosen = (
        sorted(random.Random(seed).sample(range(len(items)), min(count, len(items)))) if count else range(len(items))
    )
    return [items[index] for index in chosen]


def _told(attempt: Callable[[Any], list[str]], item: Any) -> list[str]:
    try:
        return attempt(item)
    except Exception:  # noqa: BLE001 - an attempt that breaks is one that failed, and the others go on
        return [traceback.format_exc()]


def tell(what: str, results: list[tuple[Any, list[str]]], note: str = "") -> bool:
    """Print the figure of a part, and for each thing that went wrong how often and where first; whether nothing did."""
    wrong = [(item, said) for item, said in results if said]
    kinds: dict[str, list[str]] = {}
    for item, said in wrong:
        for sentence in map(_short, said):
            kind = re.sub(r"[0-9][0-9a-f-]*", "#", sentence).split(":")[0][:60]
            kinds.setdefault(kind, []).append(f"{_short(item)}: {sentence}")
    for examples in list(kinds.values())[:SHOWN]:
        print(f"  {len(examples)} x {examples[0]}", file=sys.stderr)  # noqa: T201
    print(f"{what}: {len(results) - len(wrong)} of {len(results)}{f' ({note})' if note else ''}", flush=True)  # noqa: T201
    return not wrong and bool(results)


def _short(what: object) -> str:
    """One line of it: of a traceback the error."""
    lines = [line.strip(" |") for line in str(what).strip().splitlines()]
    errors = [line for line in lines if re.match(r"[A-Za-z.]+(Error|Exception|Interrupt|Failed)\b", line)]
    return (errors or lines or [""])[-1][:300]


# ---------------------------------------------------------------- looking at a run


def bits(run: RunFolder) -> dict[str, str]:
    """All that must be the same in a disturbed and an undisturbed run, by name: SHA-256 of tensors, else JSON."""
    from cnn_core.runs import checkpoints
    from cnn_core.runs.loaded import Run

    found: dict[str, str] = {}
    newest, damaged = checkpoints.latest(run.checkpoints)
    assert newest is not None, damaged
    for which, checkpoint in (("newest", newest), ("best", checkpoints.best(run.checkpoints))):
        for part in ("model", "state"):
            for name, tensor in getattr(checkpoint, part).items():
                found[f"{which}.{part}.{name}"] = sha256(tensor.numpy().tobytes() + str(tensor.dtype).encode())
        found |= {f"{which}.progress.{key}": json.dumps(value) for key, value in checkpoint.progress.items()}
    for split in ("val", "test"):
        made = Run(run).predictions(split)
        found[f"predictions.{split}"] = sha256(made.logits.tobytes() + made.targets.tobytes())
    record = {key: value for key, value in run.record().items() if key not in SECONDS}
    found |= {f"record.{key}": json.dumps(value) for key, value in record.items()}
    rows = actions.live(str(run.folder)).rows
    found["curve"] = json.dumps(
        [{key: value for key, value in row.items() if key not in ("time", "seconds")} for row in rows]
    )
    return {key: value for key, value in found.items() if not key.endswith(".seconds")}


def differences(found: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The names of what is not the same to the bit."""
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def look(root: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """What every reader says of the only run in a folder, and what is wrong with that. None: there is no run."""
    from cnn_core.runs import checkpoints

    wrong: list[str] = []
    try:
        records = actions.runs(root)
        if not records:
            return None, wrong
        (record,) = records
        shown, seen = actions.show(record["run"], root), actions.live(record["run"], root)
        _, damaged = checkpoints.latest(RunFolder(Path(record["path"])).checkpoints)
    except UserError as error:
        return None, [f"a reader complained: {error}"]
    wrong += damaged
    if not record["status"] == shown["status"] == seen.record["status"]:
        wrong.append("two readers saw different states")
    if record["alive"]:
        wrong.append("a dead run is said to be alive")
    if record["status"] in ("running", "queued"):
        wrong.append(f"the run of a dead process is said to be {record['status']}")
    if record["status"] in ("stopped", "failed") and not record["message"].rstrip().endswith("."):
        wrong.append(f"no sentence says what happened: {record['message']!r}")
    if [row["step"] for row in seen.rows] != sorted({row["step"] for row in seen.rows}):
        wrong.append("the curve has a step twice or goes back")
    return record, wrong


def finish(root: Path, wanted: Experiment) -> dict[str, str]:
    """Train the folder's only run to its end (a new one if there is none), in this process; its bits."""
    found = ids(root)
    record = actions.resume(found[0], root) if found else actions.train(wanted, root)
    assert record["status"] == "done", record
    return bits(RunFolder(Path(record["path"])))


def resumed(root: Path, wanted: Experiment, undisturbed: dict[str, str]) -> list[str]:
    """Finish in a forked child; what is not as in the undisturbed run, or was left behind."""
    ended = forked(lambda: finish(root, wanted))
    if ended.code:
        return [f"the resume failed: {ended.said or f'signal {ended.signal}'}"]
    wrong = [f"not the same bits: {name}" for name in differences(ended.said, undisturbed)]
    runs = [root / name for name in ids(root)]  # a folder that Start had only begun is the doctor's
    left = sorted(str(path.relative_to(root)) for run in runs for path in run.rglob("*.tmp"))
    return wrong + ([f"left behind: {', '.join(left)}"] if left else [])


def prepared() -> None:
    """Import and read all that an attempt needs, so that the children do not."""
    import torch

    from cnn_core.experiment import load_data
    from cnn_core.training import engine, job

    torch.set_num_threads(1)
    torch.optim.AdamW([torch.zeros(1, requires_grad=True)])  # the first optimizer imports a thousand modules
    load_data(experiment().data)
    engine.CHECKPOINT_EVERY = -1.0  # after each step, so that a short run writes all there is to write
    job.SAY_EVERY = 0.0
    gc.freeze()  # the children share these pages
