"""Celery's remote control over the broker of a run, and tasks published by hand.

Owns a connection of its own and the limits of every question. Says what Celery's `app.control` and
`send_task` say, with kombu alone: Celery is 25 MB and kombu 7 (docs/decisions). Every method
blocks, for a few seconds at most, and raises ControlError: never on Qt's thread.
"""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from launcher.core.tasks_arguments import Signature, signature
from launcher.core.tasks_fold import Holding
from launcher.core.tasks_workers import WorkerView, worker_view
from launcher.runtime.broker_connection import (
    is_embedded,
    let_go,
    open_channel,
    open_connection,
)
from launcher.runtime.probes.answers import network_words
from launcher.runtime.remote_control_tasks import OwnTask, cut, send_task

ANSWER_SECONDS = 1.0
"""A worker that has not answered after so long is not waited for."""
_CONNECT_SECONDS = 3.0
_EMBEDDED_SECONDS = 2.0
"""The embedded broker is polled by both sides."""


_NOT_FOUND = "404"


class ControlError(Exception):
    """What was asked was not done; the message says why, and what helps."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one worker says of itself, and the tasks it has in hand."""

    view: WorkerView
    holding: Holding


class RemoteControl:
    """One question at a time, from any thread. `url` gives the broker's, with its login."""

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._connection: Any = None
        self._mailbox: Any = None
        self._closed = False

    def close(self) -> None:
        """Let the connection go; a question that is under way lets it go itself."""
        self._closed = True
        if self._lock.acquire(blocking=False):
            self._drop()
            self._lock.release()

    # -- asking --------------------------------------------------------------------------------

    def ping(self) -> list[str]:
        """The node names of the workers that answer; takes its whole time."""
        return sorted(self._ask("ping"))

    def look(self, workers: Sequence[str]) -> list[Answer]:
        """What these workers say of themselves; those that do not answer are left out."""
        told = {"stats": self._ask("stats", workers)}
        there = [*told["stats"]]  # the others would be waited for five times more
        for method in ("active", "reserved", "scheduled", "active_queues", "registered"):
            told[method] = self._ask(method, there)
        return [_answer(name, told) for name in sorted(told["stats"])]

    def signatures(self, workers: Sequence[str]) -> Mapping[str, Signature]:
        """What the registered tasks take, by name; only workers of the bundled project tell."""
        found: dict[str, Signature] = {}
        for told in self._ask("task_signatures", workers).values():
            for name, one in told.items() if isinstance(told, Mapping) else ():
                read = signature(one)
                if read is not None:
                    found[str(name)] = read
        return found

    def depths(self, queues: Iterable[str]) -> Mapping[str, int | None]:
        """The messages that wait in each queue; None where there is no such queue."""
        return {queue: self._do(partial(_depth, queue=queue)) for queue in queues}

    # -- telling -------------------------------------------------------------------------------

    def revoke(self, task_id: str, *, terminate: bool) -> None:
        """Have every worker refuse the task; `terminate` also ends it where it runs."""
        self._tell("revoke", None, task_id=task_id, terminate=terminate, signal="SIGTERM")

    def resize(self, worker: str, by: int) -> None:
        """Let a worker execute so many tasks more, or fewer, at once."""
        self._order("pool_grow" if by > 0 else "pool_shrink", worker, n=abs(by))

    def shut_down(self, worker: str) -> None:
        """Have a worker finish what it has and end."""
        self._tell("shutdown", [worker])

    def consume(self, worker: str, queue: str) -> None:
        """Have a worker take from a queue."""
        self._order("add_consumer", worker, queue=queue)

    def stop_consuming(self, worker: str, queue: str) -> None:
        """Have a worker take no more from a queue; what it has in hand goes on."""
        self._order("cancel_consumer", worker, queue=queue)

    def publish(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], queue: str) -> str:
        """Publish a task to a queue that exists; returns its id.

        On AMQP the broker has confirmed it when this returns.
        """
        task = OwnTask(str(uuid.uuid4()), name, args, kwargs)

        def send(connection: Any) -> None:
            if _depth(connection, queue=queue) is None:
                raise ControlError(f"The broker has no queue {queue}. Start a worker that has it.")
            channel = open_channel(connection)
            try:
                send_task(channel, queue, task)
            finally:
                channel.close()

        self._do(send, again=False)
        return task.id

    # -- inside --------------------------------------------------------------------------------

    def _ask(
        self, method: str, workers: Sequence[str] | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """The answers by worker; waits until all of `workers` have answered, or time is up."""
        if workers is not None and not workers:
            return {}

        def ask(connection: Any) -> list[dict[str, Any]]:
            embedded = is_embedded(connection)
            channel = open_channel(connection)
            try:
                return list(
                    self._mailbox(connection)._broadcast(  # noqa: SLF001 - as Celery calls it
                        method,
                        arguments,
                        None if workers is None else [*workers],
                        reply=True,
                        timeout=_EMBEDDED_SECONDS if embedded else ANSWER_SECONDS,
                        channel=channel,
                    )
                    or ()
                )
            finally:
                channel.close()

        return {name: said for one in self._do(ask) for name, said in one.items()}

    def _order(self, method: str, worker: str, **arguments: Any) -> None:
        """Ask one worker to do something, and learn whether it did."""
        said = self._ask(method, [worker], **arguments).get(worker)
        if said is None:
            raise ControlError(f"{worker} did not answer. It may be busy, or gone.")
        if isinstance(said, Mapping) and "error" in said:
            raise ControlError(f"{worker} refuses: {said['error']}.")

    def _tell(self, method: str, workers: Sequence[str] | None, **arguments: Any) -> None:
        def tell(connection: Any) -> None:
            channel = open_channel(connection)
            try:
                self._mailbox(connection)._broadcast(  # noqa: SLF001 - as above
                    method,
                    arguments,
                    None if workers is None else [*workers],
                    reply=False,
                    channel=channel,
                )
            finally:
                channel.close()

        self._do(tell)

    def _do(self, work: Callable[[Any], Any], *, again: bool = True) -> Any:
        """Do something on the connection; a kept one may have died unseen, then on a new one."""
        with self._lock:
            if self._closed:
                raise ControlError("Everything is being stopped.")
            again = again and self._connection is not None
            try:
                return self._try(work, again=again)
            finally:
                if self._closed:
                    self._drop()

    def _try(self, work: Callable[[Any], Any], *, again: bool) -> Any:
        from amqp.exceptions import AMQPError  # noqa: PLC0415 - 7 MB, when first needed
        from kombu.exceptions import KombuError  # noqa: PLC0415 - the same

        try:
            return work(self._connected())
        except (OSError, AMQPError, KombuError) as error:
            self._drop()
            if not again:
                raise ControlError(_words(error)) from error
        return self._try(work, again=False)

    def _connected(self) -> Any:
        if self._connection is None:
            from kombu.pidbox import Mailbox  # noqa: PLC0415 - 7 MB, when first needed

            self._connection = open_connection(
                self._url(),
                _CONNECT_SECONDS,
                name="celery-launcher remote control",
                confirm_publish=True,
            )
            self._connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            self._mailbox = Mailbox("celery", type="fanout", accept=["json"], serializer="json")
        return self._connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            let_go(connection)


def _answer(name: str, told: Mapping[str, Mapping[str, Any]]) -> Answer:
    def listed(method: str) -> list[Any]:
        found = told[method].get(name)
        return found if isinstance(found, list) else []

    # A task that is due later is told with its request inside.
    scheduled = [one.get("request", {}) for one in listed("scheduled") if isinstance(one, dict)]
    active = {str(one["id"]): one for one in listed("active") if isinstance(one, dict)}
    held = [one for one in (*listed("reserved"), *scheduled) if isinstance(one, dict)]
    waiting = {str(one["id"]): one for one in held if one.get("id") not in active and "id" in one}
    stats = told["stats"].get(name)
    view = worker_view(
        name,
        stats if isinstance(stats, Mapping) else {},
        active=[*active],
        waiting=[*waiting],
        queues=listed("active_queues"),
        tasks=listed("registered"),
    )
    return Answer(view, Holding(name, _shown(active), _shown(waiting)))


def _shown(tasks: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Arguments as events have them: their `repr`, cut."""
    return {
        task_id: {**one, "args": cut(one.get("args")), "kwargs": cut(one.get("kwargs"))}
        for task_id, one in tasks.items()
    }


def _depth(connection: Any, *, queue: str) -> int | None:
    from amqp.exceptions import ChannelError  # noqa: PLC0415 - as above

    channel = open_channel(connection)
    try:
        if is_embedded(connection):
            return int(channel._size(queue))  # noqa: SLF001 - kombu asks it so, too
        return int(channel.queue_declare(queue, passive=True).message_count)
    except ChannelError as error:
        if str(error.reply_code) != _NOT_FOUND:
            raise
        return None
    finally:
        with contextlib.suppress(Exception):  # an answer of "no" has closed it
            channel.close()


def _words(error: Exception) -> str:
    from amqp.exceptions import AccessRefused, NotAllowed  # noqa: PLC0415 - as above

    cause = error.__cause__  # kombu raises its own errors from those of the transport
    error = cause if isinstance(cause, Exception) else error
    if isinstance(error, AccessRefused | NotAllowed):
        return (
            "The broker does not let this user do that: give it permissions to configure, write "
            f"and read on this virtual host ({error})."
        )
    return f"The broker did not do it: {network_words(error)}. See it on the Services page."
