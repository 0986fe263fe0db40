"""The field for what is looked for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_TIP = "Text as it is, or a regular expression between slashes (Ctrl+F)"


class FilterEdit(QLineEdit):
    """Enter goes on to the next match, Escape clears, the arrow down leads to the lines.

    Signals: `next_asked(bool)` with True: the one before; `lines_asked()`.
    """

    next_asked = Signal(bool)
    lines_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText("Text or /expression/")
        self.setAccessibleName("Look for text, or an expression between slashes")
        self.setToolTip(_TIP)
        self.setClearButtonEnabled(True)
        self.setMaxLength(1000)

    def refuse(self, wrong: str) -> None:
        """Mark what is written as wrong, "" as right."""
        self.setToolTip(wrong or _TIP)
        self.setAccessibleDescription(wrong)
        if bool(wrong) != bool(self.property("refused")):
            self.setProperty("refused", bool(wrong))
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that lead away from the field."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.next_asked.emit(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down):
            self.lines_asked.emit()
        else:
            super().keyPressEvent(event)
