"""The store reads a set once, keeps three, and gives arrays that nobody can change."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest

from cnn_core.base.errors import Failed, UnknownName
from cnn_core.data import store
from cnn_core.data.sets import SHELF
from cnn_core.data.sets.digits import Digits
from tests.data.test_mnist import small


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(store, "_kept", type(store._kept)())


def digits(seed: int = 0):
    return store.load("digits", SHELF.load("digits").options(split_seed=seed))


@pytest.fixture
def reads(monkeypatch) -> list[int]:
    """The split seeds that were really read."""
    found, read = [], Digits.load

    def counted(self, options, folder):
        found.append(options.split_seed)
        return read(self, options, folder)

    monkeypatch.setattr(Digits, "load", counted)
    return found


def test_the_same_set_is_read_once(reads):
    assert digits() is digits()
    assert digits(1) is not digits()
    assert reads == [0, 1]


def test_the_three_that_were_asked_for_last_are_kept(reads):
    for seed in (0, 1, 2, 0, 3):  # 1 has to go
        digits(seed)
    assert reads == [0, 1, 2, 3]
    digits(0)
    assert reads == [0, 1, 2, 3]
    digits(1)
    assert reads == [0, 1, 2, 3, 1]


def test_large_sets_are_not_kept_beside_each_other_but_the_last_is_whatever_its_size(reads, monkeypatch):
    one = digits()
    size = sum(split.pictures.nbytes + split.targets.nbytes for split in one.splits.values())
    monkeypatch.setattr(store, "KEEP_BYTES", 2 * size)
    digits(1)
    assert digits() is one  # two fit
    digits(2)  # and 1 has to go
    digits(0)
    digits(1)
    assert reads == [0, 1, 2, 1]
    monkeypatch.setattr(store, "KEEP_BYTES", 1)
    assert digits(3) is digits(3)
    assert len(store._kept) == 1


def test_what_was_asked_for_once_leaves_no_lock_behind():
    """Options are numbers that a visitor may choose: a lock for each would grow for ever."""
    for seed in range(4):
        digits(seed)
    gc.collect()
    assert not store._reading


def test_several_who_ask_at_once_wait_for_one_reading(reads):
    threads = [threading.Thread(target=digits) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reads == [0]


def test_a_set_that_takes_long_holds_up_no_other(monkeypatch):
    began, go_on, read = threading.Event(), threading.Event(), Digits.load

    def slow(self, options, folder):
        if options.split_seed == 9:
            began.set()
            assert go_on.wait(10)
        return read(self, options, folder)

    monkeypatch.setattr(Digits, "load", slow)
    thread = threading.Thread(target=digits, args=(9,))
    thread.start()
    assert began.wait(10)
    digits(0)  # would wait for ever behind one lock for all
    go_on.set()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_nobody_can_change_what_all_share(name):
    entry = SHELF.load(name)
    for split in store.load(name, entry.options(**entry.tiny)).splits.values():
        for array in (split.pictures, split.targets, split.masks):
            if array is not None:
                with pytest.raises(ValueError, match="read-only"):
                    array[0] = 0


def test_the_twin_without_the_store_they_can_be_changed():
    entry = SHELF.load("digits")
    entry.build.load(entry.options(), None).splits["train"].pictures[0] = 0


def test_an_unknown_set_is_named_with_the_nearest():
    with pytest.raises(UnknownName, match='data set "mnst" is not known; did you mean "mnist"'):
        store.load("mnst", SHELF.load("digits").options())


def test_the_data_folder_is_part_of_what_a_set_is_and_a_failure_is_not_kept(tmp_path, monkeypatch):
    import torchvision.datasets

    def no_network(*args, **kwargs):
        raise RuntimeError("no network")

    monkeypatch.setattr(torchvision.datasets, "MNIST", no_network)
    options = SHELF.load("mnist").options()
    for folder in ("a", "b"):
        monkeypatch.setenv("CONVSCOPE_DATA", str(tmp_path / folder))
        with pytest.raises(Failed):
            store.load("mnist", options)
        small(tmp_path / folder, train=24 if folder == "a" else 48)
        found = store.load("mnist", options).splits["train"].targets
        assert len(found) == (22 if folder == "a" else 44)
        assert np.array_equal(found, np.arange(len(found)) % 10)
