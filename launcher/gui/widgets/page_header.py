"""The head of a page: its title, one line of how things stand, and its main buttons."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from launcher.gui import tokens
from launcher.gui.widgets.text_line import TextLine


class PageHeader(QWidget):
    """Title on the left, buttons on the right."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = TextLine(title, scale=tokens.TITLE, bold=True)
        self.summary = TextLine("", "soft")
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.summary.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(tokens.TIGHT + 2)
        self._row.addWidget(self.title)
        self._row.addSpacing(tokens.HAIR)
        self._row.addWidget(self.summary, 1)
        self.setMinimumHeight(tokens.CONTROL_HEIGHT + 2)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def add(self, widget: QWidget) -> None:
        """Put a control at the right."""
        self._row.addWidget(widget)
