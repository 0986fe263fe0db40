"""What the keys do in the log view: move, select, copy, scroll, change the size of the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

if TYPE_CHECKING:
    from launcher.gui.logs.log_view import LogView

_WORD = re.compile(r"\w+|[^\w\s]+|\s+")


class ViewKeys:
    """Up, Down, Page Up, Page Down, Home and End move from line to line, with Shift they select.

    Shift with Left and Right selects letters, with Ctrl words. Ctrl+C copies, Ctrl+Shift+C without
    time and service, Ctrl+A selects all.
    """

    def __init__(self, view: LogView) -> None:
        self._view = view
        self._sequences: tuple[
            tuple[QKeySequence | QKeySequence.StandardKey, Callable[[], None]], ...
        ]
        self._sequences = (
            (QKeySequence.StandardKey.Copy, view.copy),
            (QKeySequence("Ctrl+Shift+C"), partial(view.copy, columns=False)),
            (QKeySequence.StandardKey.SelectAll, view.select_all),
        )

    def take(self, event: QKeyEvent) -> bool:
        """Do what the key stands for; False when it is none of ours."""
        for keys, act in self._sequences:
            if _matches(event, keys):
                act()
                return True
        modifiers = event.modifiers()
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            forward = event.key() == Qt.Key.Key_Right
            words = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
            self._aside(forward=forward, words=words, select=shift)
        elif (row := self._target(event.key())) is not None:
            self._view.choose_row(row, extend=shift)
        else:
            return False
        return True

    def _target(self, key: int) -> int | None:
        rows, visible = len(self._view.index), self._view.lines.height
        if key == Qt.Key.Key_Home:
            return 0
        if key == Qt.Key.Key_End:
            return rows - 1
        if key not in _STEPS:
            return None
        cursor = self._view.selection.cursor
        top = self._view.lines.top[0]
        # Without a line chosen, a step begins at the newest when following, else at the top.
        begin = rows if self._view.follow else top - 1
        current = begin if cursor is None else self._view.index.row(cursor)
        pages = key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        return current + _STEPS[key] * (visible if pages else 1)

    def _aside(self, *, forward: bool, words: bool, select: bool) -> None:
        view = self._view
        bar = view.horizontalScrollBar()
        if not select:
            bar.setValue(bar.value() + (bar.singleStep() if forward else -bar.singleStep()))
            return
        selection, index = view.selection, view.index
        if selection.cursor is None:
            return
        row = index.row(selection.cursor)
        records = index.records(row, 1)
        if not records:
            return
        text, letter = records[0].text, selection.cursor_letter
        if letter is None:
            letter = 0 if forward else len(text)
            selection.choose(records[0].position, letter)
        letter = min(letter, len(text))
        if words:
            begin, end = word_at(text, letter if forward else letter - 1)
            letter = end if forward else begin
        else:
            letter += 1 if forward else -1
        view.choose_row(row, max(0, min(letter, len(text))), extend=True)


def word_at(text: str, letter: int) -> tuple[int, int]:
    """Where the word of a letter begins and ends; of equal marks or blanks, where those do."""
    letter = max(0, min(letter, len(text) - 1))
    for match in _WORD.finditer(text):
        if match.end() > letter:
            return match.span()
    return 0, len(text)


def _matches(event: QKeyEvent, keys: QKeySequence | QKeySequence.StandardKey) -> bool:
    if isinstance(keys, QKeySequence.StandardKey):
        return event.matches(keys)
    return QKeySequence(event.keyCombination()) == keys


_STEPS: Mapping[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -1,
    Qt.Key.Key_PageDown: 1,
}
