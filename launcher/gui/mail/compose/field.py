"""A labelled control of a form, with room for what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.mail.compose.address_edit import AddressEdit
from launcher.gui.widgets.text_line import TextLine

LABEL_WIDTH = 58


class Field(QWidget):
    """Label, control, and below them the errors that were given for it; `wide` for long labels."""

    def __init__(
        self, label: str, control: QWidget, *, wide: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.control = control
        name = QLabel(label)
        name.setBuddy(control)
        name.setFont(theme.font())
        name.setForegroundRole(name.palette().ColorRole.Dark)
        name.setFixedWidth(2 * LABEL_WIDTH if wide else LABEL_WIDTH)
        name.setFixedHeight(tokens.CONTROL_HEIGHT)
        control.setAccessibleName(label)
        self.error = TextLine("", Tone.FAILED, tokens.SMALL)
        self.error.hide()
        right = QVBoxLayout()
        right.setSpacing(2)
        right.addWidget(control)
        right.addWidget(self.error)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GAP)
        row.addWidget(name, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)

    def refuse(self, words: Sequence[str]) -> None:
        """Show why the content was not accepted; nothing for an empty sequence."""
        text = " ".join(words)
        self.error.say(text)
        self.error.setVisible(bool(text))
        self.control.setAccessibleDescription(text)
        if isinstance(self.control, AddressEdit):
            self.control.set_refused(refused=bool(text))
            if text:
                self.control.mark(text)
        elif bool(text) != bool(self.control.property("refused")):
            self.control.setProperty("refused", bool(text))
            self.control.style().polish(self.control)
