"""The lines that match: those that are shown, or, while all are shown, those that are marked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from launcher.gui.logs.line_filter import LineFilter
from launcher.gui.logs.line_index import LineIndex

if TYPE_CHECKING:
    from launcher.gui.session import Logs


class Matches:
    """Sets what the rows of `index` are, and knows the matches among them."""

    def __init__(self, logs: Logs, index: LineIndex) -> None:
        self._index = index
        self._marked = LineIndex(logs)
        self._marks_only = False
        self.wanted = LineFilter()

    def look_for(self, wanted: LineFilter, *, only: bool) -> None:
        """Begin anew; without `only` all lines of the service and level are rows."""
        self.wanted = wanted
        self._marks_only = bool(wanted.text) and not only
        self._index.set_filter(replace(wanted, text="") if self._marks_only else wanted)
        self._marked.set_filter(wanted)

    def __len__(self) -> int:
        return len(self._hits)

    def advance(self, limit: int) -> bool:
        """Count on where the rows themselves are not the matches; whether there is more."""
        return self._marks_only and self._marked.advance(limit).more

    def beside(self, place: int, *, back: bool, beyond: bool) -> int | None:
        """The next match from a place on, or before it, going round; None: there is none.

        The line at the place itself is skipped when `beyond`.
        """
        hits = self._hits
        if not self.wanted.text or not len(hits):
            return None
        row = hits.row(place) - 1 if back else hits.row(place + 1 if beyond else place)
        return hits.position(row % len(hits))

    @property
    def _hits(self) -> LineIndex:
        return self._marked if self._marks_only else self._index
