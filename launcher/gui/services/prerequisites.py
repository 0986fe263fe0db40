"""The chips above the services: what was found on this machine, and what had to give way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from launcher.core.checks import CheckResult, Verdict
from launcher.core.explain import Tone
from launcher.core.facts import Notice
from launcher.gui.services.check_popover import TONES, CheckPopover
from launcher.gui.services.checks_popover import ChecksPopover
from launcher.gui.widgets.chip import Chip
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.words import check_brief, check_words, counted

_VERSIONS = frozenset({"Python", "Erlang", "RabbitMQ"})
"""The checks that are of interest even when nothing is wrong; the others are behind one chip."""
_TOO_MANY = 3
"""So many ports that gave way are one chip: beside another program of this kind all of them do."""


class Prerequisites(QWidget):
    """Rebuilt only when what it shows has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._shown: object = None

    def show_facts(
        self,
        broker: tuple[Tone, str] | None,
        checks: Sequence[CheckResult],
        notices: Sequence[Notice],
    ) -> None:
        """Show the broker that carries the messages, the checks, and the notices."""
        facts = (broker, tuple(checks), tuple(notices))
        if facts == self._shown:
            return
        self._shown = facts
        while item := self._flow.takeAt(0):
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        if broker is not None:
            self._add(Chip(*broker))
        shown = broker[1] if broker else ""
        moved = [c for c in checks if c.name == "Port" and c.verdict is Verdict.WARN]
        if len(moved) >= _TOO_MANY:
            self._add(self._all_moved(moved))
        else:
            moved = []
        for check in checks:
            if check in moved:
                continue
            if check.verdict is not Verdict.OK:
                self._add(self._chip(check))
            elif check.name in _VERSIONS and check.name not in shown:
                self._add(self._passed(check))
        if passed := [check for check in checks if check.verdict is Verdict.OK]:
            self._add(self._all_passed(passed))
        known = {check.fact for check in checks}
        for notice in notices:
            if notice.words in known:
                continue
            chip = Chip(Tone.FAILED if notice.remedy else Tone.TROUBLE, notice.words)
            chip.setToolTip(f"{notice.words}\n{notice.remedy}".strip())
            self._add(chip)
        self.setVisible(self._flow.count() > 0)

    def _add(self, chip: Chip) -> None:
        self._flow.addWidget(chip)
        chip.show()

    def _chip(self, check: CheckResult) -> Chip:
        words = check_words(check)
        chip = Chip(TONES[check.verdict], words, opens=True)
        chip.setToolTip(f"{words}\n{check.remedy}".strip())
        chip.clicked.connect(lambda: CheckPopover(check, chip).open_below(chip))
        return chip

    def _passed(self, check: CheckResult) -> Chip:
        chip = Chip(Tone.READY, check_brief(check))
        chip.setToolTip(check.fact)
        return chip

    def _all_moved(self, checks: list[CheckResult]) -> Chip:
        words = f"{len(checks)} ports are used by other programs, so others are used"
        chip = Chip(Tone.TROUBLE, words, opens=True)
        chip.setToolTip("\n".join(check.fact for check in checks))
        chip.clicked.connect(lambda: ChecksPopover(checks, chip).open_below(chip))
        return chip

    def _all_passed(self, checks: list[CheckResult]) -> Chip:
        chip = Chip(Tone.DONE, f"{counted(len(checks), 'check')} passed", opens=True)
        chip.clicked.connect(lambda: ChecksPopover(checks, chip).open_below(chip))
        return chip
