"""Files in MNIST's form: read as torchvision reads them, checked, and a plain word where they are not."""

from __future__ import annotations

import gzip
import socket
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnn_core.base.errors import Failed
from cnn_core.data.sets import SHELF
from cnn_core.data.sets._idx import FILES, NAMES
from cnn_core.data.statistics import channel_mean_std, class_counts

ENTRY = SHELF.load("mnist")


def load(folder: Path):
    return ENTRY.build.load(ENTRY.options(), folder)


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def small(folder: Path, packed: bool = False, train: int = 24, test: int = 10) -> Path:
    """Four files of the right form with few pictures; returns their folder."""
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for (images, labels), count in zip(FILES.values(), (train, test), strict=True):
        write(raw, images, idx(rng.integers(0, 256, (count, 28, 28), np.uint8)), packed)
        write(raw, labels, idx(np.arange(count, dtype=np.uint8) % 10), packed)
    return raw


def write(raw: Path, name: str, data: bytes, packed: bool = False) -> None:
    if packed:
        (raw / f"{name}.gz").write_bytes(gzip.compress(data))
    else:
        (raw / name).write_bytes(data)


# ---------------------------------------------------------------- the real files


def test_the_real_mnist_has_its_published_counts_mean_and_deviation(mnist):
    data = load(mnist)
    facts = ENTRY.build.facts(ENTRY.options())
    assert {name: len(one.targets) for name, one in data.splits.items()} == facts.splits
    assert facts.splits == {"train": 55_000, "val": 5_000, "test": 10_000}
    counts = np.add(*(class_counts(data.splits[name].targets, 10) for name in ("train", "val")))
    assert counts.tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert class_counts(data.splits["test"].targets, 10) == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    whole = np.concatenate([data.splits["train"].pictures, data.splits["val"].pictures])
    mean, std = channel_mean_std(whole)
    assert (round(mean[0], 4), round(std[0], 4)) == (0.1307, 0.3081)


def test_the_real_mnist_is_torchvisions_in_the_order_of_the_files(mnist):
    from torchvision.datasets import MNIST

    data = load(mnist)
    for train, names in ((True, ("train", "val")), (False, ("test",))):
        theirs = MNIST(str(mnist), train=train)
        ours = [data.splits[name] for name in names]
        assert np.array_equal(np.concatenate([one.pictures for one in ours])[..., 0], theirs.data.numpy())
        assert np.array_equal(np.concatenate([one.targets for one in ours]), theirs.targets.numpy())


# ---------------------------------------------------------------- any files


@pytest.mark.parametrize("packed", [False, True])
def test_the_files_may_be_packed_or_not(tmp_path, packed):
    small(tmp_path, packed)
    assert ENTRY.build.missing(ENTRY.options(), tmp_path) == ""
    data = load(tmp_path)
    assert {name: len(one.targets) for name, one in data.splits.items()} == {"train": 22, "val": 2, "test": 10}
    assert data.splits["val"].targets.tolist() == [2, 3]  # the last of 24: 22 and 23
    assert data.splits["train"].pictures.shape == (22, 28, 28, 1)


IMAGES, LABELS = FILES["train"]
FAULTS = {
    "cut": (IMAGES, lambda d: d[:-5], "bytes where 24 x 28 x 28 are stated"),
    "longer": (IMAGES, lambda d: d + b"x", "bytes where 24 x 28 x 28 are stated"),
    "not such a file": (IMAGES, lambda d: b"<html>" + d, "does not begin as such a file does"),
    "header only": (IMAGES, lambda d: d[:9], "does not begin as such a file does"),
    "empty": (LABELS, lambda d: b"", "does not begin as such a file does"),
    "labels instead of pictures": (IMAGES, lambda d: idx(np.zeros(24, np.uint8)), "does not begin"),
    "negative size": (LABELS, lambda d: d[:4] + struct.pack(">i", -1) + d[8:], "bytes where -1 are stated"),
    "no pictures": (LABELS, lambda d: idx(np.zeros(0, np.uint8)), "bytes where 0 are stated"),
    "other size": (IMAGES, lambda d: idx(np.zeros((24, 32, 28), np.uint8)), "its pictures are 28 x 32"),
    "sizes beyond 64 bits": (
        IMAGES,
        lambda d: d[:4] + struct.pack(">3I", 2**24, 2**20, 2**20),  # 2**64, which is 0 in 64 bits
        "holds 0 bytes where 16777216 x 1048576 x 1048576 are stated",
    ),
    "fewer labels": (LABELS, lambda d: idx(np.zeros(23, np.uint8)), "23 labels for 24 pictures"),
    "label 10": (LABELS, lambda d: idx(np.full(24, 10, np.uint8)), "has the label 10"),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("name", "fault", "why"), FAULTS.values(), ids=FAULTS)
def test_a_damaged_file_is_named_with_what_is_wrong_and_what_to_do(tmp_path, name, fault, why, packed):
    raw = small(tmp_path, packed)
    path = raw / (f"{name}.gz" if packed else name)
    data = gzip.decompress(path.read_bytes()) if packed else path.read_bytes()
    write(raw, name, fault(data), packed)
    with pytest.raises(Failed) as error:
        load(tmp_path)
    assert str(error.value).startswith(f"{path} is damaged: ")
    assert why in str(error.value)
    assert "Delete it and download MNIST again" in str(error.value)


def test_a_packed_file_that_was_cut_is_named(tmp_path):
    raw = small(tmp_path, packed=True)
    path = raw / f"{IMAGES}.gz"
    for broken in (path.read_bytes()[:-100], b"\x1f\x8b" + bytes(50), b"no gzip at all"):
        path.write_bytes(broken)
        with pytest.raises(Failed, match="is damaged: it cannot be read to its end"):
            load(tmp_path)


def test_fashion_mnist_is_read_in_the_same_way_from_its_own_folder(tmp_path):
    small(tmp_path).parent.rename(tmp_path / "FashionMNIST")
    entry = SHELF.load("fashion_mnist")
    assert ENTRY.build.missing(ENTRY.options(), tmp_path)
    assert entry.build.missing(entry.options(), tmp_path) == ""
    data = entry.build.load(entry.options(), tmp_path)
    assert (data.classes[0], data.classes[9]) == ("T-shirt/top", "Ankle boot")
    assert [len(one.targets) for one in data.splits.values()] == [22, 2, 10]
    (tmp_path / "FashionMNIST" / "raw" / IMAGES).write_bytes(b"x")
    with pytest.raises(Failed, match="Delete it and download Fashion-MNIST again"):
        entry.build.load(entry.options(), tmp_path)


# ---------------------------------------------------------------- no files


@pytest.mark.parametrize("absent", NAMES)
def test_one_missing_file_is_said_with_where_it_was_looked_for_and_what_to_do(tmp_path, absent):
    raw = small(tmp_path)
    (raw / absent).unlink()
    sentence = ENTRY.build.missing(ENTRY.options(), tmp_path)
    for part in ("MNIST", absent, str(raw), "network once (12 MB)", "download mnist", "CONVSCOPE_DATA"):
        assert part in sentence
    with pytest.raises(Failed) as failed:
        load(tmp_path)
    assert str(failed.value) == sentence


def test_nothing_is_fetched_by_reading(tmp_path, monkeypatch):
    tried = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: tried.append(args))
    monkeypatch.setattr(socket, "create_connection", lambda *args, **kwargs: tried.append(args))
    with pytest.raises(Failed):
        load(tmp_path)
    assert tried == []


def test_files_are_read_without_torchvision_or_torch(tmp_path):
    small(tmp_path)
    code = (
        "import sys; from pathlib import Path; from cnn_core.data.sets.mnist import ENTRY; "
        "ENTRY.build.load(ENTRY.options(), Path(sys.argv[1])); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 0
