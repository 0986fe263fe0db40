"""All addresses of a field as a list, a line each: for lists too long for chips."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from launcher.gui import theme
from launcher.gui.mail.addresses import Address, parse
from launcher.gui.mail.sheet import Sheet
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.words import counted

CHECK_MS = 300
NAMED = 50


class AddressSheet(Sheet):
    """Edits the list as text; what is wrong is named below.

    Signals: `changed(object)` the addresses, when they are taken over.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget, name: str, addresses: tuple[Address, ...]) -> None:
        super().__init__(f"{name}: all addresses", parent, width=560)
        self.text = QPlainTextEdit("\n".join(one.text for one in addresses))
        self.text.setAccessibleName("Addresses, one a line")
        self.text.setProperty("look", "field")
        self.text.setFont(theme.font())
        self.text.setTabChangesFocus(True)
        self.text.setMinimumHeight(220)
        self.wrong = TextPane("What is wrong", code=True)
        self.wrong.setFixedHeight(96)
        self.body.addWidget(self.text, 1)
        self.body.addWidget(self.wrong)
        self.take_over = self.action("Use this list")
        self.take_over.clicked.connect(self._take_over)
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(CHECK_MS)
        self._typed.timeout.connect(self._check)
        self.text.textChanged.connect(self._typed.start)
        self._check()

    def _check(self) -> None:
        found = parse(self.text.toPlainText())
        wrong = [one for one in found if one.reason]
        lines = [f"{one.text}: {one.reason}" for one in wrong[:NAMED]]
        if len(wrong) > NAMED:
            lines.append(f"… and {len(wrong) - NAMED:,} more")
        self.wrong.show_text("\n".join(lines))
        self.wrong.setVisible(bool(wrong))
        words = counted(len(found), "address", "addresses")
        self.say(f"{words}, {len(wrong):,} invalid" if wrong else words)

    def _take_over(self) -> None:
        self.changed.emit(parse(self.text.toPlainText()))
        self.accept()
