"""How texts reach a terminal: JSON, lines and tables; whatever a text holds, it commands nothing."""

from __future__ import annotations

import json as json_module
import re
import sys
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cnn_core.base.errors import printable

_UNSEEN = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")  # JSON leaves these as they are


def as_json(record: dict[str, Any]) -> None:
    """One JSON object on a line of stdout, for scripts."""
    text = json_module.dumps(record, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


class Lines(Console):
    """Prints texts as they are: no markup, and nothing in them that commands the terminal."""

    def print(self, *objects: Any, **options: Any) -> None:
        super().print(*(Text(printable(one)) if isinstance(one, str) else one for one in objects), **options)


class Cells(Table):
    """A table whose cells are texts as they are."""

    def add_row(self, *cells: Any, **options: Any) -> None:
        super().add_row(*(Text(printable(one)) if isinstance(one, str) else one for one in cells), **options)


def out() -> Console:
    """Standard output; as wide as the lines are where it goes into a file or a pipe."""
    return Lines(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)


def note(text: str) -> None:
    """A sentence for people, on stderr."""
    sys.stderr.write(f"{printable(text)}\n")


def percent(share: float | None) -> str:
    """0.9724 is 97.2%."""
    return "–" if share is None else f"{share:.1%}"


def number(value: float | None, digits: int = 3) -> str:
    """With so many digits after the point; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def table(*columns: str) -> Table:
    """A table without lines; a column whose name begins with > is set to the right."""
    made = Cells(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", no_wrap=bool(column))
    return made
