"""The Flow page: the broker's messages on their way, the numbers of its queues, and one message.

What is known and what it means is `core.flow_live`; where it comes from is `feed`. This page
decides when is drawn, and carries the user's wishes to both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.flow_live import NEW, Flow
from launcher.core.flow_topology import QueueNumbers, chosen
from launcher.core.state import ServiceStatus
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.flow.canvas import Canvas
from launcher.gui.flow.feed import Feed
from launcher.gui.flow.message_detail import MessageDetail
from launcher.gui.flow.message_list import MOST, MessageList
from launcher.gui.flow.playback import SPEEDS, Playback
from launcher.gui.flow.queue_table import QueueState, QueueTable
from launcher.gui.flow.trouble import trouble_words, why_no_content
from launcher.gui.flow.words import rate
from launcher.gui.mail.confirm import Confirm
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.segment import Segment
from launcher.mail import Mail
from launcher.runtime.celery_events import Event, EventsState
from launcher.runtime.flow_source import Look

LIST_MS = 500
_QUEUES, _MESSAGES, _DETAIL = range(3)


class FlowPage(Page):
    """Works only while it is seen.

    Signals: `mail_asked(int)`, `mail_lines_asked(int)` and `lines_asked(str)`: turn to a mail, or
    to the log lines of a mail or of a task.
    """

    mail_asked = Signal(int)
    mail_lines_asked = Signal(int)
    lines_asked = Signal(str)

    def __init__(
        self,
        session: Session,
        background: Background,
        clock: Callable[[], float] = time.time,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._clock = clock
        self.flow = Flow()
        self.feed = Feed(session, background, self)
        self._look: Look | None = None
        self._events = EventsState(connected=False)
        self._version = -1
        self._listed = -1.0
        self._mail: Mail | None = None
        self._lay_out()
        self._connect()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """Learn which process is which service, so that publishers have names."""
        specs = self._session.specs()
        self.flow.titles = {
            status.pid: specs[name].title
            for name, status in statuses.items()
            if status.pid is not None and name in specs
        }

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to listen and to look."""
        super().showEvent(event)
        self.show_statuses(self._session.statuses())
        self.feed.start()
        self.playback.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: neither listen, look nor draw."""
        super().hideEvent(event)
        self.feed.stop()
        self.playback.rest()
        self.flow.interrupt()

    # -- what comes ----------------------------------------------------------------------------

    def _take_events(self, batch: list[Event]) -> None:
        now = self._clock()
        self.flow.take(batch, now)
        self.feed.calm = not self.flow.motion.stream
        if self.flow.version != self._version:
            self._draw_anew(now)
        self.playback.wake()
        late = now - self._listed > LIST_MS / 1000 or now < self._listed
        if late and self._below.currentIndex() != _QUEUES:  # whose numbers come with the looks
            self._show_below(now)

    def _take_state(self, state: EventsState) -> None:
        if self._events.connected and not state.connected:
            self.flow.interrupt()
        self._events = state
        self._show_trouble()

    def _take_look(self, look: Look) -> None:
        now = self._clock()
        self._look = look
        if look.broker is None:
            words = {
                name: (
                    self.flow.titles.get(view.pid) or name.partition("@")[0],
                    f"{view.pool} ×{view.size}",
                )
                for name, view in look.workers.items()
            }
            queues = {name: view.queues for name, view in look.workers.items()}
            self.flow.see(look.topology, queues, words)
            self.flow.take_copies(look.copies, now)
        self.flow.pass_time(now)
        self._draw_anew(now)
        self._show_trouble()
        self._show_below(now)
        self.playback.wake()

    def _take_mails(self, states: Mapping[int, str]) -> None:
        now = self._clock()
        self.flow.mails(states, now)
        self.playback.wake()

    # -- drawing -------------------------------------------------------------------------------

    def _draw_anew(self, now: float) -> None:
        self._version = self.flow.version
        self.canvas.refresh(now)
        empty = not self.flow.picture.nodes
        self._pictures.setCurrentIndex(0 if empty else 1)
        self.header.summary.say(self._summary(now))

    def _summary(self, now: float) -> str:
        new = self.flow.rates.rate(NEW, now)
        if self._look is not None and self._look.broker is not None:
            return "the broker is not reached"
        if not self._events.connected:
            return "Celery's events are not received now"
        if self.flow.motion.stream:
            return f"{rate(new)} messages/s, drawn as streams"
        if new:
            return f"{rate(new)} messages/s"
        return "nothing moves: send a mail, or run a task"

    def _show_trouble(self) -> None:
        words, remedy, bad = trouble_words(self._look, self._events, self._session.broker_remedy)
        self.banner.setVisible(bool(words))
        if words:
            self.banner.say(Tone.TROUBLE if bad else Tone.WAITING, words, remedy)

    def _show_below(self, now: float) -> None:
        self._listed = now
        index = self._below.currentIndex()
        if index == _QUEUES:
            self.table.show_queues(self._states())
        elif index == _MESSAGES:
            self.messages.show_messages(self.flow.messages.newest(MOST))
        else:
            self._show_detail()

    def _states(self) -> list[QueueState]:
        topology = self.flow.topology
        dead = {topology.dead_letter_queue(one.name) for one in topology.queues}
        return [
            QueueState(one, None if one.name in dead or not self.flow.workers else self._held(one))
            for one in chosen(topology.queues, self.flow.queues)
        ]

    def _held(self, numbers: QueueNumbers) -> bool:
        """Whether nobody takes from a queue: by the broker's count, or else the workers' word."""
        if numbers.consumers is not None:
            return numbers.consumers == 0
        workers = self._look.workers if self._look is not None else {}
        return bool(workers) and not any(numbers.name in view.queues for view in workers.values())

    # -- one message ---------------------------------------------------------------------------

    def show_message(self, message_id: str) -> None:
        """Show one message below the picture."""
        if self.flow.messages.get(message_id) is None:
            return
        self.canvas.choose(message_id)
        self._chosen = message_id
        self._below.setCurrentIndex(_DETAIL)
        self._show_detail()
        self.feed.look()

    def _show_detail(self) -> None:
        message = self.flow.messages.get(self._chosen)
        if message is None:
            self._show_tab(_MESSAGES)
            return
        mail = self._mail if self._mail is not None and self._mail.row.id == message.mail else None
        self.detail.show_message(
            message,
            self.feed.contents.get(message.id),
            why_no_content(self._look, wanted=self.feed.record),
            mail,
        )
        if message.mail is not None and (mail is None or not mail.row.final):
            self.feed.ask_mail(message.mail)

    def _take_mail(self, mail: Mail) -> None:
        if mail != self._mail:
            self._mail = mail
            if self._below.currentIndex() == _DETAIL:
                self._show_detail()

    # -- what is asked -------------------------------------------------------------------------

    def set_speed(self, speed: float) -> None:
        """Let the picture's time pass at 1.0, slower, or not at all."""
        self.playback.speed = speed
        for button, (_, value) in zip(self.speeds, SPEEDS, strict=True):
            button.setChecked(value == speed)
        self.playback.wake()

    def step(self) -> None:
        """Stand still, and go on to the next arrival."""
        self.set_speed(0.0)
        self.playback.step()

    def _pause(self, queue: str) -> None:
        self.feed.pause(queue, self.flow.consumers_of(queue) or self.flow.workers)

    def _resume(self, queue: str) -> None:
        self.feed.resume(queue, self.flow.consumers_of(queue) or self.flow.workers)

    def _purge(self, queue: str) -> None:
        numbers = self.flow.topology.queue(queue)
        count = numbers.ready if numbers is not None else None
        many = "All messages" if count is None else f"{count:,} message{'s' * (count != 1)}"
        Confirm(
            self,
            f"Purge {queue}?",
            f"{many} in {queue} cannot be brought back. Mails are safe: they are in the outbox, "
            "and the relay publishes them again. Other tasks are lost.",
            "Purge",
            lambda: self.feed.purge(queue),
        ).open()

    def _record(self, checked: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.feed.record = checked
        self.feed.look()

    def _find(self, text: str) -> None:
        self.feed.find = text.strip()
        self.feed.look()

    def _show_tab(self, index: int) -> None:
        self._chosen = ""
        self.canvas.choose("")
        self._below.setCurrentIndex(index)
        self.tabs[index].setChecked(True)
        self._show_below(self._clock())

    # -- layout --------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self._chosen = ""
        self.header = PageHeader("Flow")
        self.speeds = [Segment(name) for name, _ in SPEEDS]
        self._speed_group = QButtonGroup(self)
        for button in self.speeds:
            self._speed_group.addButton(button)
            self.header.add(button)
        self.speeds[0].setChecked(True)
        self.step_button = Button("Step", name="Go on to the next arrival")
        self.header.add(self.step_button)
        self.banner = Banner(Tone.WAITING, "")
        self.banner.hide()
        self.canvas: Canvas = Canvas(self.flow)
        self.playback = Playback(self.flow.motion, self.canvas)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.canvas)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.empty = EmptyState(
            "Nothing is seen yet", "Queues, workers and messages appear here once the broker runs."
        )
        self._pictures = QStackedWidget()
        self._pictures.addWidget(self.empty)
        self._pictures.addWidget(self._scroll)
        self.table = QueueTable()
        self.messages = MessageList()
        self.detail = MessageDetail()
        self._below: QStackedWidget = QStackedWidget()
        for pane in (self.table, self.messages, self.detail):
            self._below.addWidget(pane)
        card = Card()
        inside = QVBoxLayout(card)
        inside.setContentsMargins(1, tokens.TIGHT, 1, 1)
        inside.addWidget(self._below)
        card.setFixedHeight(178)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE)
        column.setSpacing(tokens.GAP)
        column.addWidget(self.header)
        column.addWidget(self.banner)
        column.addWidget(self._pictures, 1)
        column.addLayout(self._bar())
        column.addWidget(card)

    def _bar(self) -> QHBoxLayout:
        self.tabs = [Segment("Queues", small=True), Segment("Messages", small=True)]
        self._tab_group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(tokens.TIGHT + 2)
        for number, tab in enumerate(self.tabs):
            self._tab_group.addButton(tab, number)
            row.addWidget(tab)
        self.tabs[0].setChecked(True)
        self.record = Segment("Record contents", small=True)
        self.record.setToolTip(
            "Has RabbitMQ copy every message of this virtual host (its firehose) while this page "
            "is open."
        )
        self._tab_group.idClicked.connect(self._show_tab)
        self.record.setVisible(self._session.broker is BrokerMode.EXTERNAL)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a queue")
        self.search.setAccessibleName("Find a queue")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(220)
        row.addStretch()
        row.addWidget(self.record)
        row.addWidget(self.search)
        return row

    def _connect(self) -> None:
        feed, detail = self.feed, self.detail
        feed.ask(lambda: (self.flow.queues, self.flow.workers), lambda: self.flow.pending_mails)
        feed.events_came.connect(self._take_events)
        feed.listening.connect(self._take_state)
        feed.looked.connect(self._take_look)
        feed.mails_came.connect(self._take_mails)
        feed.mail_came.connect(self._take_mail)
        feed.failed.connect(self.notice_raised)
        feed.done.connect(self.notice_raised)
        for button, (_, speed) in zip(self.speeds, SPEEDS, strict=True):
            button.clicked.connect(lambda _checked, value=speed: self.set_speed(value))
        self.step_button.clicked.connect(self.step)
        self.record.toggled.connect(self._record)
        self.search.textChanged.connect(self._find)
        self.canvas.message_chosen.connect(self.show_message)
        self.messages.message_chosen.connect(self.show_message)
        self.table.pause_asked.connect(self._pause)
        self.table.resume_asked.connect(self._resume)
        self.table.purge_asked.connect(self._purge)
        detail.closed.connect(lambda: self._show_tab(_QUEUES))
        detail.mail_asked.connect(self.mail_asked)
        detail.mail_lines_asked.connect(self.mail_lines_asked)
        detail.lines_asked.connect(self.lines_asked)
