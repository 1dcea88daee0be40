"""The quality report: what was planted is found, and nothing else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from cnn_core.data.quality import copied, near_copies, quality, thumbnails


def saved(array, form="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, form, **options)
    return file.getvalue()


@pytest.fixture
def heap():
    """Twelve smooth colour pictures of 40 x 30 that do not look alike."""
    small = np.random.default_rng(0).integers(0, 256, (12, 5, 6, 3), np.uint8)
    return [np.asarray(Image.fromarray(one).resize((40, 30), Image.Resampling.BICUBIC)) for one in small]


def test_a_clean_heap_has_no_findings(heap):
    found = quality([saved(one) for one in heap])
    assert (found.unreadable, found.exact, found.near, found.grey) == ({}, [], [], [])


def test_each_planted_fault_is_found_at_its_place(heap):
    grey = np.repeat(heap[11].mean(axis=2, keepdims=True).round().astype(np.uint8), 3, axis=2)
    cut = saved(heap[10])[:200]
    again = saved(heap[2], "JPEG", quality=90)
    files = [*(saved(one) for one in heap[:10]), cut, saved(grey), saved(heap[0]), again, saved(heap[0], "BMP"), b"no"]
    found = quality(files)
    assert list(found.unreadable) == [10, 15]
    assert all(text.endswith(".") for text in found.unreadable.values())
    assert found.exact == [(0, 12), (0, 14)]  # the form of the file does not matter
    assert found.near == [(2, 13)]
    assert found.grey == [11]


def test_grey_is_no_finding_where_most_are_grey(heap):
    assert quality([saved(one[..., 0]) for one in heap]).grey == []


def test_flat_pictures_are_like_nothing():
    flat = np.stack([np.full((8, 8, 1), value, np.uint8) for value in (10, 10, 200)])
    assert near_copies(thumbnails(flat)) == []


def test_a_copy_across_two_heaps_is_found_brightened_or_rescaled_and_not_when_it_is_another_one(heap):
    darker = (heap[1] * 0.8).astype(np.uint8)
    larger = np.asarray(Image.fromarray(heap[3]).resize((80, 60), Image.Resampling.BICUBIC).resize((40, 30)))
    found = copied(thumbnails(np.stack(heap[:6])), thumbnails(np.stack([darker, heap[7], larger, heap[8]])))
    assert found.tolist() == [True, False, True, False]
    assert copied(thumbnails(np.stack(heap)), thumbnails(np.stack(heap))[:0]).tolist() == []
