"""What the verbs of the command line share: the arguments and options that mean the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object as the last line on stdout.")]
Runs = Annotated[Path | None, typer.Option("--runs", help="Folder of runs (default: CONVSCOPE_RUNS, else ./runs).")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="An id, an unambiguous beginning of one, or a folder.")]
Background = Annotated[
    bool, typer.Option("--background", help="Put it in the queue and come back at once, as Start on a page does.")
]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="SECTION.FIELD=VALUE", help="A setting; may be given again. See `list` for names."),
]
