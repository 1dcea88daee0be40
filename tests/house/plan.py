"""Reads the plan of the house: floors from the document, imports from the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (\d+) \| `(\w+)` \|", re.MULTILINE)
DOTTED = re.compile(r"cnn_core(\.[A-Za-z_]\w*)+(:\w+)?")  # a whole string that names a module, as a job's kind does


class Lean(NamedTuple):
    """One place where a room leans on another module."""

    place: str  # file:line
    room: str
    module: str  # dotted


def floors(document: str) -> dict[str, int]:
    """The floor of each room, from the table of docs/ARCHITECTURE.md."""
    return {room: int(floor) for floor, room in ROW.findall(document)}


def sources(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file of the house with its room: the folder or file in cnn_core, `pages`, `app`."""
    for path in sorted((root / "cnn_core").rglob("*.py")):
        first = path.relative_to(root / "cnn_core").parts[0]
        yield first.removesuffix(".py"), path
    for path in sorted((root / "pages").rglob("*.py")):
        yield "pages", path
    if (root / "app.py").exists():
        yield "app", root / "app.py"


def leans(root: Path) -> list[Lean]:
    """Every module that the house imports or names in a string, wherever in a file that stands."""
    found = []
    for room, path in sources(root):
        package = list(path.relative_to(root).parts[:-1])
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            place = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
            found += [Lean(place, room, module) for module in _modules(node, package)]
    return found


def _modules(node: ast.AST, package: list[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        module = ".".join([*base, *([node.module] if node.module else [])])
        return [f"{module}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOTTED.fullmatch(node.value):
        return [node.value.partition(":")[0]]
    return []


def room_of(module: str, rooms: dict[str, int]) -> str | None:
    """The room that a module is in; None for modules outside the house."""
    first, *rest = module.split(".")
    if first in ("pages", "app"):
        return first
    if first != "cnn_core" or rest == ["__version__"]:  # the version is a number, no room
        return None
    return rest[0] if rest and rest[0] in rooms else "__init__"


def steps_up(root: Path, rooms: dict[str, int]) -> list[str]:
    """Where a room leans on a room above it, or beside it on its floor."""
    wrong = []
    for place, room, module in leans(root):
        other = room_of(module, rooms)
        if other is not None and other != room and rooms.get(other, 99) >= rooms.get(room, -1):
            wrong.append(f"{place}: {room} (floor {rooms.get(room)}) leans on {module} (floor {rooms.get(other)})")
    return wrong


def users(root: Path, packages: set[str], rooms: set[str]) -> list[str]:
    """Where one of the rooms imports one of the packages."""
    return [
        f"{place}: {room} imports {module}"
        for place, room, module in leans(root)
        if room in rooms and module.split(".")[0] in packages
    ]
