"""Brings to the page what other threads learn: events, looks at the broker, states of mails.

Owns when is asked, and that nothing is asked while nobody looks. What it means is `core.flow_live`.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from launcher.core.facts import BrokerMode
from launcher.core.flow_content import Content
from launcher.gui.background import Background
from launcher.gui.session import Session
from launcher.mail import MailClient
from launcher.runtime.celery_events import Event, EventsState
from launcher.runtime.flow_source import FlowSource, Look

LOOK_MS = 1_000
_MOST_CONTENTS = 500
_FEW_MAILS = 3
"""Up to so many are asked for one by one, the oldest first; of more, the newest page is read."""


class Feed(QObject):
    """Runs between `start` and `stop`.

    Signals: `events_came(object)` a list of events; `listening(object)` an EventsState;
    `looked(object)` a Look; `mails_came(object)` states of mails by id; `mail_came(object)` a Mail;
    `failed(str)` an action that was not done, in words; `done(str)` one that was. Private:
    `_woken()`, `_state_told(object)`.
    """

    events_came = Signal(object)
    listening = Signal(object)
    looked = Signal(object)
    mails_came = Signal(object)
    mail_came = Signal(object)
    failed = Signal(str)
    done = Signal(str)
    _woken = Signal()
    _state_told = Signal(object)

    def __init__(
        self, session: Session, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self._lock = threading.Lock()
        self._waiting: list[Event] = []
        self._leave: Callable[[], None] | None = None
        self._source: FlowSource | None = None
        self._looking = self._asking_mails = False
        self._question: Callable[[], tuple[Sequence[str], Sequence[str]]] = lambda: ((), ())
        self._mails: Callable[[], Sequence[int]] = lambda: ()
        self.contents: OrderedDict[str, Content] = OrderedDict()
        self.find = ""
        self.record = session.broker is not BrokerMode.EXTERNAL
        """Whether contents are wanted; on a broker of others only when the user says so."""
        self.calm = True
        """Whether so little happens that contents may be recorded."""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._woken.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)
        self._state_told.connect(self._tell_state, Qt.ConnectionType.QueuedConnection)

    def ask(
        self,
        question: Callable[[], tuple[Sequence[str], Sequence[str]]],
        mails: Callable[[], Sequence[int]],
    ) -> None:
        """Say what is wanted: names of queues and of workers, and ids of mails."""
        self._question, self._mails = question, mails

    def start(self) -> None:
        """Listen and look, again and again."""
        if self._leave is not None:
            return
        self._source = self._session.flow_source()
        self._leave = self._session.events.subscribe(self._receive, self._receive_state)
        self._timer.start()
        self.look()

    def stop(self) -> None:
        """Neither listen nor look any more."""
        if self._leave is None:
            return
        self._leave()
        self._leave = None
        self._timer.stop()
        source, self._source = self._source, None
        if source is not None:
            self._background.run(self, source.close, lambda _none: None, self._refuse)
        with self._lock:
            self._waiting.clear()

    def look(self) -> None:
        """Look at the broker and ask for mails, unless that is under way."""
        source = self._source
        if source is not None and not self._looking:
            self._looking = True
            queues, workers = self._question()
            find, record = self.find, self.record and self.calm
            self._background.run(
                self,
                lambda: source.look(queues, workers, find=find, record=record),
                lambda look: self._take_look(source, look),
                self._look_failed,
            )
        wanted = list(self._mails())
        if wanted and not self._asking_mails:
            self._asking_mails = True
            client = self._session.mail
            self._background.run(
                self, lambda: _states(client, wanted), self._take_mails, self._mails_failed
            )

    def ask_mail(self, mail_id: int) -> None:
        """Ask for a mail with its timeline; it comes as `mail_came`."""
        client = self._session.mail
        self._background.run(
            self,
            lambda: client.get(mail_id),
            self.mail_came.emit,
            # The message is shown without it then; whoever asks for the mail itself is told why.
            lambda _error: None,
        )

    def pause(self, queue: str, workers: Sequence[str]) -> None:
        """Have workers take no more from a queue."""
        self._act(lambda source: source.pause(queue, workers), lambda _none: f"{queue} is paused.")

    def resume(self, queue: str, workers: Sequence[str]) -> None:
        """Have workers take from a queue again."""
        self._act(
            lambda source: source.resume(queue, workers),
            lambda _none: f"Workers take from {queue} again.",
        )

    def purge(self, queue: str) -> None:
        """Remove what waits in a queue."""
        self._act(
            lambda source: source.purge(queue),
            lambda count: f"{count:,} message{'' if count == 1 else 's'} removed from {queue}.",
        )

    # -- inside --------------------------------------------------------------------------------

    def _act(self, work: Callable[[FlowSource], object], words: Callable[..., str]) -> None:
        source = self._source
        if source is None:
            return

        def finished(result: object) -> None:
            self.done.emit(words(result))
            self.look()

        self._background.run(self, lambda: work(source), finished, self._refuse)

    def _refuse(self, error: Exception) -> None:
        self.failed.emit(str(error))

    def _take_look(self, source: FlowSource, look: Look) -> None:
        self._looking = False
        if source is not self._source:
            return
        for name, content in look.contents.items():
            self.contents[name] = content
            self.contents.move_to_end(name)
        while len(self.contents) > _MOST_CONTENTS:
            self.contents.popitem(last=False)
        self.looked.emit(look)

    def _look_failed(self, error: Exception) -> None:
        self._looking = False
        self.failed.emit(f"The broker could not be looked at: {error}")

    def _take_mails(self, states: Mapping[int, str]) -> None:
        self._asking_mails = False
        if self._leave is not None:
            self.mails_came.emit(states)

    def _mails_failed(self, _error: Exception) -> None:
        """Django may be away: the mails are asked for again, and given up after a while."""
        self._asking_mails = False
        if self._leave is not None:
            self.mails_came.emit({})

    def _receive(self, batch: list[Event]) -> None:
        """On the thread that listens: one signal a turn of the window's loop, however many come."""
        with self._lock:
            asleep = not self._waiting
            self._waiting.extend(batch)
        if asleep:
            self._woken.emit()

    def _receive_state(self, state: EventsState) -> None:
        self._state_told.emit(state)

    @Slot()
    def _hand_over(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        if batch and self._leave is not None:
            self.events_came.emit(batch)

    @Slot(object)
    def _tell_state(self, state: EventsState) -> None:
        if self._leave is not None:
            self.listening.emit(state)


def _states(client: MailClient, wanted: Sequence[int]) -> dict[int, str]:
    if len(wanted) > _FEW_MAILS:
        found = {row.id: row.state for row in client.list(limit=50).results}
        missing = [one for one in wanted if one not in found]
    else:
        found, missing = {}, list(wanted)
    for mail_id in missing[:_FEW_MAILS]:
        found[mail_id] = client.get(mail_id).row.state
    return found
