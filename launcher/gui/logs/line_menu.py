"""The menu of the lines: what can be done with the selected ones."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from launcher.gui.logs.log_view import LogView

_LONGEST = 24


class LineMenu(QMenu):
    """Opens where it is asked for.

    Signals: `around_asked()` show what stands around the line; `text_asked(str)` look for it;
    `service_asked(object)` show this one alone, None: all again; `mail_asked(int)` show this mail.
    """

    around_asked = Signal()
    text_asked = Signal(str)
    service_asked = Signal(object)
    mail_asked = Signal(int)

    def __init__(self, view: LogView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._words = ""
        self._service: str | None = None
        self._mail: int | None = None
        self.copy = self.addAction("Copy")
        self.copy.setShortcut(QKeySequence.StandardKey.Copy)
        self.copy_text = self.addAction("Copy text only")
        self.copy_text.setShortcut("Ctrl+Shift+C")
        self.all = self.addAction("Select all")
        self.all.setShortcut(QKeySequence.StandardKey.SelectAll)
        self.addSeparator()
        self.around = self.addAction("Show the lines around it")
        self.look_for = self.addAction("")
        self.one_service = self.addAction("")
        self.mail = self.addAction("")
        self.copy.triggered.connect(lambda: view.copy(columns=True))
        self.copy_text.triggered.connect(lambda: view.copy(columns=False))
        self.all.triggered.connect(view.select_all)
        self.around.triggered.connect(self.around_asked)
        self.look_for.triggered.connect(lambda: self.text_asked.emit(self._words))
        self.one_service.triggered.connect(lambda: self.service_asked.emit(self._service))
        self.mail.triggered.connect(lambda: self.mail_asked.emit(self._mail))

    def open_at(
        self, place: QPoint, *, filtered: bool, service: tuple[str | None, str], mail: int | None
    ) -> None:
        """Open with what fits the line: `service` is the one to offer and its title, "" for none.

        `filtered` when lines are left out, so that there is something around.
        """
        self._words, self._mail = self._view.selected_words, mail
        self._service, title = service
        chosen = self._view.selection.cursor is not None
        for action in (self.copy, self.copy_text):
            action.setEnabled(chosen)
        self.around.setVisible(filtered and chosen)
        self.look_for.setVisible(bool(self._words))
        shown = self._words if len(self._words) <= _LONGEST else f"{self._words[:_LONGEST]}…"
        self.look_for.setText(f"Look for “{shown.replace('&', '&&')}”")
        self.one_service.setVisible(bool(title))
        self.one_service.setText(f"Show {title}" + (" alone" if self._service else ""))
        self.mail.setVisible(mail is not None)
        self.mail.setText(f"Show mail {mail}")
        self.popup(place)
