"""Asks for a name and does something with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet, sentence


class NameSheet(Sheet):
    """Stays open until what is done with the name has worked.

    Signals: `done_with(str)` the name.
    """

    done_with = Signal(str)

    def __init__(
        self,
        parent: QWidget,
        background: Background,
        title: str,
        call: Callable[[str], object],
    ) -> None:
        super().__init__(title, parent)
        self._background = background
        self._call = call
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the template")
        self.name.setPlaceholderText("Name of the template")
        self.body.addWidget(
            sentence("{{ name }} in subject, text or HTML is asked for when the template is used.")
        )
        self.body.addWidget(self.name)
        self.save = self.action("Save")
        self.save.setEnabled(False)
        self.save.clicked.connect(self._save)
        self.name.textChanged.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.name.setFocus()

    def _save(self) -> None:
        name = self.name.text().strip()
        self.save.setEnabled(False)
        self._background.run(
            self, lambda: self._call(name), lambda _done: self._saved(name), self._failed
        )

    def _saved(self, name: str) -> None:
        self.done_with.emit(name)
        self.accept()

    def _failed(self, error: Exception) -> None:
        self.save.setEnabled(True)
        self.say(str(error), wrong=True)
