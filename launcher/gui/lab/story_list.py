"""What happened, newest first."""

from __future__ import annotations

from PySide6.QtWidgets import QListWidget, QVBoxLayout, QWidget

from launcher.gui import theme, tokens
from launcher.gui.lab.desk import STORY, LabDesk
from launcher.gui.widgets.text_line import TextLine

_HEIGHT = 150


class StoryList(QWidget):
    """Sentences of the desk."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = QListWidget()
        self.lines.setAccessibleName("What happened")
        self.lines.setFont(theme.font(tokens.SMALL))
        self.lines.setWordWrap(True)
        self.lines.setFixedHeight(_HEIGHT)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addWidget(TextLine("What happened", bold=True))
        column.addWidget(self.lines)
        desk.story_grew.connect(self._add)
        for sentence in desk.story:
            self._add(sentence)

    def _add(self, sentence: str) -> None:
        self.lines.insertItem(0, sentence)
        while self.lines.count() > STORY:
            self.lines.takeItem(self.lines.count() - 1)
