"""Words that must not be in the repository, and words that must be in the code; each check has a failing twin."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.plan import ROOT, sources

# Built from pieces, so that this file does not hold what it forbids.
HOSTS = re.compile(
    "|".join(("py" + r"pi\.(org|python)", "python" + r"hosted\.org", "registry" + r"\.npm", "arti" + "factory"))
)
PATHS = re.compile(
    r"(?<![\w.~$}-])/("
    + "|".join(("work" + "/", "ro" + "ot/", "Us" + r"ers/\w", "ho" + r"me/\w", "tmp/conv" + "scope-data"))
    + ")"
)
TOOLS = re.compile("issues " + "show|" + r"\.\./" + "shared/(?!data/prepare)")
FORBIDDEN = {"a host of package registries": HOSTS, "a path of one machine": PATHS, "a tool of one workplace": TOOLS}


def tracked() -> list[Path]:
    """The files that git tracks; the test is skipped by name where there is no git."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this copy of ConvScope is not a git repository")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def forbidden(text: str) -> list[str]:
    """What the text must not hold, as sentences."""
    return [f"{what}: {found.group()}" for what, pattern in FORBIDDEN.items() for found in pattern.finditer(text)]


def undocumented(source: str) -> list[str]:
    """The module, its public functions and classes without a docstring.

    Options need none: title and description of each field are held by the contract of shelves.
    """
    tree = ast.parse(source)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    missing = [node.name for node in public if not ast.get_docstring(node) and not _options(node)]
    return missing if ast.get_docstring(tree) else ["the module", *missing]


def _options(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and node.name.endswith("Options")


def test_no_tracked_file_names_a_machine_a_registry_or_a_workplace():
    found = []
    for path in tracked():
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            found += [f"{path.relative_to(ROOT)}: {what}" for what in forbidden(data.decode("utf-8", "replace"))]
    assert found == []


def test_everything_public_in_the_core_has_a_docstring():
    found = []
    for path in (path for room, path in sources(ROOT) if room not in ("pages", "app")):
        found += [f"{path.relative_to(ROOT)}: {name}" for name in undocumented(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "see https://py" + "pi.org/simple",
        "https://files.python" + "hosted.org/packages",
        "cd /wo" + "rk/main",
        "'/ro" + "ot/.cache'",
        'File "/ho' + 'me/ann/x.py"',
        "/Us" + "ers/ann",
        "/tmp/conv" + "scope-data",
        "run issues " + "show 9",
        "see ../sha" + "red/DESIGN.md",
    ],
)
def test_twin_a_forbidden_word_is_found(text):
    assert forbidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://download.pytorch.org/whl/cpu",
        "https://github.com/pytorch/vision",
        "the network/home/page",
        "./work/",
        "$HOME/data",
    ],
)
def test_twin_what_is_allowed_is_left_alone(text):
    assert forbidden(text) == []


def test_twin_a_missing_docstring_is_found():
    assert undocumented("def shown():\n    pass\n") == ["the module", "shown"]
    assert undocumented('"""Words."""\nclass Thing:\n    pass\n') == ["Thing"]
    assert undocumented(
        '"""Words."""\nasync def f():\n    pass\ndef _own():\n    pass\nclass FOptions:\n    x = 1\n'
    ) == ["f"]
