"""What a lab found, as one record: means over the seeds that are done, their spread, the verdict by its rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from cnn_core.labs import SHELF, Reading, chapter_of


def reading_record(seed: int, reading: Reading, runs: Sequence[str], seconds: float) -> dict[str, Any]:
    """What one seed gave, as JSON."""
    return {
        "seed": seed,
        "numbers": {name: float(value) for name, value in reading.numbers.items()},
        "curves": {name: [[float(x), float(y)] for x, y in points] for name, points in reading.curves.items()},
        "runs": list(runs),
        "seconds": seconds,
    }


def found(name: str, options: Mapping[str, Any], readings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The result so far, from at least one seed.

    Returns:
        `lab`, `title`, `chapter`, `claim`, `options`, `verdict`, `why`, `rule`, `numbers` (means), `spread` (lowest and
        highest), `seeds`, `seconds`, `readings` as `reading_record` gives them.
    """
    lab = SHELF.load(name).build
    values = {key: [one["numbers"][key] for one in readings] for key in readings[0]["numbers"]}
    means = {key: fmean(some) for key, some in values.items()}
    verdict, why = lab.judge(means)
    return {
        "lab": name,
        "title": lab.title,
        "chapter": chapter_of(name),
        "claim": SHELF.card(name)[0],
        "options": dict(options),
        "verdict": verdict,
        "why": why,
        "rule": lab.rule,
        "numbers": means,
        "spread": {key: [min(some), max(some)] for key, some in values.items()},
        "seeds": [one["seed"] for one in readings],
        "seconds": sum(one["seconds"] for one in readings),
        "readings": list(readings),
    }
