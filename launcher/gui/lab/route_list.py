"""Where the message goes: guessed, foretold, and seen."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.lab_events import Sent
from launcher.gui import tokens
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.route_row import RouteRow
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine


class RouteList(QWidget):
    """One row a queue. What RabbitMQ did holds until lab or message are changed."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._seen: Sent | None = None
        self._guesses: set[str] = set()
        self.guess_first = Segment("Guess first", small=True)
        self.guess_first.setToolTip("Hide the forecast until the message is sent")
        self.outcome = TextLine("", "soft")
        self.rows: list[RouteRow] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        head = QHBoxLayout()
        head.setSpacing(tokens.GAP)
        title = TextLine("Where it goes", bold=True)
        head.addWidget(title)
        head.addWidget(self.outcome, 1)
        head.addWidget(self.guess_first)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.HAIR)
        column.addLayout(head)
        column.addLayout(self._rows)
        self.guess_first.toggled.connect(self._guessing)
        desk.lab_changed.connect(self._changed)
        desk.sent.connect(self._sent)
        self.show_routes()

    def show_routes(self) -> None:
        """Show every queue of the lab."""
        routes = self._desk.routes()
        while len(self.rows) < len(routes):
            row = RouteRow()
            row.guessed.connect(self._guessed)
            self.rows.append(row)
            self._rows.addWidget(row)
        seen = None if self._seen is None else self._seen.queues
        guessing = self.guess_first.isChecked()
        for row, route in zip(self.rows, routes, strict=False):
            got = None if seen is None else route.queue in seen
            row.setVisible(True)
            row.show_route(route, got=got, hidden=guessing and got is None, guessing=guessing)
        for row in self.rows[len(routes) :]:
            row.hide()
        self._say_outcome()

    def _say_outcome(self) -> None:
        routes = self._desk.routes()
        if self._seen is None:
            count = sum(route.arrives for route in routes)
            words = f"foretold: {count} of {len(routes)} queues" if routes else "no queues yet"
            self.outcome.say("your guess?" if self.guess_first.isChecked() else words, "soft")
            return
        if self._seen.queues is None:
            self.outcome.say("RabbitMQ took it and did not say where it went", Tone.TROUBLE)
            return
        got = set(self._seen.queues)
        right = got == {route.queue for route in routes if route.arrives}
        words = f"#{self._seen.number}: RabbitMQ's own trace"
        words += " agrees with the forecast" if right else " says otherwise than the forecast"
        if self.guess_first.isChecked():
            good = sum((route.queue in got) == (route.queue in self._guesses) for route in routes)
            words += f"; you were right on {good} of {len(routes)}"
        self.outcome.say(words, Tone.READY if right else Tone.FAILED)

    def _guessed(self) -> None:
        shown = self._desk.routes()
        self._guesses = {
            route.queue
            for row, route in zip(self.rows, shown, strict=False)
            if row.guess.isChecked()
        }
        self._say_outcome()

    def _guessing(self) -> None:
        self._seen = None
        self.show_routes()

    def _changed(self) -> None:
        self._seen = None
        self.show_routes()

    def _sent(self, event: Sent) -> None:
        self._seen = event
        self.show_routes()
