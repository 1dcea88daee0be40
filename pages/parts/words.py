"""Texts, numbers and times as the pages write them. What a user or a foreign folder wrote is text and nothing else:
`plain` is drawn as it is, `md` is read as Markdown by Streamlit, `table_text` can be saved as a table."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

NOTHING = "–"
MOST = 1000  # letters of a foreign text that are shown at all
_STACKED = 4  # signs on top of one letter; more would run over the lines above
_JOINERS = "\u200c\u200d"  # not printable by Unicode's word, but Persian and families of emoji are written with them
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@])")
# Streamlit looks for addresses, icons, emoji and arrows in the text that is left when escapes are gone. An empty
# element shows nothing, and what stands on its two sides is no longer one word: no link, no icon, and what is copied is
# what was written.
_SEAM = ":small[]"
_SEAMS = re.compile(r"(?<=[:@])(?=\S)|(?<=[-<>=~])(?=[-<>=~])|(?<=www)(?=\.)", re.IGNORECASE)
_SIMPLE = re.compile(r"[!-~·]+( [!-~·]+)*", re.ASCII)
_FORMULA = re.compile(r"(?:(?<=;)|^)\s*(?=[=+\-@＝＋－＠])")


def plain(text: object, most: int = MOST) -> str:
    """A foreign text as one line that stays by itself: no control signs, and its direction ends with it."""
    text = str(text)
    if len(text) <= most and _SIMPLE.fullmatch(text):
        return text
    seen = "".join(sign if sign.isprintable() or sign in _JOINERS else " " for sign in text[: 4 * most])
    line = " ".join(_unstacked(seen).split())
    line = line if len(line) <= most else f"{line[: most - 1]}…"
    turned = any(unicodedata.bidirectional(sign) in _RIGHT_TO_LEFT for sign in line)
    return f"\u2068{line}\u2069" if turned else line


def _unstacked(text: str) -> str:
    """Without the marks that are piled on a letter by the dozen."""
    kept, height = [], 0
    for sign in text:
        height = height + 1 if unicodedata.category(sign) in ("Mn", "Me") else 0
        if height <= _STACKED:
            kept.append(sign)
    return "".join(kept)


def lines(text: str, most: int) -> str:
    """The last lines of a foreign text, for `st.code`: each by itself, none endless."""
    return "\n".join(_line(one) for one in text.rstrip().splitlines()[-most:])


def _line(text: str) -> str:
    """One line with its indentation."""
    return " " * min(40, len(text) - len(text.lstrip())) + plain(text, 300)


def md(text: object, most: int = MOST) -> str:
    """A foreign text so that Markdown shows it letter by letter, wherever Streamlit reads Markdown.

    Not for `st.badge`, which escapes once more: write `:orange-badge[…]` with `st.markdown`.
    """
    return _escaped(plain(text, most))


def _escaped(line: str) -> str:
    return _SEAM.join(_SIGNS.sub(r"\\\1", piece) for piece in _SEAMS.split(line))


def prose(text: str, most: int = MOST) -> str:
    """A text of ours as Markdown: letter by letter, but for what stands between backticks, which is code."""
    pieces = plain(text, most).split("`")
    if len(pieces) % 2 == 0:  # one is not closed
        return md(text, most)
    return "".join(f"`{piece}`" if place % 2 else _escaped(piece) for place, piece in enumerate(pieces))


def distinct(names: Sequence[str], most: int) -> list[str]:
    """Foreign names as a list to choose from: those that would look the same, or like nothing, carry their number."""
    shown = [plain(name, most) or "no name" for name in names]
    count = Counter(shown)
    return [f"{name} (no. {i})" if count[name] > 1 or not names[i].strip() else name for i, name in enumerate(shown)]


def table_text(text: object, most: int = 60) -> str:
    """A foreign text for a table. Tables can be saved as CSV, where `=1+1` would be a formula: `'=1+1`; -1 stays."""
    shown = plain(text, most)
    return shown if _is_number(shown) else _FORMULA.sub("'", shown)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d+)?", text) is not None


def percent(share: float | None) -> str:
    """0.9724 is 97.2%; never rounded up to 100% while something is wrong."""
    if share is None:
        return NOTHING
    shown = f"{100 * share:.1f}"
    return f"{'99.9' if shown == '100.0' and share < 1 else shown}%"


def number(value: float | None) -> str:
    """24170 is 24,170; 1900000 is 1.9 M; 0.25731 is 0.257."""
    if value is None:
        return NOTHING
    if abs(value) >= 1e9:
        return f"{value / 1e9:.1f} G"
    if abs(value) >= 1e6:
        return f"{value / 1e6:.1f} M"
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def duration(seconds: float | None) -> str:
    """16 s, 2 min, 1 h 20 min."""
    if seconds is None:
        return NOTHING
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s" if seconds >= 1 or not seconds else "1 s"
    if whole < 600:
        minutes, rest = divmod(whole, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(round(whole / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def seconds_of(seconds: float) -> str:
    """A short time with two digits, a long one as `duration`: 0.15 s, 3.2 s, 16 s, 2 min."""
    return f"{seconds:.2g} s" if seconds < 9.95 else duration(seconds)


def roughly(seconds: float) -> str:
    """A time to come, no finer than it can be known: 12 s, 40 s, 9 min, 1 h 20 min."""
    step = 1 if seconds < 20 else 5 if seconds < 90 else 60
    return duration(max(1, round(seconds / step) * step))


def moment(when: str | None) -> datetime | None:
    """An ISO 8601 time, of UTC where it does not say; None where it is no time."""
    try:
        then = datetime.fromisoformat(when or "")
    except ValueError:
        return None
    return then if then.tzinfo else then.replace(tzinfo=UTC)


def ago(when: str | None, now: datetime | None = None) -> str:
    """An ISO 8601 time in UTC as `2 min ago`."""
    then = moment(when)
    if then is None:
        return NOTHING
    passed = ((now or datetime.now(UTC)) - then).total_seconds()
    if passed < 60:
        return "just now"
    for size, word in ((86400, "day"), (3600, "h"), (60, "min")):
        if passed >= size:
            count = int(passed // size)
            return f"{count} {word}{'s' if word == 'day' and count > 1 else ''} ago"
    return "just now"


def thing(task: str) -> str:
    """What a network of a task is shown: a picture, or a film."""
    return "film" if task == "sequences" else "picture"


def plural(count: int, one: str, many: str = "") -> str:
    """1 epoch, 2 epochs."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
