"""Which parts of which lines are seen; pure.

Knows how many lines fit and where a line is wrapped. The place at the top is a row of the index and
a part of its line, so that one line may be larger than the window.
"""

from __future__ import annotations

from dataclasses import dataclass

from launcher.core.logs import LogRecord
from launcher.gui.logs.cells import breaks
from launcher.gui.logs.line_index import LineIndex

Top = tuple[int, int]
"""A row, and a part of its line."""


@dataclass(frozen=True, slots=True)
class VisualLine:
    """What stands in one line of the screen: text[begin:end] of a record."""

    row: int
    part: int
    record: LogRecord
    begin: int
    end: int


class LineWindow:
    """A window of `height` lines over an index, wrapped at `columns` cells; None: not at all."""

    def __init__(self, index: LineIndex) -> None:
        self._index = index
        self.height = 1
        self.columns: int | None = None
        self.top: Top = (0, 0)

    def lines(self) -> list[VisualLine]:
        """What is seen, and one line more that may be seen in part."""
        row, skipped = self.top
        found: list[VisualLine] = []
        for number, record in enumerate(self._index.records(row, self.height + 1), row):
            parts = self._parts(record)
            for part in range(skipped, len(parts)):
                end = parts[part + 1] if part + 1 < len(parts) else len(record.text)
                found.append(VisualLine(number, part, record, parts[part], end))
                if len(found) > self.height:
                    return found
            skipped = 0
        return found

    def end(self) -> Top:
        """The top when the last line stands at the bottom."""
        rows = len(self._index)
        first = max(0, rows - self.height)
        if self.columns is None:
            return first, 0
        room = self.height
        records = self._index.records(first, rows - first)
        for row, record in zip(
            range(first + len(records) - 1, -1, -1), records[::-1], strict=False
        ):
            parts = len(self._parts(record))
            if parts >= room:
                return row, parts - room
            room -= parts
        return first, 0

    def go(self, row: int, part: int = 0) -> None:
        """Put a row at the top, not beyond the end."""
        self.top = max((0, 0), min((row, part), self.end()))

    def go_end(self) -> None:
        """Show the last lines."""
        self.top = self.end()

    def scroll(self, by: int) -> None:
        """Move down by so many lines of the screen, up when negative."""
        row, part = self.top
        part += by
        while part < 0 and row > 0:
            row -= 1
            part += self._parts_of(row)
        while part > 0 and part >= (parts := self._parts_of(row)) and row < len(self._index) - 1:
            row, part = row + 1, part - parts
        self.go(row, max(0, part))

    def part_of(self, record: LogRecord, letter: int) -> int:
        """In which part of its line a letter stands."""
        return sum(begin <= letter for begin in self._parts(record)[1:])

    def show(self, row: int, part: int = 0) -> None:
        """Move as little as needed for a part of a line to be seen."""
        if (row, part) < self.top:
            self.go(row, part)
            return
        seen = self.lines()[: self.height]
        if seen and (row, part) > (seen[-1].row, seen[-1].part):
            self.top = (row, part)
            self.scroll(1 - self.height)

    def _parts_of(self, row: int) -> int:
        if self.columns is None:
            return 1
        records = self._index.records(row, 1)
        return len(self._parts(records[0])) if records else 1

    def _parts(self, record: LogRecord) -> tuple[int, ...]:
        return (0,) if self.columns is None else breaks(record.text, self.columns)
