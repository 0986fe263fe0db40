"""The workers that answer: what each has in hand, and what can be changed while it runs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from launcher.core.spec import ProbeKind
from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.session import Session
from launcher.gui.tasks.live_column import LiveColumn
from launcher.gui.tasks.worker_card import WorkerCard


class WorkersPane(LiveColumn):
    """One card a worker."""

    def __init__(self, session: Session, background: Background) -> None:
        super().__init__(session, "No worker answers", "Start one on the Services page.")
        self._background = background
        self.cards: dict[str, WorkerCard] = {}

    def look(self) -> None:
        """Show what the workers answered last."""
        following = self._session.tasks.following
        self.unavailable.emit(following.trouble or following.events.problem)
        views = {view.name: view for view in following.workers}
        for name in [*self.cards]:
            if name not in views:
                gone = self.cards.pop(name)
                gone.hide()
                gone.deleteLater()
        for name, view in views.items():
            if name not in self.cards:
                self.cards[name] = self._card(name)
                self.column.addWidget(self.cards[name])
            self.cards[name].show_worker(view)
        self._show(any_there=bool(views))

    def _card(self, name: str) -> WorkerCard:
        card = WorkerCard(name)
        control = self._session.tasks.control
        card.resize_asked.connect(lambda by: self._ask(lambda: control.resize(name, by)))
        card.leave_asked.connect(lambda q: self._ask(lambda: control.stop_consuming(name, q)))
        card.take_asked.connect(lambda q: self._ask(lambda: control.consume(name, q)))
        card.shutdown_asked.connect(partial(self._shut_down, name))
        return card

    def _shut_down(self, name: str) -> None:
        service = self._service(name)
        if service:
            words = "It finishes what it has in hand and stops. Start it on the Services page."
            do = partial(self._session.stop, service)
        else:
            words = (
                "It is none of this launcher's: it finishes what it has in hand and ends, and "
                "nobody here can start it again."
            )
            control = self._session.tasks.control
            do = partial(self._ask, lambda: control.shut_down(name))
        Confirm(self, f"Shut down {name}?", words, "Shut down", do).open()

    def _service(self, node: str) -> str:
        """The service that this worker is, "" for one of somebody else."""
        for name, spec in self._session.specs().items():
            if spec.probe.kind is ProbeKind.WORKER_PING and spec.probe.identity == node:
                return name
        return ""

    def _ask(self, work: Callable[[], None]) -> None:
        self._background.run(
            self,
            work,
            lambda _none: self._session.tasks.look(),
            lambda error: self.notice_raised.emit(str(error)),
        )
