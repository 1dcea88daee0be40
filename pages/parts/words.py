"""Numbers and times as the pages write them: one decimal for rates, a dash for what is missing."""

from __future__ import annotations

import re
from datetime import UTC, datetime

NOTHING = "–"


def md(text: object) -> str:
    """A user's text, escaped so that Markdown shows it letter by letter."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&@])", r"\\\1", str(text))


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


def roughly(seconds: float) -> str:
    """A time to come, no finer than it can be known: 12 s, 40 s, 9 min, 1 h 20 min."""
    step = 1 if seconds < 20 else 5 if seconds < 90 else 60
    return duration(max(1, round(seconds / step) * step))


def ago(when: str | None, now: datetime | None = None) -> str:
    """An ISO 8601 time in UTC as `2 min ago`."""
    if not when:
        return NOTHING
    try:
        then = datetime.fromisoformat(when)
    except ValueError:
        return NOTHING
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    passed = ((now or datetime.now(UTC)) - then).total_seconds()
    if passed < 60:
        return "just now"
    for size, word in ((86400, "day"), (3600, "h"), (60, "min")):
        if passed >= size:
            count = int(passed // size)
            return f"{count} {word}{'s' if word == 'day' and count > 1 else ''} ago"
    return "just now"


def plural(count: int, one: str, many: str = "") -> str:
    """1 epoch, 2 epochs."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
