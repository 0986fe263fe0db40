"""The attachments of a mail that came or went: names, sizes, Save as."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.mail.ask_path import ask_where_to_save
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import size
from launcher.mail import Attachment


class FileList(QScrollArea):
    """A row a file; nothing of it is opened.

    Signals: `save_asked(int, str)` an attachment's index and the path it shall be saved under.
    """

    save_asked = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Attachment, ...] = ()
        self.buttons: list[Button] = []
        self.setAccessibleName("Attachments")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)

    def show_files(self, files: tuple[Attachment, ...]) -> None:
        """Show these; rebuilt only when they are others."""
        if files == self._shown and self.widget() is not None:
            return
        self._shown = files
        self.buttons = []
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        for file in files:
            column.addLayout(self._row(file))
        column.addStretch()
        self.setWidget(body)
        # Qt fills a scroll area's widget with the window's colour from here on.
        body.setAutoFillBackground(False)

    def _row(self, file: Attachment) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        row.addWidget(TextLine(file.name, bold=True))
        row.addWidget(TextLine(f"{size(file.size)} · {file.content_type}", "soft"), 1)
        save = Button("Save as…", name=f"Save {file.name} as", small=True)
        save.clicked.connect(lambda: self._ask(file))
        self.buttons.append(save)
        row.addWidget(save)
        return row

    def _ask(self, file: Attachment) -> None:
        # The name came from elsewhere: only its last part is offered.
        offered = Path(file.name.replace("\\", "/")).name or "attachment"
        ask_where_to_save(
            self,
            "Save attachment",
            offered,
            lambda path: self.save_asked.emit(file.index, str(path)),
        )
