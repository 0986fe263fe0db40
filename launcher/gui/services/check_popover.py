"""A prerequisite in full: the fact and the remedy, to be read and copied."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from launcher.core.checks import CheckResult, Verdict
from launcher.core.explain import Tone
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.popover import Popover
from launcher.gui.widgets.text_line import TextLine

TONES = {Verdict.OK: Tone.READY, Verdict.WARN: Tone.TROUBLE, Verdict.FAIL: Tone.FAILED}


class CheckPopover(Popover):
    """Opens below the chip of one CheckResult."""

    def __init__(self, check: CheckResult, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(440)
        self.body.addWidget(TextLine(check.name, bold=True))
        self.body.addWidget(Banner(TONES[check.verdict], check.fact, check.remedy))
