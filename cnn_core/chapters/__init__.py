"""The sixteen chapters: what each is about in a few sentences, and what is often said of it but not so.

Texts are data, one file a chapter in `texts`. Number, title and labs of a chapter stand with the labs, its picture in
`looks`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module

from cnn_core.base.errors import UserError
from cnn_core.calculators import SHELF as CALCULATORS
from cnn_core.labs import CHAPTERS
from cnn_core.labs import SHELF as LABS


@dataclass(frozen=True)
class Correction:
    """Something that is often said, and what is right.

    Attributes:
        said: as books say it. right: what is so, in a few sentences. number: what shows it, where arithmetic does.
        labs, calculators: those that show it, by name. source: authors, title and year of a paper.
    """

    said: str
    right: str
    number: str = ""
    labs: tuple[str, ...] = ()
    calculators: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Text:
    """What is written for one chapter, all of it plain text.

    Attributes:
        idea: a few sentences, paragraphs apart by a blank line. tries: pages on which it can be tried at once, each
            with a sentence. corrections: often said, but.
    """

    idea: str
    tries: tuple[tuple[str, str], ...]
    corrections: tuple[Correction, ...]


@dataclass(frozen=True)
class Chapter:
    """A chapter whole: with those of its labs and calculators that are there."""

    number: int
    title: str
    idea: tuple[str, ...]
    tries: tuple[tuple[str, str], ...]
    calculators: tuple[str, ...]
    labs: tuple[str, ...]
    corrections: tuple[Correction, ...]

    @property
    def slug(self) -> str:
        """As a file of the documentation is called: `04-receptive-fields-and-dilation`."""
        return f"{self.number:02}-{re.sub('[^a-z0-9]+', '-', self.title.lower()).strip('-')}"


@cache
def chapter(number: int) -> Chapter:
    """A chapter by its number, 1 to 16.

    Raises:
        UserError: there is none of this number.
    """
    if number not in CHAPTERS:
        raise UserError(f"chapter is {number}, but must be a whole number from 1 to {len(CHAPTERS)}.")
    title, labs = CHAPTERS[number]
    text: Text = import_module(f"cnn_core.chapters.texts.chapter_{number:02}").TEXT
    return Chapter(
        number=number,
        title=title,
        idea=tuple(" ".join(part.split()) for part in text.idea.split("\n\n")),
        tries=text.tries,
        calculators=tuple(one for one in CALCULATORS.names() if number in CALCULATORS.load(one).build.chapters),
        labs=labs,
        corrections=tuple(_there(one) for one in text.corrections),
    )


def _there(one: Correction) -> Correction:
    """Without labs and calculators that are planned and not there."""
    labs, calculators = set(LABS.names()), set(CALCULATORS.names())
    return replace(
        one,
        labs=tuple(name for name in one.labs if name in labs),
        calculators=tuple(name for name in one.calculators if name in calculators),
    )


def chapters() -> list[Chapter]:
    """All of them, in order."""
    return [chapter(number) for number in CHAPTERS]
