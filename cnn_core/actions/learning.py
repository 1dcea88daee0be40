"""Verbs of the chapters: what they are about, what is often said of it but not so, what their labs found here."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cnn_core import chapters as texts
from cnn_core.actions.experimenting import lab_results
from cnn_core.actions.running import Folder
from cnn_core.calculators import SHELF as CALCULATORS
from cnn_core.labs import SHELF as LABS


def chapters() -> list[dict[str, Any]]:
    """All sixteen: `chapter` (its number), `title`, `about` (its first sentence), `labs`, `calculators` by name, and
    how many things are `often_said`."""
    return [
        {
            "chapter": one.number,
            "title": one.title,
            "about": one.idea[0].partition(". ")[0].rstrip(".") + ".",
            "labs": list(one.labs),
            "calculators": list(one.calculators),
            "often_said": len(one.corrections),
        }
        for one in texts.chapters()
    ]


def chapter(number: int, runs: Folder = None) -> dict[str, Any]:
    """One chapter whole.

    Returns:
        `chapter`, `title`, `idea` (paragraphs), `tries` (page, sentence), `labs` (name, claim, seconds, verdict and why
        of the newest result here or None), `calculators` (name, title, question), `often_said` (said, right, number,
        labs, calculators, source).

    Raises:
        UserError: there is none of this number.
    """
    one = texts.chapter(number)
    newest: dict[str, dict[str, Any]] = {}
    for result in lab_results(runs):
        if result["found"]:
            newest.setdefault(result["lab"], result["found"])
    return {
        "chapter": one.number,
        "title": one.title,
        "idea": list(one.idea),
        "tries": [{"page": page, "what": what} for page, what in one.tries],
        "labs": [_lab(name, newest.get(name)) for name in one.labs],
        "calculators": [
            {"name": name, "title": CALCULATORS.load(name).build.title, "question": CALCULATORS.card(name)[0]}
            for name in one.calculators
        ],
        "often_said": [asdict(said) for said in one.corrections],
    }


def _lab(name: str, found: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "name": name,
        "claim": LABS.card(name)[0],
        "seconds": LABS.load(name).build.seconds,
        "verdict": found["verdict"] if found else None,
        "why": found["why"] if found else None,
    }
