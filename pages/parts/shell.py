"""Around every page: the guards, the list of pages, the run in the address bar, the title row, what went wrong."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from cnn_core import actions
from cnn_core.base.errors import UserError
from cnn_core.jobs.job import ID
from pages.parts.words import distinct, md, plain

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator


ASSETS = Path(__file__).parents[2] / "assets"
LIVE = ("queued", "running")
GONE = "The run that you looked at is no longer there: it was deleted or moved."
Record = dict[str, Any]
T = TypeVar("T")

_PAGES = {  # group: (file and address, title, icon); home answers at / only
    "Start": [("home", "Home", "home")],
    "Build": [("data", "Data", "photo_library"), ("train", "Train", "play_circle")],
    "Look": [
        ("runs", "Runs", "table_rows"),
        ("watch", "Watch", "monitoring"),
        ("evaluate", "Evaluate", "grid_on"),
        ("features", "Features", "filter_center_focus"),
        ("explain", "Explain", "image_search"),
        ("compress", "Compress", "compress"),
    ],
    "Learn": [
        ("chapters", "Chapters", "menu_book"),
        ("calculators", "Calculators", "calculate"),
        ("labs", "Labs", "science"),
    ],
}


def pages() -> dict[str, list[Any]]:
    """All pages in their groups. An address equals its file name, else a deep link to a fresh server breaks."""
    return {
        group: [
            st.Page(f"pages/{name}.py", title=title, icon=f":material/{icon}:", url_path=name, default=name == "home")
            for name, title, icon in rows
        ]
        for group, rows in _PAGES.items()
    }


def page_of(name: str) -> tuple[str, str]:
    """Title and icon of a page, as links to it show them."""
    return next((title, f":material/{icon}:") for rows in _PAGES.values() for one, title, icon in rows if one == name)


def configure() -> None:
    """Title and icon of the tab. An icon of our own always: a page's `:material/…:` would be fetched from the web."""
    st.set_page_config(
        page_title="ConvScope", page_icon=asset("icon.png"), layout="wide", initial_sidebar_state=250, menu_items={}
    )


def require_app() -> None:
    """The first line of every page: a deep link as a server's first request runs the page file alone.

    Streamlit starts in its old mode because the folder is called `pages/`; naming the real pages once leaves that mode.
    """
    if not st.session_state.get("_app_ran"):
        configure()
        st.navigation(pages(), position="hidden")
        st.rerun()


def theme() -> str:
    """What the visitor looks at: `light` or `dark`."""
    return "dark" if st.context.theme.type == "dark" else "light"


def dark() -> bool:
    """Whether the visitor looks at the dark theme."""
    return theme() == "dark"


def asset(name: str) -> str:
    """The path of a file of ours."""
    return str(ASSETS / name)


def dress() -> None:
    """Logo and styles."""
    st.logo(asset(f"logo-{theme()}.svg"), size="large", link=None)
    st.html(ASSETS / "style.css")


# --- the run a page looks at ---------------------------------------------------------------------


def mirror_run() -> str:
    """Keep session and address bar on one run (called by app.py); returns a sentence when the address is bad."""
    asked = st.query_params.get("run")
    sentence = ""
    if asked is not None and asked != st.session_state.get("run_id"):
        if record(asked) is None:
            sentence = _no_such_run(asked)
            st.query_params.pop("run", None)
        else:
            st.session_state.run_id = asked
    run = st.session_state.get("run_id")
    if run and record(run) is None:
        look_away()
        sentence = sentence or GONE
    elif run and st.query_params.get("run") != run:
        st.query_params["run"] = run
    return sentence


def _no_such_run(asked: str) -> str:
    if not asked:
        return "The address names no run (its “run” is empty). Choose one from the list of runs."
    return f"There is no run “{md(asked, 60)}” here. It may have been deleted, or the address is misspelled."


def run_id() -> str | None:
    """The run this session looks at, checked by `mirror_run`."""
    return st.session_state.get("run_id")


def look_at(run: str) -> None:
    """Make this the run that pages look at: session and address together (in a callback, or before `st.rerun`)."""
    st.session_state.run_id = run
    st.query_params["run"] = run


def look_away() -> None:
    """Look at no run."""
    st.session_state.pop("run_id", None)
    st.query_params.pop("run", None)


def go(page: str, run: str | None = None, **query: str) -> None:
    """Go to a page by its short name, `go("evaluate", run)`; ends the script. `query` goes into the address bar too."""
    if run:
        st.session_state.run_id = run
    run = run or run_id()
    st.switch_page(f"pages/{page}.py", query_params={**({"run": run} if run else {}), **query})


def explain_picture(run: str, split: str, index: int) -> None:
    """Go to Explain with one picture of a split: `?run=…&picture=test-12`."""
    go("explain", run, picture=f"{split}-{index}")


def asked_picture() -> tuple[str, int] | None:
    """The picture that the address names, `("test", 12)`; None when there is none or it makes no sense."""
    found = re.fullmatch(r"(train|val|test)-(\d{1,9})", st.query_params.get("picture", ""))
    return (found[1], int(found[2])) if found else None


def record(run: str) -> Record | None:
    """What is known of a run, or None when there is no such run (or the text cannot be an id)."""
    if not ID.fullmatch(run):
        return None
    try:
        found = actions.show(run)
    except UserError:
        return None
    return found if found["run"] == run else None  # an unambiguous beginning is for the command line


def all_runs() -> list[Record]:
    """All runs, newest first. Where the runs folder cannot be read the script ends with a sentence."""
    try:
        return actions.runs()
    except UserError as error:
        problem(str(error))
        st.stop()


def list_key(prefix: str, runs: list[Record]) -> str:
    """A widget key that changes with the list, so that a chosen row never means another run."""
    return f"{prefix}.{zlib.crc32(' '.join(one['run'] for one in runs).encode())}"


def newest(wanted: Callable[[Record], bool]) -> str | None:
    """The newest run that is wanted, for pages opened without one."""
    return next((one["run"] for one in all_runs() if wanted(one)), None)


def named(run: str) -> str:
    """A run by its label where it is one of ours, else by its id (it may be in another runs folder)."""
    known = record(run)
    return run_label(known) if known else run


def run_label(one: Record) -> str:
    """A run as lists name it: by its name, else what it is and the end of its id, which tells equals apart."""
    if one["name"]:
        return plain(one["name"], 80)
    return f"{plain(one['label'], 60) or 'unreadable'} · {one['run'].rsplit('-', 1)[-1]}"


def run_labels(runs: Sequence[Record]) -> list[str]:
    """Runs as they are called where several stand together: no two alike. The end of the id tells names apart."""
    labels = [run_label(one) for one in runs]
    count = Counter(labels)
    ends = [one["run"].rsplit("-", 1)[-1] for one in runs]
    named = [f"{label} · {end}" if count[label] > 1 else label for label, end in zip(labels, ends, strict=True)]
    return distinct(named, 90)


# --- rows ----------------------------------------------------------------------------------------


def title_row(title: str, *, picker: bool = True, wanted: Callable[[Record], bool] | None = None) -> DeltaGenerator:
    """Title left, run picker right; returns the row, for a page's button: `with title_row(...): st.button(...)`.

    `wanted` leaves out runs that the page can do nothing with; the run looked at is always in the list.
    """
    row = st.container(horizontal=True, vertical_alignment="center")
    with row:
        st.title(title, anchor=False, width="content")
        st.space("stretch")
        if picker:
            _picker(wanted)
    return row


def _picker(wanted: Callable[[Record], bool] | None) -> None:
    chosen = run_id()
    listed = [one for one in all_runs() if one["run"] == chosen or not wanted or wanted(one)]
    labels = dict(zip((one["run"] for one in listed), run_labels(listed), strict=True))
    if not labels:
        return
    st.session_state["shell.pick"] = chosen if chosen in labels else None
    st.selectbox(
        "Run",
        list(labels),
        format_func=lambda run: labels.get(run, run),
        key="shell.pick",
        index=None,
        on_change=_picked,
        placeholder="Choose a run",
        required=True,
        label_visibility="collapsed",
        width=360,
    )


def _picked() -> None:
    if st.session_state["shell.pick"]:
        look_at(st.session_state["shell.pick"])


def empty(icon: str, heading: str, sentence: str) -> DeltaGenerator:
    """The middle of a page that has nothing to show yet; put the one button into what is returned."""
    st.space("large")
    box = st.container(horizontal_alignment="center")
    with box:
        st.markdown(f":gray[:material/{icon}:]", width="content")
        st.subheader(heading, anchor=False, width="content")
        with st.container(width=460):
            st.markdown(sentence, text_alignment="center")
    return box


def problem(text: str) -> None:
    """An error as the core says it: the first sentence bold, then why and what to do. Escaped here."""
    st.error(sentences(text), icon=":material/error:")


def sentences(text: str) -> str:
    """A text of the core as Markdown: the first sentence bold, everything literal."""
    first, dot, rest = plain(text, 600).partition(". ")
    return f"**{md(first + dot.strip())}** {md(rest)}".strip()


def attempt(work: Callable[..., T], *args: Any) -> T | None:
    """Do something that may fail for a reason the user can meet; the sentence is shown by the next run of the page."""
    try:
        return work(*args)
    except UserError as error:
        st.session_state["shell.trouble"] = str(error)
        return None


def show_trouble() -> None:
    """What `attempt` caught since the last run."""
    text = st.session_state.pop("shell.trouble", "")
    if text:
        problem(text)


def caution(text: str) -> None:
    """A quiet warning: what the user should know of a run, while the page stands. Escaped here."""
    if text:
        st.markdown(f":small[:orange[:material/warning: {md(text, 600)}]]")


# --- when a run goes away under a page ------------------------------------------------------------------------------


@contextmanager
def guarded() -> Iterator[None]:
    """Around whatever reads runs: one that was deleted meanwhile is let go, any other failure is a sentence."""
    try:
        yield
    except (UserError, OSError) as error:
        run = run_id()
        if run and record(run) is None:
            look_away()
            st.session_state["shell.trouble"] = GONE
            st.rerun()
        problem(str(error) if isinstance(error, UserError) else f"A file cannot be read ({error.strerror or error}).")


def ticking(seconds: float | None) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """A fragment that runs again every so many seconds, guarded: `@ticking(2)`."""

    def make(draw: Callable[[], None]) -> Callable[[], None]:
        def safely() -> None:
            with guarded():
                draw()

        return st.fragment(run_every=seconds)(safely)

    return make
