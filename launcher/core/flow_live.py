"""All that the Flow page knows, kept up to date by what it is told: pure, of a bounded size.

Events, looks at the broker and states of mails go in; a picture, dots, rates and messages come out.
`now` is seconds of the epoch on this machine's clock.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from typing import Any

from launcher.core.explain import Tone
from launcher.core.flow_messages import Message, Messages, Place
from launcher.core.flow_motion import Motion
from launcher.core.flow_picture import SMTP, Picture, Seen, outcome, picture, way
from launcher.core.flow_rates import Rates
from launcher.core.flow_topology import Topology, internal
from launcher.core.tasks_workers import Heard

NEW = "new"
"""The rate of new messages."""
_MOST_ROUTES = 100
_MOST_PENDING = 200
MAIL_PATIENCE = 30.0
"""Seconds after which a mail whose state cannot be learnt is waited for no longer."""
_SETTLED = 5.0
"""Seconds after which a message is not in a queue that is empty."""
_HISTORY = 60


class Flow:
    """One broker's messages. `titles` names publishers by their process."""

    def __init__(self) -> None:
        self.messages = Messages()
        self.motion = Motion()
        self.rates = Rates()
        self.topology = Topology()
        self.picture = Picture()
        self.version = 0
        """Rises whenever the picture is another one."""
        self.titles: Mapping[int, str] = {}
        self.depths: dict[str, deque[int]] = {}
        self._seen = Seen.nothing()
        self._heard = Heard()
        self._worker_words: Mapping[str, tuple[str, str]] = {}
        self._pending: OrderedDict[str, float] = OrderedDict()

    # -- what is told --------------------------------------------------------------------------

    def take(self, events: Iterable[Mapping[str, Any]], now: float) -> None:
        """Take in a batch of events."""
        moved = False
        for event in events:
            self._hear(event, now)
            taken = self.messages.take(event)
            if taken is None:
                continue
            message, is_elsewhere = taken
            if is_elsewhere or event["type"] == "task-sent":
                self._see(message)
            if is_elsewhere:
                self._count(message, now)
                moved = True
                # A dot goes every leg of its way, however many events one batch holds.
                self._move(message, now)
        if moved and self.motion.set_rate(self.rates.rate(NEW, now)):
            self.version += 1
        self._draw()

    def take_copies(self, copies: Iterable[Mapping[str, Any]], now: float) -> None:
        """Take in messages that were copied, as far as no event told of their publishing."""
        unknown = []
        for copy in copies:
            message = self.messages.get(str(copy.get("uuid")))
            if message is None or not message.routed:
                unknown.append({**copy, "at": now})
        if unknown:
            self.take(unknown, now)

    def see(
        self,
        topology: Topology,
        queues_of: Mapping[str, Iterable[str]],
        words: Mapping[str, tuple[str, str]],
    ) -> None:
        """Take in a look at the broker: `queues_of` workers, and title and words of each."""
        self.topology = topology
        self._worker_words = words
        for worker, queues in queues_of.items():
            for queue in queues:
                self._taken(queue, worker)
        for one in topology.queues:
            if one.ready is not None:
                self.depths.setdefault(one.name, deque(maxlen=_HISTORY)).append(one.ready)
        for gone in self.depths.keys() - {one.name for one in topology.queues}:
            del self.depths[gone]
        self._draw()

    def mails(self, states: Mapping[int, str], now: float) -> None:
        """Take in what the outbox says of mails that were asked for."""
        for message_id in list(self._pending):
            message = self.messages.get(message_id)
            if message is None or message.mail is None or message.place is not Place.ENDED:
                del self._pending[message_id]  # forgotten, or on its way once more
                continue
            message.mail_state = states.get(message.mail, message.mail_state)
            ended = outcome(message, self.topology)
            if ended is not None:
                del self._pending[message_id]
                self._end(message, ended)
            elif now - self._pending[message_id] > MAIL_PATIENCE:
                del self._pending[message_id]
                self.motion.end(message_id, Tone.OFF)

    def pass_time(self, now: float) -> None:
        """Once a second or so: who is silent is gone, what is nowhere any more is taken away."""
        for worker in self._heard.silent(now):
            self._lose(worker, now)
        self._seen.workers = dict.fromkeys(sorted(self._heard.present))
        if self.motion.set_rate(self.rates.rate(NEW, now)):
            self.version += 1
        for dot in self.motion.dots():
            message = self.messages.get(dot.id)
            if message is None:
                self.motion.forget(dot.id)
            elif message.place is Place.SENT and dot.here == dot.there:
                queue = self.topology.queue(message.queue)
                if queue is not None and queue.ready == 0 and _age(message, now) > _SETTLED:
                    self.motion.end(message.id, Tone.OFF)
        self._draw()

    def interrupt(self) -> None:
        """The broker was away: where messages are is not known any more, who works neither."""
        self.motion.clear()
        self._pending.clear()
        self._heard.listen_anew(0.0)

    # -- what is asked -------------------------------------------------------------------------

    @property
    def workers(self) -> list[str]:
        """The workers that are heard."""
        return list(self._seen.workers)

    @property
    def queues(self) -> list[str]:
        """The queues that messages were seen in."""
        return [name for name in self._seen.queues if not internal(name)]

    @property
    def pending_mails(self) -> list[int]:
        """Mails whose state is wanted, the oldest first."""
        found = (self.messages.get(one) for one in self._pending)
        return [one.mail for one in found if one is not None and one.mail is not None]

    def consumers_of(self, queue: str) -> list[str]:
        """The workers that are known to take from a queue."""
        taken = [worker for name, worker in self._seen.taken if name == queue]
        return [worker for worker in taken if worker in self._seen.workers]

    def rate_of(self, here: str, there: str, now: float) -> float:
        """Messages a second on the way between two nodes."""
        return self.rates.rate((here, there), now)

    # -- inside --------------------------------------------------------------------------------

    def _hear(self, event: Mapping[str, Any], now: float) -> None:
        gone = self._heard.hear(event)
        if gone:
            self._lose(gone, now)
        elif event.get("type") == "worker-online":
            # One of the same name was there before, and what it held it holds no more.
            self._lose(str(event.get("hostname")), now)
        name = event.get("hostname")
        if not isinstance(name, str) or name in self._seen.workers:
            return
        if name in self._heard.present:
            self._seen.workers[name] = None
            self._draw()

    def _lose(self, worker: str, now: float) -> None:
        for message in self.messages.give_back(worker, now):
            self.motion.tell(message.id, way(message, self.picture, ""), Tone.TROUBLE)
        if worker not in self._heard.present:
            self._seen.workers.pop(worker, None)
            self._seen.taken = {pair: None for pair in self._seen.taken if pair[1] != worker}

    def _count(self, message: Message, now: float) -> None:
        match message.place:
            case Place.SENT:
                self.rates.count(NEW, now)
                exchange, queue = f"x:{message.exchange}", f"q:{message.queue}"
                self.rates.count((f"p:{self._producer(message)}", exchange), now)
                self.rates.count((exchange, queue), now)
            case Place.RECEIVED:
                self.rates.count((f"q:{message.queue}", f"w:{message.worker}"), now)
            case Place.ENDED if message.mail is not None and message.end == "succeeded":
                self.rates.count((f"w:{message.worker}", SMTP), now)

    def _see(self, message: Message) -> None:
        """Learn from a message who publishes, who works, and which ways there are."""
        seen = self._seen
        if message.routed:
            producer = self._producer(message)
            route = (producer, message.exchange, message.key, message.queue)
            if route not in seen.routes:
                if len(seen.routes) >= _MOST_ROUTES:
                    seen.routes.pop(next(iter(seen.routes)))
                seen.routes[route] = None
                seen.producers = dict.fromkeys(one[0] for one in seen.routes)
                self._draw()
        if message.queue and message.worker:
            self._taken(message.queue, message.worker)
        if message.mail is not None:
            seen.mails = True

    def _taken(self, queue: str, worker: str) -> None:
        taken = self._seen.taken
        if (queue, worker) not in taken:
            if len(taken) >= _MOST_ROUTES:
                taken.pop(next(iter(taken)))
            taken[queue, worker] = None

    def _producer(self, message: Message) -> str:
        title = self.titles.get(message.producer_pid or 0)
        return title or message.producer or "somebody"

    def _move(self, message: Message, now: float) -> None:
        if self.motion.stream and message.id not in self.motion:
            self.motion.not_shown += 1
            return
        self.motion.tell(message.id, way(message, self.picture, self._producer(message)))
        if message.place is not Place.ENDED or message.id not in self.motion:
            return
        ended = outcome(message, self.topology)
        if ended is not None:
            self._end(message, ended)
            return
        self._pending[message.id] = now
        while len(self._pending) > _MOST_PENDING:
            dropped, _ = self._pending.popitem(last=False)
            self.motion.end(dropped, Tone.OFF)

    def _end(self, message: Message, ended: tuple[list[str], Tone]) -> None:
        nodes, tone = ended
        drawn = [key for key in nodes if self.picture.node(key) is not None]
        if message.end == "retried":
            self.motion.tell(message.id, drawn, tone)
            return
        if drawn:
            self.motion.tell(message.id, drawn)
        self.motion.end(message.id, tone)

    def _draw(self) -> None:
        drawn = picture(self.topology, self._seen, self._worker_words)
        if drawn != self.picture:
            self.picture = drawn
            self.version += 1


def _age(message: Message, now: float) -> float:
    return now - message.steps[-1].at if message.steps else 0.0
