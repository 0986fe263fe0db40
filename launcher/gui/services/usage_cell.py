"""What the process tree of one service uses, and for how long it has run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.widgets.sparkline import Sparkline
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import percent

if TYPE_CHECKING:
    from launcher.runtime.usage import Usage


_WIDTH = 78


class UsageCell(QWidget):
    """CPU as a number and a line over the last minutes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cpu = TextLine("", "soft", tokens.SMALL, width=_WIDTH)
        self.line = Sparkline()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addStretch()
        column.addWidget(self.cpu)
        column.addWidget(self.line)
        column.addStretch()
        self.setFixedWidth(_WIDTH)

    def show_usage(self, usage: Usage | None) -> None:
        """Take in a sample; None when there is no process."""
        if usage is None:
            self.cpu.say("")
            self.line.clear()
            return
        self.cpu.say(f"CPU {percent(usage.cpu_percent)}")
        self.line.add(usage.cpu_percent)
