"""Maps the rows of the log view to positions in the log; pure, and incremental.

Without a filter row N is simply the Nth line that is held, so a million lines cost nothing. With
one, the positions that pass are kept as plain integers, and `advance` reads on where it stopped.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from launcher.core.logs import Level, LogRecord
from launcher.gui.logs.line_filter import LineFilter

if TYPE_CHECKING:
    from launcher.gui.session import Logs


@dataclass(frozen=True, slots=True)
class Advance:
    """What changed: rows that fell off the front, and whether there is more to read at once."""

    dropped: int
    more: bool


@dataclass(frozen=True, slots=True)
class Search:
    """A step of a search: the position found, if any, and where to go on; None: nowhere."""

    found: int | None
    go_on: int | None


class LineIndex:
    """The rows of one filter over one log. Not thread-safe."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._filter = LineFilter()
        self._passed = array("Q")
        self._begin = logs.begin
        self._end = self._begin

    def __len__(self) -> int:
        if self._filter.wants_all:
            return self._end - self._begin
        return len(self._passed)

    @property
    def end(self) -> int:
        """The position up to which lines have been looked at."""
        return self._end

    @property
    def source_end(self) -> int:
        """The position up to which there are lines, looked at or not."""
        return self._logs.end

    @property
    def filter(self) -> LineFilter:
        """What is being shown."""
        return self._filter

    def set_filter(self, wanted: LineFilter) -> None:
        """Begin anew with another filter."""
        self._filter = wanted
        self._passed = array("Q")
        self._begin = self._logs.begin
        self._end = self._begin

    def advance(self, limit: int) -> Advance:
        """Take in what was added, reading at most `limit` lines, and forget what was dropped."""
        dropped = self._forget()
        if self._filter.wants_all:
            self._end = max(self._logs.end, self._begin)
            return Advance(dropped, more=False)
        target = self._logs.end
        if self._end < target:
            found, self._end = self._logs.find(self._filter, self._end, limit)
            self._passed.extend(found)
        return Advance(dropped, more=self._end < target)

    def position(self, row: int) -> int:
        """Where the line of this row is in the log."""
        return self._begin + row if self._filter.wants_all else self._passed[row]

    def row(self, position: int) -> int:
        """The row of this position, or of the next line that is shown after it."""
        if self._filter.wants_all:
            return max(0, min(position - self._begin, len(self)))
        return bisect_left(self._passed, position)

    def records(self, first: int, count: int) -> list[LogRecord]:
        """The lines of some rows; fewer when the log has dropped them meanwhile."""
        last = min(first + count, len(self))
        if first >= last:
            return []
        if self._filter.wants_all:
            return self._logs.read(self._begin + first, last - first)[0]
        found: list[LogRecord] = []
        for position in self._passed[first:last]:
            found += [one for one in self._logs.read(position, 1)[0] if one.position == position]
        return found

    def search(self, start: int, level: Level, limit: int, *, backwards: bool = False) -> Search:
        """Look for a shown line of at least `level`, from `start` on or before it.

        Looks at about `limit` lines and says where to go on.
        """
        query = replace(self._filter, level=max(level, self._filter.level))
        if backwards:
            found, go_on = self._logs.find_before(query, start, limit)
            return Search(found[-1] if found else None, go_on if go_on > self._logs.begin else None)
        found, go_on = self._logs.find(query, start, limit)
        return Search(found[0] if found else None, go_on if go_on < self._logs.end else None)

    def _forget(self) -> int:
        begin = self._logs.begin
        if self._filter.wants_all:
            dropped = min(begin - self._begin, self._end - self._begin)
        else:
            dropped = bisect_left(self._passed, begin)
            del self._passed[:dropped]
        self._begin = begin
        self._end = max(self._end, begin)
        return dropped
