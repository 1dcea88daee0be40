"""CIFAR's files: read without running them, in both published forms; checked; large ones are mapped."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from cnn_core import actions
from cnn_core.base.errors import Failed
from cnn_core.data import converted, store
from cnn_core.data.sets import SHELF
from cnn_core.data.sets._batches import NotABatch, read_batch
from cnn_core.experiment import resolve
from tests.data.origin import batch, cifar


def load(folder: Path, name: str = "cifar10"):
    entry = SHELF.load(name)
    return entry.build.load(entry.options(), folder)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_batch_is_read_as_pickle_reads_it(protocol):
    data = batch(12, protocol=protocol)
    rows, labels = read_batch(data, "labels")
    truth = pickle.loads(data)
    assert np.array_equal(rows, truth[b"data"])
    assert labels.tolist() == truth[b"labels"]


def test_a_batch_in_the_words_of_python_2_is_read():
    """Byte for byte what Python 2.7's cPickle wrote for two pictures: the form of the published files."""
    rows = np.random.default_rng(0).integers(0, 256, (2, 3072), np.uint8)
    data = (
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x15training batch 1 of 5q\x03"
        b"U\x06labelsq\x04]q\x05(K\x06K\teU\x04dataq\x06"
        b"cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b\x87Rq\t(K\x01K\x02M\x00\x0c\x86"
        b"cnumpy\ndtype\nq\nU\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|NNN"
        b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x18\x00\x00"
        + rows.tobytes()
        + b"tbU\tfilenamesq\x0c]q\r(U\x05a.pngq\x0eU\x05b.pngq\x0feu."
    )
    assert np.array_equal(pickle.loads(data, encoding="bytes")[b"data"], rows)  # it is a pickle
    found, labels = read_batch(data, "labels")
    assert np.array_equal(found, rows)
    assert labels.tolist() == [6, 9]


@pytest.mark.parametrize(("name", "classes", "last"), [("cifar10", 10, "truck"), ("cifar100", 100, "worm")])
def test_colours_rows_and_columns_are_where_they_belong(tmp_path, name, classes, last):
    place = cifar(tmp_path, name)
    data = load(tmp_path, name)
    assert (len(data.classes), data.classes[-1]) == (classes, last)
    source = SHELF.load(name).build
    raw = [pickle.loads((place / file).read_bytes())[b"data"] for file in source.train]
    planes = np.concatenate(raw).reshape(-1, 3, 32, 32)
    learned = np.concatenate([data.splits[split].pictures for split in ("train", "val")])
    assert learned[3, 5, 7].tolist() == planes[3, :, 5, 7].tolist()
    assert np.array_equal(learned.transpose(0, 3, 1, 2), planes)
    assert len(data.splits["val"].targets) == len(planes) // 10
    assert len(data.splits["test"].targets) == 20


@pytest.mark.parametrize(("name", "labels"), [("cifar10", 1), ("cifar100", 2)])
def test_the_binary_form_holds_the_same(tmp_path, name, labels):
    truth = load(cifar(tmp_path / "pickled", name).parent, name)
    source = SHELF.load(name).build
    folder = tmp_path / "data" / source.binary
    folder.mkdir(parents=True)
    for file in (*source.train, source.test):
        rows, targets = read_batch((tmp_path / "pickled" / source.download.place / file).read_bytes(), source.labels)
        other = np.full((len(rows), labels - 1), 7, np.uint8)
        (folder / f"{file}.bin").write_bytes(np.c_[other, targets.astype(np.uint8), rows].tobytes())
    found = load(tmp_path / "data", name)
    for split, part in truth.splits.items():
        assert np.array_equal(found.splits[split].pictures, part.pictures)
        assert np.array_equal(found.splits[split].targets, part.targets)
    (folder / f"{source.test}.bin").write_bytes(b"x" * 3073 * 2 + b"y")
    with pytest.raises(Failed, match=rf"bytes, not rows of 3,07{2 + labels}"):
        load(tmp_path / "data", name)


@pytest.mark.parametrize("absent", ["data_batch_1", "data_batch_5", "test_batch"])
def test_a_missing_file_is_said_with_what_to_do(tmp_path, absent):
    (cifar(tmp_path) / absent).unlink()
    sentence = SHELF.load("cifar10").build.missing(None, tmp_path)
    for part in ("CIFAR-10", absent, "network once (170 MB)", "download cifar10", "CONVSCOPE_DATA"):
        assert part in sentence
    with pytest.raises(Failed, match=re.escape(sentence)):
        load(tmp_path)


DAMAGE = {
    "cut": (lambda d: d[:-200], "it is not such a file, or not whole"),
    "empty": (lambda d: b"", "it is not such a file"),
    "page": (lambda d: b"<html>not here</html>", "it is not such a file"),
    "list": (lambda d: pickle.dumps([1, 2], protocol=2), "it is not such a file"),
    "no pictures": (lambda d: batch(20, data=None), "it has no pictures"),
    "no labels": (lambda d: batch(20, labels=b"none"), "it has no labels"),
    "labels of another kind": (lambda d: batch(20, labels=["cat"] * 20), "it has no labels"),
    "fewer labels": (lambda d: batch(20, labels=[1] * 19), "it has 19 labels for 20 pictures"),
    "label too high": (lambda d: batch(20, labels=[10] * 20), "it has the label 10"),
    "label below": (lambda d: batch(20, labels=[-1] * 20), "it has the label -1"),
    "other size": (lambda d: batch(20, data=np.zeros((20, 784), np.uint8)), "its pictures are 20 x 784, not N x 3072"),
    "no rows": (lambda d: batch(0, protocol=4), "its pictures are 0 x 3072"),
    "floats": (lambda d: batch(20, data=np.zeros((20, 3072), np.float32)), "an array in it is not of bytes"),
}


@pytest.mark.parametrize(("change", "why"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_named_with_what_is_wrong_and_what_to_do(tmp_path, change, why):
    path = cifar(tmp_path) / "data_batch_2"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(Failed) as error:
        load(tmp_path)
    assert str(error.value).startswith(f"{path} is damaged: ")
    assert why in str(error.value)
    assert "Delete it and download CIFAR-10 again" in str(error.value)


class Harm:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_a_pickle_that_runs_something_is_refused_and_nothing_is_run(tmp_path, protocol):
    made = tmp_path / "harmed"
    for harm in (Harm(os.mkdir, str(made)), Harm(eval, f"__import__('os').mkdir({str(made)!r})")):
        data = pickle.dumps({b"data": harm, b"labels": [1]}, protocol=protocol)
        with pytest.raises(NotABatch):
            read_batch(data, "labels")
        assert not made.exists()
        pickle.loads(data)  # the twin: it would have
        made.rmdir()


BOMBS = {
    "memo": b"\x80\x02}r\xff\xff\xff\x7f.",
    "bytes": b"\x80\x04B\xff\xff\xff\x7fx.",
    "bytes of 8": b"\x80\x04\x8e" + b"\xff" * 7 + b"\x00x.",
    "byte array": b"\x80\x05\x96" + b"\xff" * 7 + b"\x00x.",
    "frame": b"\x80\x04\x95" + b"\xff" * 7 + b"\x00}.",
    "array": b"\x80\x02}(U\x04datacnumpy\nndarray\n)R(K\x01J\xff\xff\xff\x7fK\x02\x86"
    b"cnumpy\ndtype\nU\x02u1\x85R\x89U\x01xtbu.",
    "dtype": b"\x80\x02}(U\x04datacnumpy\nndarray\n)R(K\x01K\x01\x85cnumpy\ndtype\nU\x01O\x85R\x89U\x01xtbu.",
    "persistent": b"\x80\x02U\x01xQ.",
    "extension": b"\x80\x02\x82\x01.",
    "build on a name": b"\x80\x02cnumpy\ndtype\n}U\x04nameU\x01xsb.",
    "nested": b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "number": b"\x80\x02I" + b"9" * 100_000 + b"\n.",
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_pickle_that_wants_memory_or_does_what_none_of_ours_does_is_refused(data):
    with pytest.raises(NotABatch):
        read_batch(data, "labels")


def test_any_change_of_any_byte_ends_in_pictures_or_in_a_word():
    data = batch(1)
    head = [*range(200), *range(len(data) - 400, len(data))]
    rng = np.random.default_rng(0)
    for place in head:
        changed = bytearray(data)
        changed[place] = rng.integers(256)
        try:
            rows, labels = read_batch(bytes(changed), "labels")
        except NotABatch:
            continue
        assert (rows.shape[1], rows.dtype, labels.dtype) == (3072, np.uint8, np.int64)


# ---------------------------------------------------------------- mapped


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(converted, "LARGE", 100_000)  # five batches are; the test batch is not


def mapped(array: np.ndarray) -> bool:
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def test_a_large_set_is_laid_out_once_and_mapped_from_then_on(tmp_path, monkeypatch):
    small = load(cifar(tmp_path / "small").parent)
    assert not any(mapped(one.pictures) for one in small.splits.values())
    monkeypatch.setattr(converted, "LARGE", 100_000)
    read, counted = [], SHELF.load("cifar10").build._read
    monkeypatch.setattr(
        type(SHELF.load("cifar10").build), "_read", lambda self, path: read.append(path) or counted(path)
    )
    place = cifar(tmp_path / "large")
    for _ in range(2):
        found = load(place.parent)
        assert [mapped(one.pictures) for one in found.splits.values()] == [True, True, False]
        for split, part in small.splits.items():
            assert np.array_equal(found.splits[split].pictures, part.pictures)
            assert np.array_equal(found.splits[split].targets, part.targets)
    assert [path.name for path in read] == [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch", "test_batch"]


def test_a_network_learns_from_a_mapped_set(tmp_path, large, monkeypatch):
    monkeypatch.setenv("CONVSCOPE_DATA", str(cifar(tmp_path / "data").parent))
    settings = {"data": "cifar10", "model": {"name": "resnet_cifar", "options": {"width": 4}}}
    record = actions.train(resolve({**settings, "train": {"epochs": 1, "batch_size": 30}}))
    assert (record["status"], record["epochs"]) == ("done", 1)
    assert mapped(store.load("cifar10", SHELF.load("cifar10").options()).splits["train"].pictures)


def test_changed_files_are_laid_out_anew_and_the_old_layout_goes(tmp_path, large):
    place = cifar(tmp_path)
    load(tmp_path)
    before = set((tmp_path / converted.FOLDER).iterdir())
    (place / "data_batch_1").write_bytes(batch(30, seed=99))
    assert len(load(tmp_path).splits["train"].targets) == 99
    after = set((tmp_path / converted.FOLDER).iterdir())
    assert len(after) == len(before) == 2
    assert not before & after


@pytest.mark.parametrize("spoil", [b"", b"x" * 1000, b"\x93NUMPY\x01\x00"])
def test_a_spoiled_layout_is_made_anew(tmp_path, large, spoil):
    cifar(tmp_path)
    truth = load(tmp_path).splits["train"].pictures.copy()
    for path in (tmp_path / converted.FOLDER).glob("*.npy"):
        path.unlink()
        path.write_bytes(spoil)
        assert np.array_equal(load(tmp_path).splits["train"].pictures, truth)


def test_a_folder_that_cannot_be_written_is_read_all_the_same(tmp_path, large):
    truth = load(cifar(tmp_path / "a").parent)
    cifar(tmp_path / "b")
    (tmp_path / "b" / converted.FOLDER).write_text("a file in the way")
    found = load(tmp_path / "b")
    assert np.array_equal(found.splits["train"].pictures, truth.splits["train"].pictures)
    assert not mapped(found.splits["train"].pictures)


def test_a_pickle_in_place_of_the_layout_is_not_run(tmp_path, large):
    cifar(tmp_path)
    load(tmp_path)
    made = tmp_path / "harmed"
    for path in list((tmp_path / converted.FOLDER).glob("*.npy")):
        path.write_bytes(pickle.dumps(Harm(os.mkdir, str(made))))
    load(tmp_path)
    assert not made.exists()
