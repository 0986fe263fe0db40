"""The line in which addresses are typed; what is finished leaves it as a chip."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from launcher.gui.mail.addresses import separated

_LONGEST = 2_000_000


class AddressLine(QLineEdit):
    """Knows when an address is finished.

    Signals: `finished(str)` text with one or more addresses, which has left the line;
    `back_asked()` the one before the line is wanted.
    """

    finished = Signal(str)
    back_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrame(False)
        self.setProperty("look", "bare")
        self.setMaxLength(_LONGEST)
        self.textEdited.connect(self._edited)

    def finish(self) -> None:
        """Make chips of what stands here."""
        if text := self.text().strip():
            self.clear()
            self.finished.emit(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter finishes; Backspace and Left at the begin go to the chips; pasting keeps lines."""
        key, plain = event.key(), event.modifiers() == Qt.KeyboardModifier.NoModifier
        at_begin = self.cursorPosition() == 0 and not self.hasSelectedText()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self.finish()
        elif key in (Qt.Key.Key_Backspace, Qt.Key.Key_Left) and plain and at_begin:
            self.back_asked.emit()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self._paste(QGuiApplication.clipboard().text())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving finishes, but not for a menu or another window."""
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.PopupFocusReason,
            Qt.FocusReason.ActiveWindowFocusReason,
        ):
            self.finish()

    def _paste(self, text: str) -> None:
        """Several addresses become chips at once; a part of one is inserted."""
        if any(separator in text.strip() for separator in ",;\n\t"):
            before = self.text()[: self.cursorPosition()]
            after = self.text()[self.cursorPosition() :]
            self.setText(f"{before}{text}{after}")
            self.finish_raw(f"{before}{text}{after}")
        else:
            self.insert(text.strip())
            self._edited(self.text())

    def finish_raw(self, text: str) -> None:
        """Make chips of a text that the line itself could not hold, as its lines would be lost."""
        self.clear()
        self.finished.emit(text)

    def _edited(self, text: str) -> None:
        if separated(text):
            self.finish()
