"""Where the letters of a line stand in a grid of equal cells, as in a terminal; pure.

Every letter of ASCII takes one cell, an ideogram or an emoji two, a combining mark none, and a tab
goes on to the next eighth cell. So a place on the screen is a letter and back, whatever the line
holds, and a letter that runs from right to left cannot turn its neighbours around.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from unicodedata import category, east_asian_width

TAB = 8
_JOINER = "\u200d"
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


@lru_cache(maxsize=256)
def starts(text: str) -> Sequence[int]:
    """The cell in which each letter begins, and behind the last one where the line ends."""
    if text.isascii() and "\t" not in text:
        return range(len(text) + 1)
    found = array("L", [0])
    cell, before = 0, ""
    for letter in text:
        cell += _width(letter, before, cell)
        before = letter
        found.append(cell)
    return found


def letter_at(text: str, cell: int) -> int:
    """The letter that stands in a cell; the line's length when the cell is behind its end."""
    return min(bisect_right(starts(text), max(0, cell)) - 1, len(text))


@lru_cache(maxsize=256)
def breaks(text: str, columns: int) -> tuple[int, ...]:
    """The letters with which the parts of a line begin that is wrapped at so many cells."""
    cells = starts(text)
    if cells[-1] <= columns:
        return (0,)
    found = [0]
    while cells[-1] - cells[found[-1]] > columns:
        # At least one letter a part, however narrow the window is.
        further = bisect_right(cells, cells[found[-1]] + columns) - 1
        found.append(max(further, found[-1] + 1))
    return tuple(found)


def runs(text: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    """The pieces of text[begin:end] that are drawn in one go, each with its first letter's index.

    Letters that take other than one cell stand alone, so that all behind them are in their place.
    """
    if text.isascii() and "\t" not in text:
        yield begin, text[begin:end]
        return
    cells = starts(text)
    first = begin
    for index in range(begin, end):
        if cells[index + 1] - cells[index] <= 1 and text[index] != "\t":
            continue
        if first < index:
            yield first, text[first:index]
        first = index + 1
        while first < end and cells[first + 1] == cells[first]:
            first += 1
        drawn = index + (text[index] == "\t")
        if drawn < first:
            yield drawn, text[drawn:first]
    if first < end:
        yield first, text[first:end]


def _width(letter: str, before: str, cell: int) -> int:
    if letter < "\x7f":
        return TAB - cell % TAB if letter == "\t" else 1
    if before == _JOINER or category(letter) in _NO_WIDTH:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1
