"""What the mouse does in the log view: select letters, words and lines, scrolling as it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from launcher.gui.logs.view_keys import word_at

if TYPE_CHECKING:
    from launcher.gui.logs.log_view import LogView

_DRAG_MS = 40


class ViewMouse(QObject):
    """In the text the mouse selects letters, a double click a word; beside it whole lines."""

    def __init__(self, view: LogView) -> None:
        super().__init__(view)
        self._view = view
        self._drag = QTimer(self)
        self._drag.setInterval(_DRAG_MS)
        self._drag.timeout.connect(self._drag_on)

    def press(self, event: QMouseEvent) -> None:
        """Begin to select under the mouse; with Shift, select up to it."""
        if event.button() is Qt.MouseButton.LeftButton:
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._select(event.position().toPoint(), extend=extend)

    def move(self, event: QMouseEvent) -> None:
        """Select on."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag.start()
            self._select(event.position().toPoint(), extend=True)
            span = self._view.selection.span
            if span is not None and span[0] != span[1]:
                # What is being selected must not run away.
                self._view.set_follow(False)

    def release(self) -> None:
        """The selection is made."""
        self._drag.stop()
        self._view.tell_line()

    def double_click(self, event: QMouseEvent) -> None:
        """Select a word."""
        point = event.position().toPoint()
        found = self._view.line_at(point)
        letter = self._view.letter_at(point)
        if found is not None and letter is not None:
            begin, end = word_at(found.record.text, letter)
            self._view.selection.choose_letters(found.record.position, begin, end)
            self._view.viewport().update()
            self._view.tell_line()

    def _select(self, point: QPoint, *, extend: bool) -> None:
        found = self._view.line_at(point)
        if found is None:
            return
        letter = self._view.letter_at(point)
        selection = self._view.selection
        if extend and letter is None and selection.cursor_letter is not None:
            letter = 0  # letters were begun with
        selection.choose(found.record.position, letter, extend=extend)
        self._view.viewport().update()

    def _drag_on(self) -> None:
        """The mouse is held outside: scroll on and select what comes."""
        view = self._view
        port = view.viewport()
        point = port.mapFromGlobal(view.cursor().pos())
        beyond = point.y() if point.y() < 0 else max(0, point.y() - port.height())
        if beyond:
            view.lines.scroll(max(-9, min(beyond // 8, 9)) or (1 if beyond > 0 else -1))
            view.moved()
            self._select(point, extend=True)
