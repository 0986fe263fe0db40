"""Paints the visible lines of a log, however many there are.

There is no widget and no item a line: a scroll area asks a LineWindow for the lines that can be
seen and has them drawn. Owns scrolling, the mouse and the clipboard; keys are `view_keys`, how a
line looks `line_painter`, what is selected `line_selection`, what is seen `line_window`.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from launcher.core.logs import LogRecord
from launcher.gui import theme, tokens
from launcher.gui.logs.cells import letter_at, starts
from launcher.gui.logs.line_filter import LineFilter
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.line_painter import LinePainter, Marked
from launcher.gui.logs.line_selection import LineSelection
from launcher.gui.logs.line_window import LineWindow, VisualLine
from launcher.gui.logs.view_keys import ViewKeys
from launcher.gui.logs.view_mouse import ViewMouse

COPY_LIMIT = 20_000
"""Lines that one copy takes at most; an export takes all."""
ZOOM = range(-4, 11)
"""Steps of the text's size, each a tenth."""

_TOP = 4
"""Pixels above the first line."""
_MOST_HIGHLIGHTS = 200
"""Matches that are marked in one line."""


class LogView(QAbstractScrollArea):
    """Shows the rows of a LineIndex.

    Signals: `follow_changed(bool)` the reader scrolled away from the end, or back to it;
    `copy_cut(int)` a copy was cut at so many lines; `line_chosen(str)` the text of the line where
    the reader is, "" when there is none; `menu_asked(QPoint)` at a place of the screen.
    """

    follow_changed = Signal(bool)
    copy_cut = Signal(int)
    line_chosen = Signal(str)
    menu_asked = Signal(QPoint)

    def __init__(self, index: LineIndex, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self._window = LineWindow(index)
        self._selection = LineSelection(index)
        self._looked_for = LineFilter()
        self._follow = True
        self._moving = False
        self._wrap = False
        self._zoom = 0
        self._longest = 0
        self._seen_end = 0
        self._place: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(theme.mono_font())
        self.setAccessibleName("Log lines")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self._line = LinePainter(self.font())
        self._keys = ViewKeys(self)
        self._mouse = ViewMouse(self)

    # -- what is shown -------------------------------------------------------------------------

    def set_services(self, titles: Mapping[str, str]) -> None:
        """Say how the services are called, in the order that gives them their colours."""
        if self._line.set_services(titles):
            self._fit()

    def highlight(self, looked_for: LineFilter) -> None:
        """Mark where the words of this filter stand."""
        self._looked_for = looked_for
        self.viewport().update()

    def set_wrap(self, wrap: bool) -> None:  # noqa: FBT001 - a toggle's slot
        """Go on in the next line where one does not fit, or scroll across."""
        self._wrap = wrap
        self._window.top = (self._window.top[0], 0)
        self._fit()

    def zoom(self, steps: int | None) -> None:
        """Make the text larger by so many steps, smaller when negative; None: as it was."""
        wanted = 0 if steps is None else self._zoom + steps
        self._zoom = max(ZOOM[0], min(wanted, ZOOM[-1]))
        font = theme.mono_font()
        font.setPointSizeF(font.pointSizeF() * 1.1**self._zoom)
        self.setFont(font)
        self._line.set_font(font)
        self._fit()

    @property
    def follow(self) -> bool:
        """Whether the view stays at the newest line."""
        return self._follow

    def set_follow(self, follow: bool) -> None:  # noqa: FBT001 - a toggle's slot
        """Stay at the newest line, or stay where the reader is."""
        self._place = None
        if follow != self._follow:
            self._follow = follow
            self._seen_end = self._index.source_end
            self.follow_changed.emit(follow)
        if follow:
            self._window.go_end()
            self._show_place()

    @property
    def waiting(self) -> int:
        """How many shown lines came since the view stopped following."""
        return 0 if self._follow else len(self._index) - self._index.row(self._seen_end)

    @property
    def on_its_way(self) -> bool:
        """Whether the line that is to be shown has not been read yet."""
        return self._place is not None

    def rows_changed(self, dropped: int) -> None:
        """The index has more rows, and lost some at its front: keep what is seen in place."""
        row, part = self._window.top
        if self._place is not None:
            self._go_place(self._place)
        elif self._follow:
            self._window.go_end()
        else:
            self._window.go(max(0, row - dropped), part if row >= dropped else 0)
        self._show_place()

    def begin_anew(self, place: int | None) -> None:
        """Other rows: show the line at this position, or the next one; None: the newest, on."""
        self._longest = 0
        self._window.top = (0, 0)
        self.set_follow(place is None)
        if place is not None:
            self._place = place
        self.rows_changed(0)

    def reveal(self, position: int) -> None:
        """Scroll to a line and select it; across, too, where its first match is not seen."""
        self._selection.choose(position)
        self.set_follow(False)
        self._place = position
        self._go_place(position)
        self._show_place()
        records = self._index.records(self._index.row(position), 1)
        if records and (spans := self._looked_for.spans(records[0].text)):
            self.show_letter(records[0], spans[0][1])
            self.show_letter(records[0], spans[0][0])
        self.tell_line()

    @property
    def reading_position(self) -> int:
        """Where a search begins: the selected line, else the first that is seen."""
        if self._selection.cursor is not None:
            return self._selection.cursor
        first = self._window.top[0]
        return self._index.position(first) if first < len(self._index) else 0

    # -- selecting and copying -----------------------------------------------------------------

    @property
    def selection(self) -> LineSelection:
        """What is selected."""
        return self._selection

    @property
    def selected_words(self) -> str:
        """The selected part of one line; "" when more or nothing is selected."""
        if not self._selection.within_a_line:
            return ""
        return self._selection.text(COPY_LIMIT, self._line.told, columns=False)[0]

    def copy(self, *, columns: bool = True) -> None:
        """Put what is selected on the clipboard, at most COPY_LIMIT lines of it.

        With `columns` each line that is selected from its beginning carries its time and service,
        unless it is a part of a single line.
        """
        text, cut = self._selection.text(COPY_LIMIT, self._line.told, columns=columns)
        if text:
            QGuiApplication.clipboard().setText(text)
        if cut:
            self.copy_cut.emit(COPY_LIMIT)

    def select_all(self) -> None:
        """Select every row."""
        self._selection.choose_all()
        self.viewport().update()

    # -- for mouse and keys --------------------------------------------------------------------

    @property
    def index(self) -> LineIndex:
        """Its rows."""
        return self._index

    @property
    def lines(self) -> LineWindow:
        """What is seen of them."""
        return self._window

    def line_at(self, point: QPoint) -> VisualLine | None:
        """The line of the screen at a place, the nearest one outside; None when there is none."""
        lines = self._window.lines()
        number = max(0, min((point.y() - _TOP) // self._line.height, len(lines) - 1))
        return lines[number] if lines else None

    def letter_at(self, point: QPoint) -> int | None:
        """The letter of that line there; None beside the text."""
        line = self.line_at(point)
        if line is None or point.x() < self._line.text_x - self._line.letter:
            return None
        across = 0 if self._wrap else self.horizontalScrollBar().value()
        cell = starts(line.record.text)[line.begin]
        cell += round((point.x() - self._line.text_x + across) / self._line.letter)
        return max(line.begin, min(letter_at(line.record.text, cell), line.end))

    def choose_row(self, row: int, letter: int | None = None, *, extend: bool) -> None:
        """Select a row, or one of its letters, and let it be seen."""
        if not (rows := len(self._index)):
            return
        row = max(0, min(row, rows - 1))
        self._selection.choose(self._index.position(row), letter, extend=extend)
        part = 0
        if letter is not None and (records := self._index.records(row, 1)):
            self.show_letter(records[0], letter)
            part = self._window.part_of(records[0], letter)
        self._window.show(row, part)
        self.moved()
        self.tell_line()

    def show_letter(self, record: LogRecord, letter: int) -> None:
        """Scroll across so far that a letter is seen."""
        bar = self.horizontalScrollBar()
        x = round(starts(record.text)[min(letter, len(record.text))] * self._line.letter)
        self._longest = max(self._longest, starts(record.text)[-1])
        self._set_across()
        if x < bar.value():
            bar.setValue(max(0, x - bar.pageStep() // 4))
        elif x > bar.value() + bar.pageStep():
            bar.setValue(x - bar.pageStep() * 3 // 4)

    def moved(self) -> None:
        """The window was moved by the reader: at the end it follows."""
        self.set_follow(self._window.top >= self._window.end())
        self._show_place()

    def tell_line(self) -> None:
        """Say where the reader is, to the page and to a screen reader."""
        cursor = self._selection.cursor
        row = 0 if cursor is None else self._index.row(cursor)
        records = [] if cursor is None else self._index.records(row, 1)
        text = records[0].text if records else ""
        where = f"line {row + 1:,} of {len(self._index):,}: " if records else ""
        told = self._line.told(records[0]) if records else ""
        self.setAccessibleDescription(where + told[:500])
        self.line_chosen.emit(text)

    # -- events --------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select."""
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select on."""
        self._mouse.move(event)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """The selection is made."""
        self._mouse.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self._mouse.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu; a click outside of what is selected chooses that line first."""
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            found = self.line_at(event.pos())
            if found is not None and self._selection.letters(found.record) is None:
                self._selection.choose(found.record.position)
                self.viewport().update()
                self.tell_line()
            self.menu_asked.emit(event.globalPos())
        else:
            self.menu_asked.emit(self.mapToGlobal(QPoint(tokens.PAGE, tokens.PAGE)))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll by lines of the screen; with Ctrl change the size of the text."""
        notches = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if notches > 0 else -1)
        elif self._wrap and notches:
            self._window.scroll(-round(notches * 3) or (-1 if notches > 0 else 1))
            self.moved()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move, select, copy."""
        if not self._keys.take(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the scroll bars; stay at the end when following."""
        super().resizeEvent(event)
        self._fit()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        """Paint anew: the lines are not a picture that can be moved."""
        self.viewport().update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the lines that can be seen."""
        painter = QPainter(self.viewport())
        painter.setFont(self.font())
        lines = self._window.lines()
        width = self.viewport().width()
        across = 0 if self._wrap else self.horizontalScrollBar().value()
        for number, line in enumerate(lines):
            y = number * self._line.height + _TOP
            marked = self._marked(line.record)
            self._line.paint(painter, line, marked, y=y, width=width, across=across)
        painter.end()
        longest = max((starts(line.record.text)[-1] for line in lines), default=0)
        if longest > self._longest:
            self._longest = longest
            self._set_across()

    # -- inside --------------------------------------------------------------------------------

    def _marked(self, record: LogRecord) -> Marked:
        return Marked(
            self._selection.letters(record),
            self._looked_for.spans(record.text)[:_MOST_HIGHLIGHTS],
            current=record.position == self._selection.cursor,
        )

    def _fit(self) -> None:
        room = self.viewport().width() - self._line.text_x - tokens.GAP
        self._window.height = max(1, (self.viewport().height() - _TOP) // self._line.height)
        self._window.columns = max(1, int(room / self._line.letter)) if self._wrap else None
        self._set_across()
        self.rows_changed(0)

    def _set_across(self) -> None:
        bar = self.horizontalScrollBar()
        room = self.viewport().width() - self._line.text_x - tokens.GAP
        bar.setSingleStep(round(self._line.letter * 4))
        bar.setPageStep(max(1, int(room)))
        width = 0 if self._wrap else round(self._longest * self._line.letter - room)
        bar.setRange(0, max(0, width))

    def _go_place(self, position: int) -> None:
        """Show the line at a position once the index has come so far."""
        self._window.go(max(0, self._index.row(position) - self._window.height // 3))
        if self._index.end > position:
            self._place = None

    def _show_place(self) -> None:
        bar = self.verticalScrollBar()
        self._moving = True
        bar.setPageStep(self._window.height)
        bar.setRange(0, self._window.end()[0])
        bar.setValue(self._window.top[0])
        self._moving = False
        self.viewport().update()

    def _scrolled(self, row: int) -> None:
        if self._moving:
            return
        at_end = row >= self.verticalScrollBar().maximum()
        if not at_end:
            self._window.go(row)
        self.set_follow(at_end)
