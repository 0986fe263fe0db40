"""What the home holds: logs, broker, database and all of it, and the way to start over."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from launcher.core.disk import Part
from launcher.gui import tokens
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import size

TITLES: Mapping[Part, str] = {
    Part.LOGS: "Logs",
    Part.BROKER: "Broker",
    Part.DATABASE: "Database: mails and inbox",
    Part.OTHER: "All else",
}


class StorageCard(Card):
    """Figures and two buttons.

    Signals: `start_over_asked()`, `folder_asked()`.
    """

    start_over_asked = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.figures = {part: TextLine("…", "soft") for part in TITLES}
        self.total = TextLine("…", bold=True)
        self.start_over = Button("Start over…", name="Start over: remove broker, database or all")
        self.folder = Button("Show folder", name="Show the folder of all data")
        self.start_over.clicked.connect(self.start_over_asked)
        self.folder.clicked.connect(self.folder_asked)
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.PAGE)
        grid.setVerticalSpacing(tokens.TIGHT)
        for row, (part, title) in enumerate(TITLES.items()):
            grid.addWidget(TextLine(title), row, 0)
            grid.addWidget(self.figures[part], row, 1)
        grid.addWidget(TextLine("Together", bold=True), len(TITLES), 0)
        grid.addWidget(self.total, len(TITLES), 1)
        grid.setColumnStretch(1, 1)
        buttons = QVBoxLayout()
        buttons.setSpacing(tokens.TIGHT)
        buttons.addWidget(self.folder)
        buttons.addWidget(self.start_over)
        buttons.addStretch()
        grid.addLayout(buttons, 0, 2, len(TITLES) + 1, 1)
        grid.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        self.setLayout(grid)

    def show_use(self, use: Mapping[Part, int]) -> None:
        """Take in how much there is."""
        for part, label in self.figures.items():
            label.say(size(use[part]))
        self.total.say(size(sum(use.values())))
