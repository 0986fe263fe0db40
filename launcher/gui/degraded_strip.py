"""What a service that is up does not do all the same, on every page until it is over."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from launcher.core.explain import Tone
from launcher.core.state import ServiceStatus
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button

_OFFERS = {"disk": "Show disk use", "queues": "Open dashboard"}


class DegradedStrip(Banner):
    """Hidden while there is nothing to say.

    Signals: `mend_asked(str, str)` the service, and where its problem would be mended: "disk" or
    "queues".
    """

    mend_asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Tone.TROUBLE, "", parent=parent)
        self._asks = ("", "")
        self.mend = Button("Mend", small=True)  # hidden until there is something to mend
        self.mend.hide()
        self.mend.clicked.connect(lambda: self.mend_asked.emit(*self._asks))
        self.add_button(self.mend)
        self.hide()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Take in how the services stand."""
        problems = {
            name: status.problem
            for name, status in statuses.items()
            if status.degraded and status.problem is not None
        }
        words = " ".join(problem.words for problem in problems.values())
        remedy = " ".join(problem.remedy for problem in problems.values() if problem.remedy)
        if (words, remedy) != (self.words.text(), self.remedy.text()):
            self.say(Tone.TROUBLE, words, remedy)
            mends = ((name, one.mend) for name, one in problems.items() if one.mend in _OFFERS)
            self._offer(next(mends, ("", "")))
        self.setVisible(bool(words))

    def _offer(self, asks: tuple[str, str]) -> None:
        self._asks = asks
        label = _OFFERS.get(asks[1], "")
        self.mend.setVisible(bool(label))
        self._copy.setVisible(not label)
        self.mend.setText(label)
        self.mend.setAccessibleName(f"{label}: {self.words.text()}")
        self.mend.updateGeometry()
