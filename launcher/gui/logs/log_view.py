"""Paints the visible lines of a log, however many there are.

There is no widget and no item a line: a scroll area asks the index for the rows that can be seen
and has them drawn. Owns scrolling, mouse and keys; how a line looks is `line_painter`, what is
selected `line_selection`.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from launcher.gui import theme, tokens
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.line_painter import LinePainter, clock
from launcher.gui.logs.line_selection import LineSelection

COPY_LIMIT = 20_000
"""Lines that one copy takes at most; the files have all."""

_TOP = 4
"""Pixels above the first line."""


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
        self._selection = LineSelection(index)
        self._follow = True
        self._moving = False
        self._longest = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.mono_font())
        self.setAccessibleName("Log lines")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._line = LinePainter(self.font())
        self.horizontalScrollBar().setSingleStep(round(self._line.letter * 4))

    # -- what is shown -------------------------------------------------------------------------

    def set_services(self, titles: Mapping[str, str]) -> None:
        """Say how the services are called, in the order that gives them their colours."""
        if self._line.set_services(titles):
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
        self._selection.clear()
        self._longest = 0
        self._set_range()
        self.set_follow(True)
        self.viewport().update()

    def reveal(self, position: int) -> None:
        """Scroll to a line and select it."""
        self._selection.choose(position)
        self.set_follow(False)
        self._move_to(self._index.row(position) - self._visible_rows() // 3)
        self.viewport().update()

    @property
    def reading_position(self) -> int:
        """Where a search begins: the selected line, else the first that is seen."""
        if self._selection.cursor is not None:
            return self._selection.cursor
        first = self.verticalScrollBar().value()
        return self._index.position(first) if first < len(self._index) else 0

    # -- selecting and copying -----------------------------------------------------------------

    def copy(self) -> None:
        """Put the selected lines on the clipboard, at most COPY_LIMIT of them."""
        records, cut = self._selection.records(COPY_LIMIT)
        lines = [
            f"{clock(record.at)} {self._line.title(record.service)} {record.text}"
            for record in records
        ]
        if lines:
            QGuiApplication.clipboard().setText("\n".join(lines))
        if cut:
            self.copy_cut.emit(COPY_LIMIT)

    def select_all(self) -> None:
        """Select every row."""
        self._selection.choose_all()
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
        low, high = self._selection.span or (1, 0)
        width, across = self.viewport().width(), self.horizontalScrollBar().value()
        for number, record in enumerate(records):
            box = QRect(0, number * self._line.height + _TOP, width, self._line.height)
            chosen = low <= record.position <= high
            self._line.paint(painter, box, record, across=across, chosen=chosen)
        painter.end()
        longest = max((len(record.text) for record in records), default=0)
        if longest > self._longest:
            self._longest = longest
            self._set_range()

    # -- inside --------------------------------------------------------------------------------

    def _visible_rows(self) -> int:
        return max(1, (self.viewport().height() - _TOP) // self._line.height)

    def _set_range(self) -> None:
        visible = self._visible_rows()
        bar = self.verticalScrollBar()
        self._moving = True
        bar.setPageStep(visible)
        bar.setRange(0, max(0, len(self._index) - visible))
        self._moving = False
        across = self.horizontalScrollBar()
        room = self.viewport().width() - self._line.text_x - tokens.GAP
        across.setPageStep(max(1, int(room)))
        across.setRange(0, max(0, round(self._longest * self._line.letter - room)))

    def _move_to(self, row: int) -> None:
        self._moving = True
        self.verticalScrollBar().setValue(max(0, row))
        self._moving = False

    def _scrolled(self, value: int) -> None:
        if not self._moving:
            self.set_follow(value >= self.verticalScrollBar().maximum())

    def _select_at(self, point: QPoint, *, extend: bool) -> None:
        row = self.verticalScrollBar().value() + (point.y() - _TOP) // self._line.height
        self._select_row(row, extend=extend)

    def _select_row(self, row: int, *, extend: bool) -> None:
        if not len(self._index):
            return
        position = self._index.position(max(0, min(row, len(self._index) - 1)))
        self._selection.choose(position, extend=extend)
        self.viewport().update()

    def _step(self, key: int, *, extend: bool) -> None:
        rows, visible = len(self._index), self._visible_rows()
        bar = self.verticalScrollBar()
        cursor = self._selection.cursor
        current = bar.value() - 1 if cursor is None else self._index.row(cursor)
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


_STEPS: Mapping[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_PageDown: 1,
}
