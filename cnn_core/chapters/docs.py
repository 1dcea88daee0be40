"""The documentation of chapters and labs, made from them: `make docs`, or `python -m cnn_core.chapters.docs`.

docs/LABS.md: what the labs found, those that refuted something first, from docs/labs.json, which `make labs` writes.
docs/chapters/: a page a chapter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnn_core.base.files import atomic_write
from cnn_core.base.options import OptionField, option_fields
from cnn_core.calculators import SHELF as CALCULATORS
from cnn_core.chapters import Chapter, Correction, chapter, chapters
from cnn_core.chapters.history import FIRST_RESULTS
from cnn_core.labs import SHELF as LABS
from cnn_core.labs import Lab, chapter_of

DOCS = Path(__file__).parents[2] / "docs"
RESULTS = "labs.json"
ORDER = ("refuted", "not at this scale", "confirmed")
SHOWN = 6  # numbers of a lab in the table of all
Results = Mapping[str, Mapping[str, Any]]
MADE = "<!-- made by `make docs`; change the entries, not this page -->"


def pages(results: Results) -> dict[str, str]:
    """The text of every page by its path within docs/.

    Args:
        results: by lab, as `make labs` wrote them; labs without one are said to be not yet done.
    """
    found = {"LABS.md": _labs(results), "chapters/README.md": _index()}
    for one in chapters():
        found[f"chapters/{one.slug}.md"] = _page(one, results)
    return found


def results(docs: Path = DOCS) -> dict[str, Any]:
    """What `make labs` wrote; nothing where it was never called."""
    path = docs / RESULTS
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def write(docs: Path = DOCS) -> list[str]:
    """Write all pages and remove chapters' pages that are no longer made; the paths that changed."""
    made = pages(results(docs))
    (docs / "chapters").mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in made.items():
        path = docs / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            atomic_write(path, text.encode())
            changed.append(name)
    for path in (docs / "chapters").glob("*.md"):
        if f"chapters/{path.name}" not in made:
            path.unlink()
            changed.append(f"chapters/{path.name}")
    return changed


# --- the table of all labs -------------------------------------------------------------------------------------------


def _labs(found: Results) -> str:
    names = [name for name in LABS.names() if name in found]
    counts = ", ".join(f"{sum(found[name]['verdict'] == one for name in names)} {one}" for one in reversed(ORDER))
    refuted = [name for name in names if found[name]["verdict"] == "refuted"]
    rest = sorted((name for name in names if name not in refuted), key=lambda name: ORDER.index(found[name]["verdict"]))
    rest.sort(key=chapter_of)
    todo = [name for name in LABS.names() if name not in found]
    parts = [
        MADE,
        "# What our labs found",
        "Each lab is a claim, settled by an experiment whose rule was written before it ran. Numbers are means over "
        "the seeds, with the lowest and the highest in brackets. `make labs` does them all again; "
        "`python -m cnn_core lab NAME` does one, and so does the page *Labs*.",
        f"{len(names)} of {len(LABS.names())} done: {counts}." + _machines(found),
        "## Refuted by our own labs",
        _table(refuted, found)
        if refuted
        else "None of the claims as they stand. What books say and our chapters correct stands in [the chapters]"
        "(chapters/README.md) under *often said, but*.",
        "## All others",
        _table(rest, found) if rest else "None yet.",
        "## Changed after a first result",
        "A set-up or rule that was chosen by looking at a result is weaker evidence than one that was not.",
        _lines(f"- [`{name}`]({_home(name)}): {_text(said)}" for name, said in FIRST_RESULTS.items()),
    ]
    if todo:
        parts += [
            "## Not yet done",
            _lines(f"- [`{name}`]({_home(name)}): {_text(LABS.card(name)[0])}" for name in todo),
        ]
    return _joined(parts)


def _machines(found: Results) -> str:
    machines = sorted({str(one["machine"]) for one in found.values() if one.get("machine")})
    return f" Measured on {'; '.join(machines)}." if machines else ""


def _table(names: list[str], found: Results) -> str:
    rows = ["| lab | claim | verdict | numbers | seeds | seconds |", "|---|---|---|---|---|---|"]
    for name in names:
        one = found[name]
        cells = [f"[`{name}`]({_home(name)})", _text(LABS.card(name)[0]), f"**{one['verdict']}**. {_text(one['why'])}"]
        cells += [_numbers(name, one), ", ".join(map(str, one["seeds"])), f"{one['seconds']:.0f}"]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return _lines(rows)


def _numbers(name: str, one: Mapping[str, Any]) -> str:
    keys = [key for key in LABS.load(name).build.numbers if key in one["numbers"]][:SHOWN]
    return "<br>".join(f"`{key}` {_mean(one, key)}" for key in keys)


def _mean(one: Mapping[str, Any], key: str) -> str:
    low, high = one["spread"][key]
    mean = f"{one['numbers'][key]:.4g}"
    return mean if low == high else f"{mean} ({low:.4g} to {high:.4g})"


def _home(name: str, within: str = "chapters/") -> str:
    return f"{within}{chapter(chapter_of(name)).slug}.md#{name.replace('_', '-')}"


# --- chapters --------------------------------------------------------------------------------------------------------


def _index() -> str:
    rows = ["| chapter | labs | often said, but |", "|---|---|---|"]
    for one in chapters():
        labs = ", ".join(f"[`{name}`]({_home(name, '')})" for name in one.labs)
        rows.append(f"| [{one.number} · {one.title}]({one.slug}.md) | {labs} | {len(one.corrections)} |")
    intro = "The same as on the page *Chapters* and in `python -m cnn_core chapters`. What the labs found: [LABS.md]"
    return _joined([MADE, "# The sixteen chapters", f"{intro}(../LABS.md).", _lines(rows)])


def _page(one: Chapter, found: Results) -> str:
    parts = [MADE, f"# {one.number} · {one.title}", *map(_text, one.idea)]
    if one.calculators:
        listed = (f"- `calculate {name}`: {_text(CALCULATORS.card(name)[0])}" for name in one.calculators)
        parts += ["## Calculators", _lines(listed)]
    if one.labs:
        parts.append("## Labs")
    for name in one.labs:
        parts += _lab(name, found.get(name))
    return _joined([*parts, "## Often said, but", *map(_correction, one.corrections), "[All chapters](README.md)"])


def _lab(name: str, result: Mapping[str, Any] | None) -> list[str]:
    entry = LABS.load(name)
    claim, more = LABS.card(name)
    said = "Not yet done." if result is None else f"**{result['verdict'].capitalize()}.** {_text(result['why'])}"
    if result is not None:
        said += f" Seeds {', '.join(map(str, result['seeds']))}, {result['seconds']:.0f} s."
    parts = [
        f'<a id="{name.replace("_", "-")}"></a>',
        f"### {entry.build.title}",
        f"**{_text(claim)}** {_text(more)}",
        f"*Varied.* {_text(entry.build.varies)}",
        f"*Rule.* {_text(entry.build.rule)}",
        f"*Found.* {said}",
        _meanings(entry.build, result),
    ]
    if fields := option_fields(entry.options):
        rows = ["| option | default | what it is |", "|---|---|---|"]
        rows += [f"| `{one.name}` | {_default(one)} | {_cell(one.description)} |" for one in fields]
        parts.append(_lines(rows))
    example = f"python -m cnn_core lab {name}"
    return [*parts, f"*Next.* {_text(entry.build.next)}", f"```\n{example}\n```"]


def _meanings(lab: Lab, result: Mapping[str, Any] | None) -> str:
    rows = ["| number | what it is | found |", "|---|---|---|"]
    for key, meaning in lab.numbers.items():
        mean = _mean(result, key) if result is not None and key in result["numbers"] else ""
        rows.append(f"| `{key}` | {_cell(meaning)} | {mean} |")
    return _lines(rows)


def _default(one: OptionField) -> str:
    bounds = " or ".join(map(str, one.choices)) if one.choices else ""
    if not bounds and one.low is not None and one.high is not None and not isinstance(one.default, bool):
        bounds = f"{one.low:g} to {one.high:g}"
    return _cell(f"{one.default}" + (f" ({bounds})" if bounds else ""))


def _correction(one: Correction) -> str:
    shown = [f"[{LABS.load(name).build.title}]({_home(name, '')})" for name in one.labs]
    shown += [f"`calculate {name}`" for name in one.calculators]
    told = " ".join(filter(None, (_text(one.right), f"**{_text(one.number)}**" if one.number else "")))
    under = " · ".join([*shown, *([f"*{_text(one.source)}*"] if one.source else [])])
    return f"> {_text(one.said)}\n\n{told}" + (f"\n\n{under}" if under else "")


# --- Markdown --------------------------------------------------------------------------------------------------------


def _text(text: str) -> str:
    """A text in one line; signs that Markdown would take for its own are escaped, but for code between backticks."""
    pieces = " ".join(text.split()).split("`")
    if len(pieces) % 2 == 0:
        return _escaped("`".join(pieces))
    return "".join(f"`{one}`" if place % 2 else _escaped(one) for place, one in enumerate(pieces))


def _escaped(text: str) -> str:
    return re.sub(r"([*<>\[\]])", r"\\\1", text)


def _cell(text: str) -> str:
    return _text(text).replace("|", "\\|")


def _lines(lines: Any) -> str:
    return "\n".join(lines)


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


if __name__ == "__main__":
    changed = write()
    print("\n".join(changed) or "Nothing has changed.")  # noqa: T201 - what a command says
