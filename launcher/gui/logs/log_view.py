"""Paints the visible lines of a log, however many there are.

There is no widget and no item a line: a scroll area asks the index for the rows that can be seen
and draws them. Selected lines are remembered by position, so they stay when older ones are dropped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from launcher.core.explain import Tone
from launcher.core.logs import Level, LogRecord
from launcher.gui import theme, tokens
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.widgets.marks import paint_mark

COPY_LIMIT = 20_000
"""Lines that one copy takes at most; the files have all."""

_GUTTER = 24
_CLOCK = "00:00:00.000"


class LogView(QAbstractScrollArea):
    """Shows the rows of a LineIndex.

    Signals: `follow_changed(bool)` the reader scrolled away from the end, or back to it;
    `copy_cut(int)` a copy was cut at so many lines.
    """

    follow_changed = Signal(bool)
    copy_cut = Signal(int)

    def __init__(self, index: LineIndex, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self._titles: Mapping[str, str] = {}
        self._order: Mapping[str, int] = {}
        self._follow = True
        self._moving = False
        self._longest = 0
        self._anchor: int | None = None
        self._cursor: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.mono_font())
        self.setAccessibleName("Log lines")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        metrics = QFontMetricsF(self.font())
        self._line = round(metrics.height() + 4)
        self._letter = metrics.horizontalAdvance("0")
        self.horizontalScrollBar().setSingleStep(round(self._letter * 4))

    # -- what is shown -------------------------------------------------------------------------

    def set_services(self, titles: Mapping[str, str]) -> None:
        """Say how the services are called, in the order that gives them their colours."""
        if titles != self._titles:
            self._titles = dict(titles)
            self._order = {name: number for number, name in enumerate(titles)}
            self.viewport().update()

    @property
    def follow(self) -> bool:
        """Whether the view stays at the newest line."""
        return self._follow

    def set_follow(self, follow: bool) -> None:  # noqa: FBT001 - a toggle's slot
        """Stay at the newest line, or stay where the reader is."""
        if follow != self._follow:
            self._follow = follow
            self.follow_changed.emit(follow)
        if follow:
            self._move_to(self.verticalScrollBar().maximum())

    def rows_changed(self, dropped: int) -> None:
        """The index has more rows, and lost some at its front: keep what is seen in place."""
        before = self.verticalScrollBar().value()
        self._set_range()
        target = self.verticalScrollBar().maximum() if self._follow else before - dropped
        self._move_to(target)
        self.viewport().update()

    def begin_anew(self) -> None:
        """Another filter: nothing is selected, the newest lines are shown."""
        self._anchor = self._cursor = None
        self._longest = 0
        self._set_range()
        self.set_follow(True)
        self.viewport().update()

    def reveal(self, position: int) -> None:
        """Scroll to a line and select it."""
        self._anchor = self._cursor = position
        self.set_follow(False)
        self._move_to(self._index.row(position) - self._visible_rows() // 3)
        self.viewport().update()

    @property
    def reading_position(self) -> int:
        """Where a search begins: the selected line, else the first that is seen."""
        if self._cursor is not None:
            return self._cursor
        first = self.verticalScrollBar().value()
        return self._index.position(first) if first < len(self._index) else 0

    # -- selecting and copying -----------------------------------------------------------------

    def selected_text(self) -> str:
        """The selected lines, as they are copied."""
        selection = self._selection()
        if selection is None:
            return ""
        low, high = selection
        first, last = self._index.row(low), self._index.row(high)
        wanted = last - first + 1
        records = self._index.records(first, min(wanted, COPY_LIMIT))
        if wanted > COPY_LIMIT:
            self.copy_cut.emit(COPY_LIMIT)
        return "\n".join(
            f"{clock(record.at)} {self._title(record.service)} {record.text}"
            for record in records
            if record.position <= high
        )

    def copy(self) -> None:
        """Put the selected lines on the clipboard."""
        if text := self.selected_text():
            QGuiApplication.clipboard().setText(text)

    def select_all(self) -> None:
        """Select every row."""
        if rows := len(self._index):
            self._anchor = self._index.position(0)
            self._cursor = self._index.position(rows - 1)
            self.viewport().update()

    # -- events --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the line under the mouse; with Shift, up to it."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._select_at(
            event.position().toPoint(),
            extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier),
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select on to the line under the mouse, scrolling when it leaves the view."""
        if not event.buttons() & Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        bar = self.verticalScrollBar()
        if point.y() < 0:
            bar.setValue(bar.value() - 1)
        elif point.y() > self.viewport().height():
            bar.setValue(bar.value() + 1)
        self._select_at(point, extend=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select, copy."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() in _STEPS or event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._step(
                event.key(), extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            )
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the scroll bars; stay at the end when following."""
        super().resizeEvent(event)
        self._set_range()
        if self._follow:
            self._move_to(self.verticalScrollBar().maximum())

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Paint anew: the lines are not a picture that can be moved."""
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the rows that can be seen."""
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        first = self.verticalScrollBar().value()
        records = self._index.records(first, self._visible_rows() + 1)
        low, high = self._selection() or (1, 0)
        for number, record in enumerate(records):
            chosen = low <= record.position <= high
            self._paint_line(painter, number * self._line + 4, record, chosen=chosen)
        painter.end()
        longest = max((len(record.text) for record in records), default=0)
        if longest > self._longest:
            self._longest = longest
            self._set_range()

    # -- inside --------------------------------------------------------------------------------

    def _paint_line(self, painter: QPainter, y: int, record: LogRecord, *, chosen: bool) -> None:
        c = theme.colours()
        tone = _TONES.get(record.level)
        fill = c.selected if chosen else ""
        if not fill and tone is not None:
            fill = c.fail_fill if tone is Tone.FAILED else c.warn_fill
        width = self.viewport().width()
        if fill:
            painter.fillRect(QRect(0, y, width, self._line), QColor(fill))
        if tone is not None:
            paint_mark(painter, QRectF(9, y + (self._line - 8) / 2, 8, 8), tone)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        service_x, text_x = self._columns()
        painter.setPen(QColor(c.faint))
        painter.drawText(QRectF(_GUTTER, y, service_x, self._line), flags, clock(record.at))
        painter.setPen(QColor(c.services[self._order.get(record.service, -1) % len(c.services)]))
        box = QRectF(service_x, y, text_x - service_x - self._letter, self._line)
        painter.drawText(box, flags, self._title(record.service))
        ink = c.tones[tone] if tone else c.faint if record.level is Level.DEBUG else c.ink
        painter.setPen(QColor(ink))
        # Only the letters that can be seen are laid out: a line may have 8 KiB.
        skipped = int(self.horizontalScrollBar().value() / self._letter)
        room = int((width - text_x) / self._letter) + 2
        text = record.text[skipped : skipped + room].replace("\t", " ")
        painter.drawText(QRectF(text_x, y, width - text_x, self._line), flags, text)

    def _columns(self) -> tuple[float, float]:
        service = _GUTTER + self._letter * (len(_CLOCK) + 2)
        widest = max((len(title) for title in self._titles.values()), default=8)
        return service, service + self._letter * (min(widest, 16) + 2)

    def _title(self, service: str) -> str:
        return self._titles.get(service, service)

    def _visible_rows(self) -> int:
        return max(1, (self.viewport().height() - 4) // self._line)

    def _set_range(self) -> None:
        visible = self._visible_rows()
        bar = self.verticalScrollBar()
        self._moving = True
        bar.setPageStep(visible)
        bar.setRange(0, max(0, len(self._index) - visible))
        self._moving = False
        across = self.horizontalScrollBar()
        room = self.viewport().width() - self._columns()[1] - tokens.GAP
        across.setPageStep(max(1, int(room)))
        across.setRange(0, max(0, round(self._longest * self._letter - room)))

    def _move_to(self, row: int) -> None:
        self._moving = True
        self.verticalScrollBar().setValue(max(0, row))
        self._moving = False

    def _scrolled(self, value: int) -> None:
        if not self._moving:
            self.set_follow(value >= self.verticalScrollBar().maximum())

    def _selection(self) -> tuple[int, int] | None:
        """The first and the last selected position."""
        if self._anchor is None or self._cursor is None:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    def _select_at(self, point: QPoint, *, extend: bool) -> None:
        row = self.verticalScrollBar().value() + (point.y() - 4) // self._line
        self._select_row(row, extend=extend)

    def _select_row(self, row: int, *, extend: bool) -> None:
        if not len(self._index):
            return
        self._cursor = self._index.position(max(0, min(row, len(self._index) - 1)))
        if not extend or self._anchor is None:
            self._anchor = self._cursor
        self.viewport().update()

    def _step(self, key: int, *, extend: bool) -> None:
        rows, visible = len(self._index), self._visible_rows()
        bar = self.verticalScrollBar()
        current = bar.value() - 1 if self._cursor is None else self._index.row(self._cursor)
        if key == Qt.Key.Key_Home:
            row = 0
        elif key == Qt.Key.Key_End:
            row = rows - 1
        else:
            pages = key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
            row = current + _STEPS[key] * (visible if pages else 1)
        row = max(0, min(row, rows - 1))
        self._select_row(row, extend=extend)
        if row < bar.value():
            bar.setValue(row)
        elif row >= bar.value() + visible:
            bar.setValue(row - visible + 1)


def clock(at: float) -> str:
    """The local time of a line, to the millisecond."""
    whole, part = divmod(at, 1)
    return f"{time.strftime('%H:%M:%S', time.localtime(whole))}.{int(part * 1000):03d}"


_TONES: Mapping[Level, Tone] = {Level.WARNING: Tone.TROUBLE, Level.ERROR: Tone.FAILED}
_STEPS: Mapping[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_PageDown: 1,
}
