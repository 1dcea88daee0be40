"""What is said of a set that has to be fetched and is not there."""

from __future__ import annotations

from pathlib import Path

from cnn_core.data.sets import About, Download


def lacking(name: str, about: About, download: Download, folder: Path, absent: str) -> str:
    """One sentence: what is missing, where it was looked for, its size, and both ways to it."""
    return (
        f"{about.title} is missing ({absent} is not in {folder / download.place}). It needs a network once "
        f"({download.size / 1e6:.0f} MB): download it on the page Data or with `python -m cnn_core download {name}`; "
        f"or set CONVSCOPE_DATA to a folder that has {download.place}."
    )
