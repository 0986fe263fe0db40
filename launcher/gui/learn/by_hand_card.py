"""The same by hand: a lesson's commands for a terminal, each to be copied."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.lessons import ByHand
from launcher.gui import theme, tokens
from launcher.gui.learn.paragraph import Paragraph
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card

WHERE = "In the folder of the checkout, after . .venv/bin/activate"


class ByHandCard(Card):
    """Lists commands."""

    def __init__(self, commands: tuple[ByHand, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.copies: list[Button] = []
        self.everything = Button("Copy all", name="Copy all commands", small=True)
        self.everything.clicked.connect(
            partial(_copy, "\n".join(each.command for each in commands) + "\n")
        )
        head = QHBoxLayout()
        head.addWidget(Paragraph("The same by hand, in a terminal", bold=True), 1)
        head.addWidget(self.everything)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addWidget(Paragraph(WHERE, small=True))
        for each in commands:
            column.addLayout(self._line(each))

    def _line(self, each: ByHand) -> QHBoxLayout:
        command = QLabel(_breakable(each.command))
        command.setTextFormat(Qt.TextFormat.PlainText)
        command.setWordWrap(True)
        command.setFont(theme.mono_font())
        command.setAccessibleName(each.command)
        copy = Button("Copy", name=f"Copy {each.command}", small=True)
        copy.setToolTip("")
        copy.clicked.connect(partial(_copy, each.command))
        self.copies.append(copy)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(command)
        words.addWidget(Paragraph(each.words, small=True))
        line = QHBoxLayout()
        line.setSpacing(tokens.GAP)
        line.addLayout(words, 1)
        line.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        return line


def _breakable(command: str) -> str:
    """The command with room to break after dots and slashes of long words."""
    return command.replace(".", ".\N{ZERO WIDTH SPACE}").replace("/", "/\N{ZERO WIDTH SPACE}")


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
