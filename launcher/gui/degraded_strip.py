"""What a service that is up does not do all the same, on every page until it is over."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from launcher.core.explain import Tone
from launcher.core.state import ServiceStatus
from launcher.gui.widgets.banner import Banner


class DegradedStrip(Banner):
    """Hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Tone.TROUBLE, "", parent=parent)
        self.hide()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Take in how the services stand."""
        problems = [
            status.problem
            for status in statuses.values()
            if status.degraded and status.problem is not None
        ]
        words = " ".join(problem.words for problem in problems)
        remedy = " ".join(problem.remedy for problem in problems if problem.remedy)
        if (words, remedy) != (self.words.text(), self.remedy.text()):
            self.say(Tone.TROUBLE, words, remedy)
        self.setVisible(bool(words))
