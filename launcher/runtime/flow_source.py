"""What the Flow page asks of the broker, beside Celery's events: how it is built, what it holds.

Three ways lead there. RabbitMQ's management tells topology and rates, every few seconds as it
counts them; a channel of our own tells how much waits right now, on the embedded broker too; remote
control pauses and resumes. Each may fail alone, and the others go on. Every method blocks.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from launcher.core.flow_content import Content
from launcher.core.flow_topology import (
    MOST_QUEUES,
    Topology,
    bindings_of,
    chosen,
    internal,
    queue_numbers,
)
from launcher.core.tasks_workers import WorkerView
from launcher.runtime.broker_connection import is_embedded, let_go, open_channel, open_connection
from launcher.runtime.flow_embedded import embedded_contents, embedded_topology
from launcher.runtime.flow_recording import Copy, Recording
from launcher.runtime.management import Management, ManagementError
from launcher.runtime.probes.answers import network_words
from launcher.runtime.remote_control import ControlError, RemoteControl

TOPOLOGY_EVERY = 5.0
"""Seconds; RabbitMQ itself counts no oftener."""
WORKERS_EVERY = 10.0
_SHARE = 10
"""The management is left in peace for so many times as long as it took to answer."""
_TIMEOUT = 3.0
_PAGE = 100
_LOOKED_AFTER = 20
"""Queues whose depth is asked for at every look."""
_OWN = r"^(?!celeryev|amq\.gen-|launcher-flow\.)(?!.*\.pidbox$)(?!.*\.reply\.)"
"""What a queue's name must fit: not one of those of `flow_topology.internal`."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that cannot be shown: why, and what helps."""

    words: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one look."""

    topology: Topology = field(default_factory=Topology)
    workers: Mapping[str, WorkerView] = field(default_factory=dict)
    contents: Mapping[str, Content] = field(default_factory=dict)
    """By the task's id; what came since the look before."""
    copies: Sequence[Mapping[str, Any]] = ()
    """Of the same messages: what an event of their publishing says, or would say."""
    recording: bool = False
    no_contents: str = ""
    """Why RabbitMQ does not record contents, "" when it does or was not asked."""
    broker: Trouble | None = None
    """The broker is not reached: nothing else here is new then."""
    management: Trouble | None = None
    """Topology and rates are missing, or as they were."""
    embedded: bool = False


class FlowSource:
    """One broker, looked at by one thread at a time.

    `url` gives the broker's, with its login; `management` a client, None on the embedded broker.
    """

    def __init__(
        self,
        url: Callable[[], str],
        management: Callable[[], Management | None],
        virtual_host: str,
        mask: Callable[[str], str],
    ) -> None:
        self._url = url
        self._make_management = management
        self._management: Management | None = None
        self._virtual_host = virtual_host
        self._remote = RemoteControl(url)
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None
        self._recording = Recording(virtual_host, mask)
        self._mask = mask
        self._topology = Topology()
        self._trouble: Trouble | None = None
        self._topology_at = self._workers_at = float("-inf")
        self._asked: tuple[object, ...] = ()
        self._workers: Mapping[str, WorkerView] = {}

    def look(
        self,
        queues: Sequence[str] = (),
        workers: Sequence[str] = (),
        *,
        find: str = "",
        record: bool = False,
    ) -> Look:
        """See how things stand.

        `queues` are those that messages were seen in, `workers` those to be asked; `find` is a part
        of the names that are wanted; `record` has RabbitMQ copy messages, for their contents.
        """
        with self._lock:
            try:
                channel = self._open()
                embedded = is_embedded(self._connection)
                self._see_topology(queues, find, embedded=embedded)
                names = [*queues, *(one.name for one in self._topology.queues)]
                wanted = [name for name in dict.fromkeys(names) if find in name and name]
                topology = self._topology.with_depths(
                    self._depths(channel, wanted, embedded=embedded)
                )
                copies = self._see_copies(channel, topology, record=record)
                contents = {one.id: one.content for one in copies}
                if embedded and record:
                    contents = dict(embedded_contents(self._connection, self._mask))
            except Exception as error:  # noqa: BLE001 - kombu's transports raise their own kinds
                self._drop()
                return Look(self._topology, self._workers, broker=_not_reached(error))
            self._see_workers(workers)
            return Look(
                topology,
                self._workers,
                contents,
                [one.sent for one in copies],
                self._recording.on,
                self._recording.refused,
                management=None if embedded else self._trouble,
                embedded=embedded,
            )

    def pause(self, queue: str, workers: Sequence[str]) -> None:
        """Have these workers take no more from a queue. Raises ControlError."""
        for worker in workers:
            self._remote.stop_consuming(worker, queue)
        self._workers_at = float("-inf")

    def resume(self, queue: str, workers: Sequence[str]) -> None:
        """Have these workers take from a queue again. Raises ControlError."""
        for worker in workers:
            self._remote.consume(worker, queue)
        self._workers_at = float("-inf")

    def purge(self, queue: str) -> int:
        """Remove all messages that wait in a queue; how many. Raises ControlError."""
        with self._lock:
            try:
                return int(self._open().queue_purge(queue) or 0)
            except Exception as error:
                self._drop()
                raise ControlError(_not_reached(error).words) from error

    def close(self) -> None:
        """End the recording and let all connections go."""
        with self._lock:
            if self._management is not None:
                self._recording.stop(self._management)
                self._management.close()
            self._drop()
        self._remote.close()

    # -- inside --------------------------------------------------------------------------------

    def _open(self) -> Any:
        if self._connection is None:
            self._connection = open_connection(
                self._url(), _TIMEOUT, name="celery-launcher flow page"
            )
            self._connection.ensure_connection(
                max_retries=1, interval_start=0, interval_step=0, reraise_as_library_errors=False
            )
        if self._channel is None:
            self._channel = open_channel(self._connection)
        return self._channel

    def _drop(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        self._recording.lost()
        if connection is not None:
            let_go(connection)

    def _depths(
        self, channel: Any, names: Sequence[str], *, embedded: bool
    ) -> dict[str, tuple[int, int | None]]:
        from amqp.exceptions import AMQPError  # noqa: PLC0415 - 7 MB, when first needed

        found: dict[str, tuple[int, int | None]] = {}
        for name in names[:_LOOKED_AFTER]:
            try:
                if self._channel is None:
                    channel = self._channel = open_channel(self._connection)
                told = channel.queue_declare(name, passive=True)
            except AMQPError as error:
                if getattr(error, "code", 0) not in _CLOSES_THE_CHANNEL:
                    raise
                # Gone meanwhile, another's own, or not for us: the channel went with the answer.
                self._channel = None
                self._recording.lost()
                continue
            found[name] = (told.message_count, None if embedded else told.consumer_count)
        return found

    def _see_copies(self, channel: Any, topology: Topology, *, record: bool) -> Sequence[Copy]:
        if self._management is None or self._trouble is not None or self._channel is not channel:
            return ()
        return self._recording.look(channel, self._management, topology, wanted=record)

    def _see_workers(self, workers: Sequence[str]) -> None:
        if workers and time.monotonic() - self._workers_at > WORKERS_EVERY:
            with contextlib.suppress(ControlError):  # they are shown by their heartbeats then
                self._workers = {one.view.name: one.view for one in self._remote.look(workers)}
            self._workers_at = time.monotonic()

    # -- topology ------------------------------------------------------------------------------

    def _see_topology(self, queues: Sequence[str], find: str, *, embedded: bool) -> None:
        if embedded:
            self._topology = embedded_topology(self._connection)
            return
        now = time.monotonic()
        if now < self._topology_at and (find, *queues) == self._asked:
            return
        self._asked = (find, *queues)
        try:
            self._topology = self._ask_management(queues, find)
            self._trouble = None
        except ManagementError as error:
            self._trouble = Trouble(error.words, error.remedy)
        took = time.monotonic() - now
        self._topology_at = now + max(TOPOLOGY_EVERY, _SHARE * took)

    def _ask_management(self, queues: Sequence[str], find: str) -> Topology:
        if self._management is None:
            self._management = self._make_management()
        management = self._management
        if management is None:
            return Topology()
        page = management.get(
            "queues",
            self._virtual_host,
            page=1,
            page_size=_PAGE,
            sort="messages",
            sort_reverse="true",
            name=_OWN + (f".*{_quoted(find)}" if find else ""),
            use_regex="true",
            columns=_COLUMNS,
        )
        found = {
            one.name: one
            for one in map(queue_numbers, page.get("items", ()))
            if one is not None and not internal(one.name)
        }
        for name in queues:
            if name and name not in found and find in name and len(found) < 2 * _PAGE:
                with contextlib.suppress(ManagementError):  # gone meanwhile
                    one = queue_numbers(management.get("queues", self._virtual_host, name))
                    if one is not None:
                        found[name] = one
        drawn = chosen(found.values(), queues)
        bindings = [
            binding
            for one in drawn[:MOST_QUEUES]
            for binding in bindings_of(
                management.get("queues", self._virtual_host, one.name, "bindings")
            )
        ]
        kinds = self._kinds({binding.exchange for binding in bindings} - {""})
        total = max(int(page.get("filtered_count", 0)), len(found))
        return Topology(tuple(found.values()), tuple(bindings), kinds, total)

    def _kinds(self, exchanges: set[str]) -> tuple[tuple[str, str], ...]:
        known = dict(self._topology.kinds)
        assert self._management is not None  # noqa: S101 - asked by it just now
        for name in exchanges - known.keys():
            told = self._management.get(
                "exchanges", self._virtual_host, name, columns="name,type", disable_stats="true"
            )
            known[name] = str(told.get("type", ""))
        return tuple((name, known[name]) for name in sorted(exchanges))


_CLOSES_THE_CHANNEL = (403, 404, 405)
_COLUMNS = (
    "name,messages_ready,messages_unacknowledged,consumers,arguments,"
    "message_stats.publish_details.rate,message_stats.deliver_get_details.rate,"
    "message_stats.ack_details.rate"
)


def _quoted(find: str) -> str:
    """`find` as a part of an expression of PCRE."""
    return "".join(letter if letter.isalnum() else f"\\{letter}" for letter in find)


def _not_reached(error: Exception) -> Trouble:
    return Trouble(
        f"The broker is not reached: {network_words(error)}.",
        "See its state on the Services page. The page goes on by itself once it answers.",
    )
