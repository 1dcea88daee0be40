"""A shelf: a folder in which every file is one interchangeable thing, known by its file name."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Generic

from cnn_core.base.errors import UnknownName
from cnn_core.base.options import Build, Entry


@dataclass(frozen=True)
class Shelf(Generic[Build]):
    """Names in order, cards without importing, entries by name.

    `name` is the word of the command line (`datasets`), `package` the folder as a module, `singular` what one entry
    is called in a sentence, `first` the default and what a learner should meet next, `renamed` old names to new ones.
    """

    name: str
    package: str
    singular: str
    first: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash(self.package)

    @property
    def folder(self) -> Path:
        return Path(__file__).parents[2].joinpath(*self.package.split("."))

    def names(self) -> list[str]:
        return list(_names(self.folder, self.first))

    def card(self, name: str) -> tuple[str, str]:
        """The sentence and the help of an entry, read from its docstring without importing it."""
        return _card(self.folder / f"{self.known(name)}.py")

    def load(self, name: str) -> Entry[Build]:
        """Import one entry; a broken file raises here instead of silently leaving the list."""
        entry: Entry[Build] = import_module(f"{self.package}.{self.known(name)}").ENTRY
        return entry

    def known(self, name: str) -> str:
        """The name as it is called today.

        Raises:
            UnknownName: says what there is and the nearest spelling.
        """
        name = self.renamed.get(name, name)
        if name not in self.names():
            raise UnknownName(name, self.singular, self.names())
        return name


@cache
def _names(folder: Path, first: tuple[str, ...]) -> tuple[str, ...]:
    found = sorted(path.stem for path in folder.glob("[a-z]*.py"))
    return (*first, *(name for name in found if name not in first))


@cache
def _card(path: Path) -> tuple[str, str]:
    source = path.read_text(encoding="utf-8")
    sentence, _, more = (ast.get_docstring(ast.parse(source)) or path.stem).partition("\n\n")
    return " ".join(sentence.split()), more
