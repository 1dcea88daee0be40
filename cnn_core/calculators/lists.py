"""Lists of numbers as people type them: `1, 2, 4`."""

from __future__ import annotations

import re

NUMBER = r"-?\d{1,6}(?:\.\d{1,9})?"
LIST = re.compile(rf"{NUMBER}(,{NUMBER})*", re.ASCII)


def numbers(text: str, low: float, high: float, most: int) -> list[float]:
    """The numbers of a list.

    Raises:
        ValueError: says what is allowed; pydantic makes a sentence about the field of it.
    """
    tidy = re.sub(r"\s*[,;\s]\s*", ",", text.strip())
    found = [float(one) for one in tidy.split(",")] if LIST.fullmatch(tidy) else []
    if not 1 <= len(found) <= most or not all(low <= one <= high for one in found):
        raise ValueError(f"give 1 to {most} numbers from {low:g} to {high:g}, with commas between")
    return found


def wholes(text: str, low: int, high: int, most: int) -> list[int]:
    """The whole numbers of a list; see `numbers`."""
    found = numbers(text, low, high, most)
    if any(one != int(one) for one in found):
        raise ValueError(f"give whole numbers from {low} to {high}, with commas between")
    return [int(one) for one in found]
