"""The connection on which wake-ups go to the broker, in groups that are confirmed as a whole.

On AMQP a group is written at once and its confirmations are awaited once, on a connection of its
own, so that no event or result of the process waits with it. The messages are those that Celery
makes, but only their headers differ from one to the next: ``send_task`` for each would cost six
times as much. Other transports confirm nothing and take one message after the other.
"""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from amqp import Message
from celery import current_app
from kombu import Connection, Queue

CONFIRM_SECONDS = 2.0
PERSISTENT = 2


class NotConfirmedError(Exception):
    """The broker said that it did not take the whole group."""


@dataclass(frozen=True)
class Wakeup:
    """One message: its task, its id, and the only argument."""

    task: str
    task_id: str
    argument: int


class WakeupLine:
    """Sends groups of wake-ups; safe for threads, one group after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel: _ConfirmingChannel | None = None

    def send(self, wakeups: Sequence[Wakeup]) -> None:
        """Return when the broker has taken all of *wakeups*; raise whatever is in the way.

        A connection that is open may have died unseen: then they are sent on a new one, those
        that went through before a second time.
        """
        with self._lock:
            if self._channel is None:
                self._send_anew(wakeups)
                return
            try:
                self._channel.send(wakeups)
            except Exception:  # noqa: BLE001 - amqp, kombu and OS raise no common class
                self._hang_up()
                self._send_anew(wakeups)

    def close(self) -> None:
        """Close the connection; the next group opens another."""
        with self._lock:
            self._hang_up()

    def _send_anew(self, wakeups: Sequence[Wakeup]) -> None:
        connection = current_app.connection_for_write(
            transport_options={"read_timeout": CONFIRM_SECONDS, "write_timeout": CONFIRM_SECONDS}
        )
        if connection.transport.driver_type != "amqp":
            for wakeup in wakeups:
                current_app.send_task(wakeup.task, [wakeup.argument], task_id=wakeup.task_id)
            return
        self._channel = _ConfirmingChannel(connection)
        try:
            self._channel.send(wakeups)
        except BaseException:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        if self._channel is not None:
            self._channel.close()
            self._channel = None


class _ConfirmingChannel:
    """A channel that knows which of its messages the broker has not confirmed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._published = 0
        self._unconfirmed: set[int] = set()
        self._refused = False
        self._shapes: dict[str, _Shape] = {}
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            self._channel = cast("Any", connection.channel())  # amqp's own, hidden by kombu's types
            self._channel.confirm_select()
        except BaseException:
            self.close()
            raise
        self._channel.events["basic_ack"].add(self._acknowledged)
        self._channel.events["basic_nack"].add(self._not_acknowledged)
        self._publish = self._channel.basic_publish
        self._channel.basic_publish = self._count_and_publish  # the events go this way too
        self._events = current_app.events.Dispatcher(
            connection,
            channel=self._channel,
            enabled=current_app.conf.task_send_sent_event,
            buffer_group=frozenset({"task"}),
            buffer_limit=10_000,
            buffer_while_offline=False,
        )

    def send(self, wakeups: Sequence[Wakeup]) -> None:
        """Write all, then wait for the broker's word on all."""
        for wakeup in wakeups:
            shape = self._shape(wakeup.task)
            self._channel.basic_publish(shape.message(wakeup), "", shape.queue.name)
            self._events.send("task-sent", **shape.event(wakeup))
        self._events.flush(errors=False)
        while self._unconfirmed:
            self._connection.drain_events(timeout=CONFIRM_SECONDS)
        if self._refused:
            msg = "The broker did not take a wake-up."
            raise NotConfirmedError(msg)

    def close(self) -> None:
        """Let go of the connection without a word: the broker may be past hearing it."""
        self._connection.collect()

    def _shape(self, task: str) -> "_Shape":
        if task not in self._shapes:
            shape = self._shapes[task] = _Shape(task)
            shape.queue(self._channel).declare()
        return self._shapes[task]

    def _count_and_publish(self, *given: Any, **more: Any) -> Any:
        self._published += 1
        self._unconfirmed.add(self._published)
        return self._publish(*given, **more)

    def _acknowledged(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - amqp's signature
        done = {each for each in self._unconfirmed if each <= tag} if multiple else {tag}
        self._unconfirmed -= done

    def _not_acknowledged(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - amqp's
        self._refused = True
        self._acknowledged(tag, multiple)


class _Shape:
    """What all messages for one task have in common, as Celery writes it."""

    def __init__(self, task: str) -> None:
        made = current_app.amqp.as_task_v2("", task, (0,), {}, create_sent_event=True)
        self.queue: Queue = current_app.amqp.router.route({}, task)["queue"]
        self._headers = made.headers
        self._event = {
            **(made.sent_event or {}),
            "queue": self.queue.name,
            "exchange": "",
            "routing_key": self.queue.name,
        }
        self._embedded = made.body[2]

    def message(self, wakeup: Wakeup) -> Message:
        """Return the message as it goes to the broker."""
        return Message(
            json.dumps([[wakeup.argument], {}, self._embedded]),
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=PERSISTENT,
            correlation_id=wakeup.task_id,
            application_headers={
                **self._headers,
                "id": wakeup.task_id,
                "root_id": wakeup.task_id,
                "argsrepr": f"[{wakeup.argument}]",
            },
        )

    def event(self, wakeup: Wakeup) -> dict[str, Any]:
        """Return what monitors are told of it."""
        return {
            **self._event,
            "uuid": wakeup.task_id,
            "root_id": wakeup.task_id,
            "args": f"[{wakeup.argument}]",
        }
