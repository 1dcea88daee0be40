"""The committed documentation is what chapters, labs and results make of it; the test can fail."""

from __future__ import annotations

import re
import shutil

import pytest

from cnn_core.chapters import chapters, docs
from cnn_core.labs import SHELF

FOUND = {
    "verdict": "refuted",
    "why": "It is <not> so | at all.",
    "numbers": {"width_10": 0.4747, "width_1000": 0.05},
    "spread": {"width_10": [0.4, 0.5], "width_1000": [0.05, 0.05]},
    "seeds": [4, 5],
    "seconds": 1.2,
    "machine": "2 cores",
}


def stale(folder):
    """Pages that are not as they would be made now, and pages that nothing makes."""
    made = docs.pages(docs.results(folder))
    there = {"LABS.md", *(f"chapters/{path.name}" for path in (folder / "chapters").glob("*.md"))}
    return [
        name
        for name in sorted({*made, *there})
        if name not in made
        or not (folder / name).is_file()
        or (folder / name).read_text(encoding="utf-8") != made[name]
    ]


def test_the_committed_docs_are_fresh():
    assert stale(docs.DOCS) == [], "run `make docs` and commit what it changes"


def test_twin_a_page_that_was_changed_by_hand_is_found(tmp_path):
    shutil.copytree(docs.DOCS / "chapters", tmp_path / "chapters")
    for name in ("LABS.md", docs.RESULTS):
        if (docs.DOCS / name).is_file():
            shutil.copy(docs.DOCS / name, tmp_path / name)
    docs.write(tmp_path)
    assert stale(tmp_path) == []
    page = tmp_path / "chapters" / "04-receptive-fields-and-dilation.md"
    page.write_text(page.read_text().replace("13 × 13", "15 × 15"))
    (tmp_path / "chapters" / "17-more.md").write_text("#")
    assert stale(tmp_path) == ["chapters/04-receptive-fields-and-dilation.md", "chapters/17-more.md"]
    assert docs.write(tmp_path) == ["chapters/04-receptive-fields-and-dilation.md", "chapters/17-more.md"]
    assert stale(tmp_path) == []


def test_every_lab_and_every_correction_stands_on_a_page_of_its_chapter():
    made = docs.pages({})
    for one in chapters():
        page = made[f"chapters/{one.slug}.md"]
        assert all(f"lab {name}\n" in page for name in one.labs)
        assert page.count("\n> ") == len(one.corrections)


def test_what_was_refuted_stands_first_with_its_numbers():
    page = docs.pages({"interval_width": FOUND, "base_rate": {**FOUND, "verdict": "confirmed", "numbers": {}}})[
        "LABS.md"
    ]
    first, rest = page.split("## All others")
    assert "[`interval_width`]" in first
    assert "[`base_rate`]" in rest
    assert "`width_10` 0.4747 (0.4 to 0.5)<br>`width_1000` 0.05 |" in first
    assert "| 4, 5 | 1 |" in first
    assert "It is \\<not\\> so \\| at all." in first
    assert f"2 of {len(SHELF.names())} done: 1 confirmed, 0 not at this scale, 1 refuted." in page
    assert "[`gradient_by_depth`]" in rest.split("## Not yet done")[1]


@pytest.mark.parametrize("name", ["LABS.md", "chapters/README.md", "chapters/10-measuring-a-classifier.md"])
def test_links_between_the_pages_lead_somewhere(name):
    made = docs.pages({"interval_width": FOUND})
    folder = name.rpartition("/")[0]
    for target, mark in re.findall(r"\]\(([^)#]+\.md)(?:#([^)]+))?\)", made[name]):
        path = target.removeprefix("../") if target.startswith("../") else f"{folder}/{target}".lstrip("/")
        assert path in made
        assert not mark or f'<a id="{mark}"></a>' in made[path]
