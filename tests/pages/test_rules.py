"""Rules that every page keeps, and the settings that keep visitors apart and the web out."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").glob("*.py"))
ALL = [ROOT / "app.py", *PAGES, *sorted((ROOT / "pages" / "parts").glob("*.py"))]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
FILES = {"open", ".read_text", ".read_bytes", ".write_text", ".write_bytes", ".glob", ".iterdir", ".unlink", ".mkdir"}


def begins_with_the_guard(source: str) -> bool:
    """Whether the first thing that the page does, itself or in its `main()`, is to ask for app.py."""
    body = ast.parse(source).body[1:]
    passive = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.Assign | ast.If  # `if TYPE_CHECKING`
    first = ast.unparse(next(one for one in body if not isinstance(one, passive)))
    if first == "main()":
        main = next(one for one in body if isinstance(one, ast.FunctionDef) and one.name == "main")
        first = ast.unparse(next(one for one in main.body if not _is_docstring(one)))
    return first == "shell.require_app()"


def _is_docstring(one: ast.stmt) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)


def strangers(source: str) -> set[str]:
    """Imports of torch, and calls that touch files."""
    tree = ast.parse(source)
    imported = {
        name.partition(".")[0]
        for one in ast.walk(tree)
        if isinstance(one, ast.Import | ast.ImportFrom)
        for name in ([one.module or ""] if isinstance(one, ast.ImportFrom) else [alias.name for alias in one.names])
    }
    called = {
        one.func.id if isinstance(one.func, ast.Name) else f".{one.func.attr}"
        for one in ast.walk(tree)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name | ast.Attribute)
    }
    return imported & {"torch", "torchvision", "captum", "matplotlib"} | called & FILES


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_begins_with_the_guard(path):
    assert begins_with_the_guard(path.read_text())


def test_a_page_without_the_guard_is_found():
    assert not begins_with_the_guard('"""A page."""\nimport streamlit as st\nst.title("x")\nshell.require_app()\n')
    assert not begins_with_the_guard('"""A page."""\ndef main():\n    st.title("x")\nmain()\n')
    assert begins_with_the_guard('"""A page."""\ndef main():\n    shell.require_app()\nmain()\n')
    assert begins_with_the_guard('"""A page."""\nimport streamlit as st\nshell.require_app()\nst.title("x")\n')


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_pages_ask_and_draw_but_import_no_torch_and_touch_no_file(path):
    assert not strangers(path.read_text())


def test_a_page_that_reads_a_file_or_imports_torch_is_found():
    assert strangers("import torch.nn") == {"torch"}
    assert strangers("from pathlib import Path\nPath('x').read_text()") == {".read_text"}
    assert strangers("open('x')") == {"open"}


def test_the_server_listens_to_this_computer_only_and_asks_nothing():
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert set(CONFIG["server"]["allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert CONFIG["server"]["showEmailPrompt"] is False
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_a_visitor_meets_no_trace_and_cannot_clear_the_caches_of_others():
    assert CONFIG["client"]["toolbarMode"] == "viewer"
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["client"]["showErrorLinks"] is False
    assert CONFIG["runner"]["magicEnabled"] is False


def test_nothing_in_the_theme_comes_from_the_web():
    assert "http" not in (ROOT / ".streamlit" / "config.toml").read_text()
    assert "url(" not in (ROOT / "assets" / "style.css").read_text()


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2: from 1 to 21; text wants 4.5, large text and signs 3."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_can_be_read_on_every_ground(name):
    theme = CONFIG["theme"][name]
    grounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"], theme["sidebar"]["backgroundColor"]]
    assert min(contrast(theme["textColor"], ground) for ground in grounds) > 7
    assert contrast(theme["grayTextColor"], theme["backgroundColor"]) > 4.5
    assert contrast(theme["linkColor"], theme["backgroundColor"]) > 4.5
    assert contrast("#ffffff", theme["primaryColor"]) > 4  # the text of filled buttons is always white
    assert len(theme["chartSequentialColors"]) == 10  # else Streamlit ignores them
    assert contrast("#777777", "#777777") == 1
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
