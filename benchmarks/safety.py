"""What safety costs and what it holds: many threads on one network, memory, a killed server, journal and checkpoints.

`python -m benchmarks.safety` prints the figures; `python -m benchmarks.safety crowd COUNT MODEL` asks COUNT questions
in 32 threads and says how many answers were wrong, for a test that has to survive a crash of the process.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from benchmarks.engine import trainer
from benchmarks.timing import in_turn, ratio, say
from cnn_core import actions
from cnn_core.attribution.explain import explain
from cnn_core.attribution.methods import SHELF as METHODS
from cnn_core.base.locks import Lock
from cnn_core.base.settings import runs_folder
from cnn_core.experiment import resolve
from cnn_core.jobs.job import SUPERVISOR
from cnn_core.models import build_model
from cnn_core.network import Network
from cnn_core.training.engine import Trainer
from tests.faults.harness import until
from tests.makers import network, picture
from tests.serving import Server
from tests.sessions import Visitor

THREADS = 32
ROUNDS = 5


def main() -> None:
    """Print all figures."""
    torch.set_num_threads(1)
    crowd()
    growth()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(CONVSCOPE_RUNS=f"{folder}/runs", CONVSCOPE_LOCKS=f"{folder}/locks")
        restart(Path(folder))
        keeping(Path(folder))


# ---------------------------------------------------------------- many threads on one network


class Question(NamedTuple):
    """What a thread asks: `kind` is a method of attribution, `predict` or `activations`."""

    kind: str
    seed: int
    layer: str
    target: int


def asked(model: str = "resnet") -> Network:
    """A network of many layers with random weights, as a server holds it."""
    torch.manual_seed(0)
    return network(build_model(model, (3, 32, 32), 10), (3, 32, 32), tuple("abcdefghij"))


def questions(of: Network) -> list[Question]:
    """All kinds of questions about four pictures, three layers, and two classes."""
    names = [name for name, grid in of.convolutions() if grid[0] * grid[1] > 1]
    layers = [names[0], names[len(names) // 2], names[-1]]
    return [Question(*one) for one in product([*METHODS.names(), "predict", "activations"], range(4), layers, (1, 7))]


def answer(of: Network, question: Question) -> bytes:
    """The bits of an answer."""
    asked_of = picture((3, 32, 32), question.seed)
    if question.kind == "predict":
        return bytes(of.predict(np.stack([asked_of, asked_of[::-1]])).tobytes())
    if question.kind == "activations":
        return bytes(of.activations(of.preprocess(asked_of), question.layer).numpy().tobytes())
    found = explain(of, asked_of, question.kind, layer=question.layer, target=question.target)
    return bytes(found.heat.tobytes() + found.map.tobytes() + np.float64(found.probability).tobytes())


def crowd(answers: int = 1000, model: str = "resnet") -> int:
    """Ask many questions in many threads at once; how many answers differ from those of one thread, or are errors."""
    of = asked(model)
    all_of_them = questions(of)
    alone = {one: answer(of, one) for one in all_of_them}
    sys.setswitchinterval(1e-4)  # threads change fifty times as often as usual
    chosen = random.Random(0).choices(all_of_them, k=answers)

    def is_wrong(one: Question) -> bool:
        try:
            return answer(of, one) != alone[one]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
            print(f"{one}: {type(error).__name__}: {error}", file=sys.stderr)
            return True

    with ThreadPoolExecutor(THREADS) as pool:
        wrong = sum(pool.map(is_wrong, chosen))
    say(f"{THREADS} threads asking one network, wrong answers", f"{wrong} of {answers:,}", "0", wrong == 0)
    return wrong


# ---------------------------------------------------------------- memory


def growth(answers: int = 1000) -> float:
    """MB that the process grows by explaining, after a warm-up."""
    of = asked()
    all_of_them = [one for one in questions(of) if one.kind in METHODS.names()]
    order = random.Random(0).choices(all_of_them, k=answers + 100)
    for one in order[:100]:
        answer(of, one)
    gc.collect()
    before = resident()
    for one in order[100:]:
        answer(of, one)
    gc.collect()
    grown = resident() - before
    say(f"{answers:,} explanations, growth of memory, MB", f"{grown:.1f}", "<= 20", grown <= 20)
    return grown


def resident(pid: int | str = "self") -> float:
    """Resident memory of a process in MB (10^6 bytes)."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


# ---------------------------------------------------------------- a killed server


def restart(folder: Path) -> None:
    """SIGKILL of the server while a run trains: seconds from its new start until the list of runs is shown."""
    raw = {"data": {"name": "digits"}, "model": {"name": "small_cnn"}}
    for seed in range(20):
        actions.train(resolve({**raw, "train": {"epochs": 1, "seed": seed}}))
    run = actions.start(resolve({**raw, "train": {"epochs": 10_000}}))
    until(lambda: actions.show(run)["step"] > 0, 60)
    times, imports = [], []
    server = Server(folder / "log").started()
    try:
        for _ in range(ROUNDS):
            imports.append(timed(lambda: subprocess.run([sys.executable, "-c", "import streamlit"], check=True)))
            server.kill()
            began = time.perf_counter()
            server = Server(folder / "log").started()
            with Visitor(server.address) as visitor:
                shown = len(list(visitor.open("runs", run=run).elements("dataframe")))
            times.append(time.perf_counter() - began)
            assert shown == 1
            assert not visitor.troubles
            assert actions.show(run)["status"] == "running"
    finally:
        server.kill()
        actions.stop(run)
    Lock(runs_folder() / SUPERVISOR).wait(30)  # it has nothing more to do, and must not write while we clean up
    beyond = statistics.median(times) - statistics.median(imports)
    value = f"{beyond:.1f} ({statistics.median(times):.1f} in all)"
    say("killed server back with 21 runs shown, beyond the import, s", value, "<= 5", beyond <= 5)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes, by the clock on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# ---------------------------------------------------------------- journal and checkpoints


class Silent:
    """A reporter that keeps nothing: no journal, no state, no wall, no log; nobody can interrupt."""

    def steps(self, *args: object) -> None: ...
    def validated(self, *args: object) -> None: ...
    def save(self, *args: object) -> None: ...
    def interrupted(self) -> bool:
        return False


def keeping(root: Path) -> None:
    """An epoch of MNIST that keeps what a run keeps, against the same that keeps nothing."""
    runs, shares = (root / "kept" / str(number) for number in count()), []

    def kept() -> None:
        made = mnist(next(runs))
        inside = Stopwatch(made)
        took = timed(made.fit)
        shares.append(inside.seconds / took)

    def silent() -> None:
        made = mnist(next(runs))
        made.reporter, made.save = Silent(), lambda: None  # type: ignore[method-assign]
        made.fit()

    cost = ratio(in_turn({"kept": kept, "silent": silent}, ROUNDS), "kept", "silent")[0] - 1
    share = statistics.median(shares)
    say("journal, state and checkpoints, share of training, MNIST", f"{share:.2%}", "<= 3%", share <= 0.03)
    say("the same as CPU time beside a training that keeps nothing", f"{cost:+.1%}", "<= 3%", cost <= 0.03)


def mnist(root: Path) -> Trainer:
    """An epoch of small_cnn, ready to go."""
    return trainer(root, "mnist", "train.epochs=1")


class Stopwatch:
    """Seconds by the clock that a trainer spends on what it keeps, waiting for the disk included."""

    def __init__(self, made: Trainer) -> None:
        self.seconds = 0.0
        for owner, names in ((made.reporter, ("steps", "validated", "interrupted")), (made, ("save",))):
            for name in names:
                setattr(owner, name, self._watched(getattr(owner, name)))

    def _watched(self, work: Callable[..., object]) -> Callable[..., object]:
        def watched(*args: object) -> object:
            began = time.perf_counter()
            try:
                return work(*args)
            finally:
                self.seconds += time.perf_counter() - began

        return watched


if __name__ == "__main__":
    if sys.argv[1:2] == ["crowd"]:
        torch.set_num_threads(1)
        sys.exit(crowd(int(sys.argv[2]), *sys.argv[3:]) > 0)
    main()
