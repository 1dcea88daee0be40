"""The rule of every lab, fed with numbers that confirm, that refute, and that are neither (None: there are none)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

RULES = {
    name: numbers
    for path in sorted(Path(__file__).parent.glob("chapter_*.py"))
    for name, numbers in import_module(f"tests.labs.rules.{path.stem}").RULES.items()
}
