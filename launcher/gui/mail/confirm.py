"""Asks before something that cannot be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from launcher.gui.mail.sheet import Sheet, sentence


class Confirm(Sheet):
    """A question with one button that does it and one that does not, which has the keyboard."""

    def __init__(
        self, parent: QWidget, title: str, words: str, action: str, done: Callable[[], None]
    ) -> None:
        super().__init__(title, parent)
        self.words = sentence(words)
        self.body.addWidget(self.words)
        self.do = self.action(action, kind="danger")
        self.do.clicked.connect(self.accept)
        self.accepted.connect(done)
        self.close_button.setFocus()
