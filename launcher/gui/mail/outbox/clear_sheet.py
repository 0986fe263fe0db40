"""Asks which delivered mails are old enough to go."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from launcher.gui import tokens
from launcher.gui.mail.sheet import Sheet, sentence


class ClearSheet(Sheet):
    """A number of days.

    Signals: `chosen(int)` the days.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Clear delivered mails", parent)
        self.days = QSpinBox()
        self.days.setRange(0, 3_650)
        self.days.setValue(30)
        self.days.setSuffix(" days")
        self.days.setAccessibleName("Older than so many days")
        self.days.setFixedHeight(tokens.CONTROL_HEIGHT)
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        row.addWidget(sentence("Delivered and cancelled mails older than"))
        row.addWidget(self.days)
        row.addStretch()
        self.body.addLayout(row)
        self.body.addWidget(
            sentence("They cannot be brought back. All others stay, failed ones too.")
        )
        self.clear = self.action("Clear", kind="danger")
        self.clear.clicked.connect(self._clear)
        self.close_button.setFocus()

    def _clear(self) -> None:
        self.chosen.emit(self.days.value())
        self.accept()
