"""What the process tree of one service uses, and used in the last minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.gui import theme, tokens
from launcher.gui.widgets.sparkline import Sparkline
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import memory, percent

if TYPE_CHECKING:
    from launcher.runtime.usage import Usage

_WIDTH = 68
_GAP = 8


class UsageCell(QWidget):
    """CPU and memory, each as a number and a line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cpu = TextLine("", "soft", tokens.SMALL, width=_WIDTH)
        self.line = Sparkline()
        self.memory = TextLine("", "soft", tokens.SMALL, width=_WIDTH)
        self.memory_line = Sparkline(amount=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_GAP)
        for words, line in ((self.cpu, self.line), (self.memory, self.memory_line)):
            column = QVBoxLayout()
            column.setSpacing(1)
            column.addStretch()
            column.addWidget(words)
            column.addWidget(line)
            column.addStretch()
            row.addLayout(column)
        self._fix()

    def changeEvent(self, event: QEvent) -> None:
        """The user can make letters larger."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fix()

    def show_usage(self, usage: Usage | None) -> None:
        """Take in a sample; None when there is no process."""
        if usage is None:
            self.cpu.say("")
            self.memory.say("")
            self.line.clear()
            self.memory_line.clear()
            return
        self.cpu.say(f"CPU {percent(usage.cpu_percent)}")
        self.memory.say(memory(usage.memory_bytes))
        # Rounded as they are told: what stays the same is not drawn anew.
        self.line.add(round(usage.cpu_percent, 1))
        self.memory_line.add(round(usage.memory_bytes / 1_000_000))

    def _fix(self) -> None:
        self.setFixedWidth(2 * round(_WIDTH * theme.zoom()) + _GAP)
