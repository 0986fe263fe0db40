"""Asks before a caught mail is sent on to real people."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from launcher.gui.mail.addresses import parse
from launcher.gui.mail.compose.address_edit import AddressEdit
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.gui.words import counted
from launcher.mail import InboxMail


class ReleaseSheet(Sheet):
    """To whom it goes can be changed.

    Signals: `chosen(object)` the addresses, a tuple of str.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, mail: InboxMail, server: str, safe_mode: str) -> None:
        super().__init__("Release this mail?", parent)
        words = f"It is sent on as it came, by {server}, and really arrives."
        if safe_mode:
            words = f"It is sent on as it came, by {server}. Safe mode is on: to {safe_mode} alone."
        self.body.addWidget(sentence(words))
        self.to = AddressEdit("To")
        self.to.setAccessibleName("Released to")
        self.to.set_addresses(parse("\n".join(mail.row.recipients)))
        self.body.addWidget(self.to)
        self.release = self.action("Release", kind="danger")
        self.release.clicked.connect(self._release)
        self.to.changed.connect(self._say)
        self._say()
        self.close_button.setFocus()

    def _say(self) -> None:
        wrong = self.to.invalid()
        people = self.to.valid()
        self.release.setEnabled(bool(people) and not wrong)
        words = f"To {counted(len(people), 'address', 'addresses')}" if people else "To nobody yet"
        self.say(f"{wrong[0].text}: {wrong[0].reason}" if wrong else words, wrong=bool(wrong))

    def _release(self) -> None:
        self.chosen.emit(self.to.valid())
        self.accept()
