"""One network, many threads: every answer is the one that a single thread gets, to the bit."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext

import numpy as np
import pytest
from torch import Tensor, nn

from cnn_core.attribution.explain import explain
from cnn_core.network import Network
from tests.makers import hooks, network, picture, tiny_classifier
from tests.serving import PROJECT

PICTURES = [picture(seed=seed) for seed in (1, 2)]
LAYER = "1.3"


class Meeting(nn.Module):
    """Waits until two threads are inside the network, or (where a lock keeps the second out) for a moment."""

    def __init__(self) -> None:
        super().__init__()
        self.together = threading.Barrier(2)

    def forward(self, images: Tensor) -> Tensor:
        try:
            self.together.wait(0.2)
        except threading.BrokenBarrierError:
            self.together.reset()
        return images

    def __deepcopy__(self, memo: dict[int, object]) -> nn.Module:
        return nn.Identity()  # in the skeleton from which the layers are read


def meeting_place() -> Network:
    return network(
        nn.Sequential(Meeting(), tiny_classifier(), Meeting())
    )  # nobody leaves before both have been at work


def activations(of: Network, seen: np.ndarray) -> bytes:
    return of.activations(of.preprocess(seen), LAYER).numpy().tobytes()


def heat(of: Network, seen: np.ndarray) -> bytes:
    return explain(of, seen, layer=LAYER, target=0).heat.tobytes()


def at_once(of: Network, ask: Callable[[Network, np.ndarray], bytes]) -> list[object]:
    """What two threads get that ask about two pictures at the same moment."""
    found: list[object] = [None, None]

    def go(number: int) -> None:
        try:
            found[number] = ask(of, PICTURES[number])
        except Exception as error:  # noqa: BLE001 - another wrong answer
            found[number] = error

    threads = [threading.Thread(target=go, args=(number,)) for number in (0, 1)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    return found


@pytest.mark.parametrize("ask", [activations, heat])
def test_two_who_ask_at_the_same_moment_get_their_own_answers(ask):
    of = meeting_place()
    alone = [ask(network(nn.Sequential(nn.Identity(), tiny_classifier())), one) for one in PICTURES]
    assert alone[0] != alone[1]
    assert at_once(of, ask) == alone
    assert hooks(of.module) == []


@pytest.mark.parametrize("ask", [activations, heat])
def test_twin_without_the_lock_one_sees_what_the_other_asked(ask):
    of = meeting_place()
    of.lock = nullcontext()
    alone = [ask(network(nn.Sequential(nn.Identity(), tiny_classifier())), one) for one in PICTURES]
    assert at_once(of, ask) != alone


@pytest.mark.timeout(170)
def test_32_threads_that_explain_and_predict_get_no_wrong_answer():
    """In a process of its own, for hooks that two threads share have been seen to end the whole process."""
    command = [sys.executable, "-m", "benchmarks.safety", "crowd", "200", "small_cnn"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=160)
    assert done.returncode == 0, (done.returncode, done.stdout, done.stderr[-2000:])
    assert "0 of 200" in done.stdout
