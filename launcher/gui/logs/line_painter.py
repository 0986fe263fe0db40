"""How one line of a log looks: its columns, colours and mark."""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from launcher.core.explain import Tone
from launcher.core.logs import Level, LogRecord
from launcher.gui import theme
from launcher.gui.widgets.marks import paint_mark

_GUTTER = 24
_CLOCK = "00:00:00.000"
_TITLE_LETTERS = 16
"""How wide the services' column may become."""


class LinePainter:
    """Paints lines in one font of fixed width; all measures are in pixels."""

    def __init__(self, font: QFont) -> None:
        metrics = QFontMetricsF(font)
        self.height = round(metrics.height() + 4)
        self.letter = metrics.horizontalAdvance("0")
        self._titles: Mapping[str, str] = {}
        self._order: Mapping[str, int] = {}

    def set_services(self, titles: Mapping[str, str]) -> bool:
        """How services are called, in the order that gives them their colours; False: as before."""
        if titles == self._titles:
            return False
        self._titles = dict(titles)
        self._order = {name: number for number, name in enumerate(titles)}
        return True

    def title(self, service: str) -> str:
        """How a service is called."""
        return self._titles.get(service, service)

    @property
    def text_x(self) -> float:
        """Where the text begins, behind the columns of the clock and the service."""
        widest = max((len(title) for title in self._titles.values()), default=8)
        return self._service_x + self.letter * (min(widest, _TITLE_LETTERS) + 2)

    @property
    def _service_x(self) -> float:
        return _GUTTER + self.letter * (len(_CLOCK) + 2)

    def paint(
        self, painter: QPainter, box: QRect, record: LogRecord, *, across: int, chosen: bool
    ) -> None:
        """Draw a line into `box`, its text scrolled by `across`."""
        c = theme.colours()
        tone = _TONES.get(record.level)
        fill = c.selected if chosen else ""
        if not fill and tone is not None:
            fill = c.fail_fill if tone is Tone.FAILED else c.warn_fill
        y, width = box.y(), box.width()
        if fill:
            painter.fillRect(box, QColor(fill))
        if tone is not None:
            paint_mark(painter, QRectF(9, y + (self.height - 8) / 2, 8, 8), tone)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        service_x, text_x = self._service_x, self.text_x
        painter.setPen(QColor(c.faint))
        painter.drawText(QRectF(_GUTTER, y, service_x, self.height), flags, clock(record.at))
        painter.setPen(QColor(c.services[self._order.get(record.service, -1) % len(c.services)]))
        column = QRectF(service_x, y, text_x - service_x - self.letter, self.height)
        painter.drawText(column, flags, self.title(record.service))
        ink = c.tones[tone] if tone else c.faint if record.level is Level.DEBUG else c.ink
        painter.setPen(QColor(ink))
        # Only the letters that can be seen are laid out: a line may have 8 KiB.
        skipped = int(across / self.letter)
        room = int((width - text_x) / self.letter) + 2
        text = record.text[skipped : skipped + room].replace("\t", " ")
        painter.drawText(QRectF(text_x, y, width - text_x, self.height), flags, text)


def clock(at: float) -> str:
    """The local time of a line, to the millisecond."""
    whole, part = divmod(at, 1)
    return f"{time.strftime('%H:%M:%S', time.localtime(whole))}.{int(part * 1000):03d}"


_TONES: Mapping[Level, Tone] = {Level.WARNING: Tone.TROUBLE, Level.ERROR: Tone.FAILED}
