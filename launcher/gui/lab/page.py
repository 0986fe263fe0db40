"""The Exchange lab page: puts picture, tables, message, forecast, consumers and story together."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.lab_events import LabPhase
from launcher.core.lab_examples import EXAMPLES
from launcher.core.lab_words import NO_BROKER
from launcher.core.state import ServiceStatus
from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.lab.binding_table import BindingTable
from launcher.gui.lab.consumer_list import ConsumerList
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.exchange_bar import ExchangeBar
from launcher.gui.lab.files import LabFiles
from launcher.gui.lab.message_form import MessageForm
from launcher.gui.lab.picture import LabPicture
from launcher.gui.lab.queue_table import QueueTable
from launcher.gui.lab.route_list import RouteList
from launcher.gui.lab.story_list import StoryList
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.smtp.menu_choice import MenuChoice
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.scrolled import lay_out_scrolled
from launcher.gui.widgets.text_line import TextLine

_SIDE_BY_SIDE = 720
"""Pixels, at the usual size of text, from which two cards stand beside each other."""
_STATE_WORDS = {
    LabPhase.CLOSED: "forecast only",
    LabPhase.OPENING: "opening …",
    LabPhase.OPEN: "on RabbitMQ",
    LabPhase.FAILED: "forecast only",
}


class LabPage(Page):
    """One lab: edited here, foretold here, tried on a virtual host of its own."""

    def __init__(
        self, session: Session, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.desk = LabDesk(session.lab, background, self)
        self.files = LabFiles(background, self)
        self.header = PageHeader("Exchange lab")
        self.example = MenuChoice("Example")
        self.open_file = Button("Open…", name="Open a lab from a file")
        self.save_file = Button("Save…", name="Save the lab as a file")
        self.start = Button("Start", name="Start the lab on RabbitMQ", kind="primary")
        self.stop = Button("Remove", name="Remove the lab's virtual host from RabbitMQ")
        self.banner = Banner(Tone.TROUBLE, "")
        self.again = Button("Try again")
        self.banner.add_button(self.again)
        self.name = TextLine("", bold=True)
        self.note = QLabel()
        self.exchange = ExchangeBar(self.desk)
        self.picture = LabPicture(self.desk)
        self.queues = QueueTable(self.desk)
        self.bindings = BindingTable(self.desk)
        self.message = MessageForm(self.desk)
        self.routes = RouteList(self.desk)
        self.consumers = ConsumerList(self.desk)
        self.story = StoryList(self.desk)
        self._pairs: list[QBoxLayout] = []
        self._lay_out()
        self._connect()
        self._show_lab()
        self._show_stands()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Offer to start once there is a broker."""
        there = "rabbitmq" in statuses and statuses["rabbitmq"].satisfies
        self._show_stands(there=there)

    def showEvent(self, event: QShowEvent) -> None:
        """Have the queues counted."""
        super().showEvent(event)
        self.desk.watch(watched=True)
        self.show_statuses(self._session.statuses())

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self.desk.watch(watched=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE * theme.zoom()
        direction = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        for pair in self._pairs:
            if pair.direction() != direction:
                pair.setDirection(direction)

    def _show_lab(self) -> None:
        lab = self.desk.lab
        self.example.offer([(each.name, each.name) for each in EXAMPLES], "Examples")
        self.name.say(lab.name)
        self.note.setText(lab.note)
        self.note.setVisible(bool(lab.note))
        self._say_summary()

    def _say_summary(self) -> None:
        self.header.summary.say(_STATE_WORDS[self.desk.stands.phase])

    def _show_stands(self, *, there: bool | None = None) -> None:
        stands = self.desk.stands
        if there is None:
            status = self._session.statuses().get("rabbitmq")
            there = status is not None and status.satisfies
        embedded = self._session.broker is BrokerMode.EMBEDDED
        runs = stands.phase in (LabPhase.OPEN, LabPhase.OPENING)
        self.stop.setVisible(runs)
        self.stop.setEnabled(stands.phase is LabPhase.OPEN)
        self.start.setVisible(not runs and not embedded)
        self.start.setEnabled(there)
        self.start.setToolTip(
            self.start.accessibleName() if there else "Start RabbitMQ first: see the Services page"
        )
        self.message.allow(sending=there and not embedded, why=self._why_not(embedded=embedded))
        self._say_summary()
        if embedded:
            self._say_embedded()
        else:
            self.banner.setVisible(stands.phase is LabPhase.FAILED)
            self.again.setVisible(True)
            self.again.setEnabled(there)
            self.banner.say(Tone.TROUBLE, stands.words, stands.remedy)

    def _say_embedded(self) -> None:
        self.banner.say(Tone.WAITING, NO_BROKER.words, NO_BROKER.remedy)
        self.again.setVisible(False)
        self.banner.setVisible(True)

    def _why_not(self, *, embedded: bool) -> str:
        return "No real broker: forecast only" if embedded else "Start RabbitMQ first"

    def _take_example(self, name: str) -> None:
        for lab in EXAMPLES:
            if lab.name == name:
                self.desk.begin(lab)
        self._show_lab()

    def _connect(self) -> None:
        self.example.chosen.connect(self._take_example)
        self.open_file.clicked.connect(self.files.ask_to_open)
        self.save_file.clicked.connect(lambda: self.files.ask_to_save(self.desk.lab))
        self.start.clicked.connect(self.desk.start)
        self.again.clicked.connect(self.desk.start)
        self.stop.clicked.connect(self.desk.stop)
        self.files.opened.connect(self.desk.begin)
        self.files.told.connect(self.notice_raised)
        self.desk.refused.connect(self.notice_raised)
        self.desk.lab_changed.connect(self._show_lab)
        self.desk.stands_changed.connect(self._show_stands)
        self.picture.bound.connect(self.bindings.bind)
        self.routes.guess_first.toggled.connect(
            lambda hidden: self.picture.hide_forecast(hidden=hidden)
        )

    def _lay_out(self) -> None:
        for button in (self.example, self.open_file, self.save_file, self.start, self.stop):
            self.header.add(button)
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setFont(theme.font())
        column = QVBoxLayout()
        column.setSpacing(tokens.GAP)
        column.addWidget(self.banner)
        column.addWidget(self.name)
        column.addWidget(self.note)
        column.addWidget(_card(self.exchange, self.picture))
        column.addWidget(_card(self.message, self.routes))
        column.addLayout(self._pair(_card(self.queues), _card(self.bindings)))
        column.addWidget(_card(self.consumers))
        column.addWidget(_card(self.story))
        column.addStretch()
        lay_out_scrolled(self, self.header, column)

    def _pair(self, left: QWidget, right: QWidget) -> QBoxLayout:
        made = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        made.setSpacing(tokens.GAP)
        made.addWidget(left, 1)
        made.addWidget(right, 1)
        self._pairs.append(made)
        return made


def _card(*widgets: QWidget) -> Card:
    made = Card()
    column = QVBoxLayout(made)
    column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
    column.setSpacing(tokens.GAP)
    for widget in widgets:
        column.addWidget(widget)
    return made
