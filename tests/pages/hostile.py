"""Texts that somebody may write into a runs folder, a data set or a file's name, to harm whoever looks at it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cnn_core.base.files import sealed
from cnn_core.data.sets import DataFacts, digits
from cnn_core.runs import notes
from cnn_core.runs.run import RunFolder

ELSEWHERE = "http://elsewhere.invalid"
TEXTS = {
    "picture": f"![x]({ELSEWHERE}/leak.png)",
    "link": f"[x]({ELSEWHERE}/a)",
    "script link": "[x](javascript:window.harmed=1)",
    "html": f"<img src={ELSEWHERE}/h.png onerror=window.harmed=1><script>window.harmed=1</script><b>x</b>",
    "bare address": f"{ELSEWHERE}/b?c=1&d=2#e",
    "bare www": "www.elsewhere.invalid/f",
    "mail": "somebody@elsewhere.invalid",
    "angle address": f"<{ELSEWHERE}/g>",
    "definition": f"[x]: {ELSEWHERE}/r\n\n[x]",
    "footnote": f"[^1] [^1]: {ELSEWHERE}/n",
    "formula": "a $x^2$ b $$y$$",
    "icon": ":material/home:",
    "logo": ":streamlit:",
    "emoji": ":smile:",
    "colour": ":red[x] :blue-background[y] :green-badge[z]",
    "brackets": "]](:red[",
    "emphasis": "**b** _i_ ~~s~~ `c` ***",
    "heading": "# h",
    "underlined heading": "h\n===",
    "list": "- x",
    "number": "1. x",
    "quote": "> x",
    "table": "| a | b |\n|---|---|\n| c | d |",
    "code": "    code\n```\ncode\n```",
    "arrows": "a -> b <- c -- d >= e ~= f",
    "entities": "&lt;b&gt; &#60; &copy;",
    "backslashes": "\\*a\\* \\\\",
    "turned": "a\u202egpj.exe\u202c\u2066b",
    "hebrew": "\u05d0\u05d1, \u05d2",
    "controls": "a\0b\x1b[31mc\x07\x85d\u2028e",
    "half a pair": "a\ud800b",
    "piled": "Z" + "\u0338\u0322\u034e\u0353\u0347" * 40,
    "sheet": '=HYPERLINK("http://elsewhere.invalid","x")',
    "sheet plus": "+1+1",
    "sheet at": "@SUM(1)",
    "sheet tab": "\t=1+1",
    "sheet semicolon": "a;=1+1",
    "path": "../../etc/passwd",
    "escaped path": "%2e%2e%2f%00",
    "long": "long " * 1000,
    "long word": "w" * 5000,
    "percent": "%s %d {0} {x}",
    "quotes": "\"a\" 'b' `c`",
    "empty": "",
    "blank": " \t ",
}
CHOSEN = ("picture", "html", "bare address", "formula", "icon", "sheet", "turned", "long word", "colour", "half a pair")
CLASSES = tuple(TEXTS[name] for name in CHOSEN)


def backslashes(text: str) -> str:
    """An escape that many take for enough."""
    text = text.encode(errors="replace").decode()
    return re.sub(r"([^\w\s])", r"\\\1", " ".join(text.split()))


def name_classes() -> None:
    """Give the digits hostile names: in this process, for good."""
    digits.Digits.facts = facts  # type: ignore[method-assign]


def facts(self: digits.Digits, options: digits.DigitsOptions) -> DataFacts:
    """What the digits say of themselves when their classes have hostile names."""
    return DataFacts(CLASSES, (1, 8, 8), {"train": 1257, **digits.HELD_OUT})


def spoil(folder: Path, text: str, **facts: object) -> None:
    """A run's folder as somebody may bring it: this text wherever its files hold one.

    The state is of the version that had no seal, so that it can hold what is no text at all.
    """
    names = ("label", "message", "notice", "waiting_for", "device", "precision", "reason")
    state = {**RunFolder(folder).stored(), **dict.fromkeys(names, text), **facts, "schema": 1}
    (folder / "state.json").write_text(json.dumps(state))
    (folder / "log.txt").write_bytes(f"{text}\n".encode("utf-8", "surrogatepass"))


def annotate(folder: Path, text: str) -> None:
    """A run's folder as somebody may bring it: this text as its name, note and tag. What JSON cannot hold is left."""
    text = text.encode(errors="replace").decode()
    (folder / notes.FILE).write_bytes(sealed({"schema": 1, "name": text, "note": text, "tags": [text]}))
