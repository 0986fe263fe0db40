"""Several checks in full, behind one chip: those that passed, or those that are alike."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QWidget

from launcher.core.checks import CheckResult
from launcher.gui import tokens
from launcher.gui.services.check_popover import TONES
from launcher.gui.widgets.popover import Popover
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import check_words


class ChecksPopover(Popover):
    """One line a check."""

    def __init__(self, checks: Sequence[CheckResult], parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaximumWidth(560)
        self.body.setSpacing(tokens.TIGHT)
        for check in checks:
            line = QHBoxLayout()
            line.setSpacing(tokens.GAP)
            line.addWidget(StateMark(TONES[check.verdict]))
            line.addWidget(TextLine(check_words(check), "soft", tokens.SMALL), 1)
            self.body.addLayout(line)
