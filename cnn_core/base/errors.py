"""The errors a user may meet: each is one sentence that says what is wrong and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Wrong input: names the field, the value and what is allowed. Pages show it, the shell exits with 2."""

    exit_code = 2


class Failed(UserError):
    """The input was right, the work could not be done. The shell exits with 1."""

    exit_code = 1


class BadPicture(UserError):
    """A file that cannot be used as a picture; the text says why and what to do."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean "x"?` when something known is spelled nearly so, else an empty string."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""


def printable(text: str) -> str:
    """A foreign text as it may go to a terminal: lines stay, signs that command a terminal or turn a line do not."""
    return "".join(sign if sign.isprintable() or sign in "\n\u200c\u200d" else "\ufffd" for sign in text)


def shorten(value: object, most: int = 60) -> str:
    """A user's value as it may stand in a sentence: one line, printable, not too long."""
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= most else f"{text[: most - 1]}…"


class UnknownName(UserError):
    """A name that is not there: says what there is and the nearest spelling."""

    def __init__(self, name: object, what: str, known: Iterable[str]) -> None:
        known = list(known)
        hint = nearest(str(name)[:200], known)
        listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
        super().__init__(f'{what} "{shorten(name)}" is not known{hint or "."} There is: {listed or "nothing"}.')
