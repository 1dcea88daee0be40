"""What lies in the trash of a runs folder and is no deleted run. Those are looked at once they are back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cnn_core.base.errors import Failed, shorten
from cnn_core.runs import trash
from cnn_core.runs.checking.finding import Finding
from cnn_core.runs.checking.strange import NAMED
from cnn_core.runs.run import RunFolder


def look_at_trash(root: Path) -> Iterator[Finding]:
    """What a purge has left and nobody is at, and what is no run. A trash that is a link is not looked into."""
    folder = root / trash.TRASH
    if folder.is_symlink():
        yield Finding(trash.TRASH, "The trash is a link; it was left alone.", wrong=False)
        return
    try:
        runs, left = trash.names(root), trash.unfinished(root)
    except Failed as error:
        yield Finding(trash.TRASH, str(error))
        return
    for path in left:
        if not RunFolder(path).alive():  # else somebody is purging it now
            what = "What a purge that did not come to its end has left."
            yield Finding(f"{trash.TRASH}/{path.name}", what, "It is removed.", partial(trash.finish, path))
    known = {*runs, *(path.name for path in left)}
    for name in sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []:
        if name not in known:
            file = f"{trash.TRASH}/{shorten(name, NAMED)}"
            yield Finding(file, "Not a run of ConvScope; it was left alone.", wrong=False)
