"""How one line of a log looks: its columns, colours, marks and highlights."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from launcher.core.explain import Tone
from launcher.core.logs import Level, LogRecord
from launcher.gui import theme
from launcher.gui.logs.cells import runs, starts
from launcher.gui.logs.line_window import VisualLine
from launcher.gui.widgets.marks import paint_mark

_GUTTER = 24
_CLOCK = "00:00:00.000"
_TITLE_LETTERS = 16
"""How wide the services' column may become."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What stands out in a line: the letters that are selected and those that were looked for.

    `current` marks the line where the reader is, also when none of its letters is selected.
    """

    selected: tuple[int, int] | None = None
    matches: Sequence[tuple[int, int]] = ()
    current: bool = False


class LinePainter:
    """Paints lines in one font of fixed width; all measures are in pixels."""

    def __init__(self, font: QFont) -> None:
        self._titles: Mapping[str, str] = {}
        self._looks: Mapping[str, tuple[int, str]] = {}
        self.set_font(font)

    def set_font(self, font: QFont) -> None:
        """Take the measures of another font."""
        metrics = QFontMetricsF(font)
        self.height = round(metrics.height() + 4)
        self.letter = metrics.horizontalAdvance("0")
        self._base = (self.height + metrics.ascent() - metrics.descent()) / 2
        self._measure()

    def set_services(self, titles: Mapping[str, str]) -> bool:
        """How services are called, in the order that gives them their colours; False: as before."""
        if titles == self._titles:
            return False
        self._titles = dict(titles)
        self._looks = {
            name: (number, _cut(title)) for number, (name, title) in enumerate(titles.items())
        }
        self._measure()
        return True

    def _measure(self) -> None:
        self._service_x = _GUTTER + self.letter * (len(_CLOCK) + 2)
        widest = max((len(title) for _, title in self._looks.values()), default=8)
        self.text_x = self._service_x + self.letter * (widest + 2)
        """Where the text begins, behind the columns of the clock and the service."""

    def title(self, service: str) -> str:
        """How a service is called."""
        return self._titles.get(service, service)

    def told(self, record: LogRecord) -> str:
        """A line as it is copied: with its time and its service."""
        return f"{clock(record.at)} {self.title(record.service)} {record.text}"

    def paint(
        self,
        painter: QPainter,
        line: VisualLine,
        marked: Marked,
        *,
        y: int,
        width: int,
        across: int,
    ) -> None:
        """Draw a line at `y`, its text scrolled by `across`."""
        tone = _TONES.get(line.record.level)
        self._paint_ground(painter, y, width, tone, current=marked.current)
        if line.part == 0:
            self._paint_columns(painter, y, line.record, tone)
        if across:
            painter.setClipRect(QRectF(self.text_x - 1, y, width, self.height))
        cells = starts(line.record.text)
        origin = self.text_x - across - cells[line.begin] * self.letter
        c = theme.colours()
        if marked.selected is not None:
            for box in self._boxes(line, marked.selected, origin, y):
                painter.fillRect(box, QColor(c.selected))
        for match in marked.matches:
            for box in self._boxes(line, match, origin, y):
                painter.fillRect(box, QColor(c.match))
                painter.setPen(QPen(QColor(c.match_line), 1))
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
        # Only the letters that can be seen are laid out: a line may have 8 KiB.
        begin = max(line.begin, _letter(cells, across / self.letter) if across else 0)
        end = min(line.end, begin + int((width - self.text_x) / self.letter) + 2)
        ink = c.tones[tone] if tone else c.faint if line.record.level is Level.DEBUG else c.ink
        painter.setPen(QColor(ink))
        for index, piece in runs(line.record.text, begin, end):
            painter.drawText(QPointF(origin + cells[index] * self.letter, y + self._base), piece)
        if across:
            painter.setClipping(False)

    def _paint_ground(
        self, painter: QPainter, y: int, width: int, tone: Tone | None, *, current: bool
    ) -> None:
        c = theme.colours()
        if tone is not None:
            fill = c.fail_fill if tone is Tone.FAILED else c.warn_fill
            painter.fillRect(QRectF(0, y, width, self.height), QColor(fill))
        if current:
            painter.fillRect(QRectF(0, y, 3, self.height), QColor(c.accent))

    def _paint_columns(
        self, painter: QPainter, y: int, record: LogRecord, tone: Tone | None
    ) -> None:
        c = theme.colours()
        if tone is not None:
            paint_mark(painter, QRectF(9, y + (self.height - 8) / 2, 8, 8), tone)
        number, title = self._looks.get(record.service, (-1, _cut(record.service)))
        painter.setPen(QColor(c.faint))
        painter.drawText(QPointF(_GUTTER, y + self._base), clock(record.at))
        painter.setPen(QColor(c.services[number % len(c.services)]))
        painter.drawText(QPointF(self._service_x, y + self._base), title)

    def _boxes(
        self, line: VisualLine, letters: tuple[int, int], origin: float, y: int
    ) -> Iterator[QRectF]:
        """Where these letters stand, if they do in this line of the screen."""
        begin, end = max(letters[0], line.begin), min(letters[1], line.end)
        empty = line.begin == line.end
        if begin > end or (begin == end and not empty):
            return
        cells = starts(line.record.text)
        left, right = origin + cells[begin] * self.letter, origin + cells[end] * self.letter
        yield QRectF(left, y, max(right - left, self.letter / 2), self.height)


def _cut(title: str) -> str:
    return title if len(title) <= _TITLE_LETTERS else f"{title[: _TITLE_LETTERS - 1]}…"


@lru_cache(maxsize=256)
def clock(at: float) -> str:
    """The local time of a line, to the millisecond."""
    whole, part = divmod(at, 1)
    return f"{time.strftime('%H:%M:%S', time.localtime(whole))}.{int(part * 1000):03d}"


def _letter(cells: Sequence[int], cell: float) -> int:
    """The letter in a cell, the one before where it lies between two."""
    return max(0, min(bisect_right(cells, int(cell)) - 1, len(cells) - 1))


_TONES: Mapping[Level, Tone] = {Level.WARNING: Tone.TROUBLE, Level.ERROR: Tone.FAILED}
