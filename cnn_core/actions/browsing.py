"""Verbs on data sets: what there is, whether it is here, its numbers, its pictures. No torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnn_core.base.errors import UserError, shorten
from cnn_core.base.options import parse_options
from cnn_core.base.settings import data_folder
from cnn_core.data.downloading import by_hand
from cnn_core.data.sets import SHELF as DATASETS
from cnn_core.data.sets import SPLITS, Split
from cnn_core.data.statistics import channel_mean_std, class_counts, some_of_each
from cnn_core.data.statistics import mean_pictures as mean_of_each
from cnn_core.experiment import Choice, data_facts, load_data
from cnn_core.experiment import missing as lacking
from cnn_core.preprocessing.pipeline import frames_of

Values = Mapping[str, Any] | None


def missing(data: Choice) -> str:
    """Why a data set cannot be read from this computer now, in a sentence; empty when it can."""
    return lacking(data)


def about_data(name: str) -> dict[str, Any]:
    """What is known of a data set without reading it: title, sentence, source, licence, size of the download.

    `missing`: why it cannot be read now, empty when it can. `by_hand`: what to put where without a network.
    """
    name = DATASETS.known(name)
    source = DATASETS.load(name).build
    facts = data_facts(_choice(name))
    return {
        "name": name,
        "title": source.about.title,
        "summary": DATASETS.card(name)[0],
        "source": source.about.source,
        "licence": source.about.licence,
        "download": source.download.size if source.download else 0,
        "path": str(data_folder() / source.download.place) if source.download else "",
        "missing": missing(_choice(name)),
        "by_hand": by_hand(source.download, data_folder()) if source.download else "",
        "classes": list(facts.classes),
        "splits": facts.splits,
        "shape": list(facts.shape),
        "frames": facts.frames,
    }


def data(name: str, options: Values = None) -> dict[str, Any]:
    """A data set in numbers.

    Classes, pictures by split, `counts` by split and class, stored shape, `frames` of a film in its channels, mean and
    std of the training split (0..1) by colour.
    """
    chosen = _choice(name, options)
    known, loaded = data_facts(chosen), load_data(chosen)
    train = loaded.splits["train"].pictures
    mean, std = channel_mean_std(frames_of(train, train.shape[3] // known.frames))
    about = DATASETS.load(chosen.name).build.about
    classes = len(known.classes)
    return {
        "name": chosen.name,
        "title": about.title,
        "classes": list(known.classes),
        "splits": {split: len(part.targets) for split, part in loaded.splits.items()},
        "counts": {split: class_counts(part.targets, classes) for split, part in loaded.splits.items()},
        "shape": list(known.shape),
        "frames": known.frames,
        "mean": mean,
        "std": std,
        "source": about.source,
        "licence": about.licence,
    }


def mean_pictures(name: str, options: Values = None) -> NDArray[np.uint8]:
    """The mean training picture of each class, uint8 (K, H, W, C)."""
    chosen = _choice(name, options)
    train = load_data(chosen).splits["train"]
    return mean_of_each(train.pictures, train.targets, len(data_facts(chosen).classes))


def samples(
    name: str, split: str, labels: Sequence[int], count: int, turn: int = 0, options: Values = None
) -> list[tuple[list[int], NDArray[np.uint8]]]:
    """A few pictures of each class, for those in `labels`: their positions in the split, and uint8 (n, H, W, C).

    Args:
        count: how many of each at most. turn: another number shows other ones.

    Raises:
        UserError: no such set or split. Failed: it is missing or damaged.
    """
    part = _split(_choice(name, options), split)
    return [(some, part.pictures[some]) for some in some_of_each(part.targets, labels, count, turn)]


def _split(chosen: Choice, split: str) -> Split:
    if split not in SPLITS:
        raise UserError(f'split is "{shorten(split)}", but must be one of {", ".join(SPLITS)}.')
    return load_data(chosen).splits[split]


def _choice(name: str, options: Values = None) -> Choice:
    name = DATASETS.known(name)
    chosen = parse_options(DATASETS.load(name).options, options or {}, "data")
    return Choice(name=name, options=chosen.model_dump(mode="json"))
