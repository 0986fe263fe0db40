"""Contents of messages that are under way: copies by RabbitMQ's firehose, kept in a short queue.

A message that was delivered is gone, and one that waits cannot be looked at without taking it. So
RabbitMQ is told to trace the virtual host (https://www.rabbitmq.com/docs/firehose): it then
publishes a copy of each message, of which the newest few hundred are kept for us. That costs the
broker about one more message each, so it is done only while somebody looks and little happens. A
node forgets it when it stops.
"""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from launcher.core.flow_content import Content, content, task_id
from launcher.core.flow_topology import Topology
from launcher.runtime.flow_embedded import masked
from launcher.runtime.management import Management, ManagementError

_TRACES = "amq.rabbitmq.trace"
_MOST_KEPT = 200
_MOST_READ = 100
"""Messages that are read at one look."""
_KEPT_WITH_A_HOST = ("description", "tags", "default_queue_type")


_PROCESS = re.compile(r"gen(\d{1,9})@")
"""How Celery calls a process that publishes and is no worker."""


class Copy(NamedTuple):
    """One message: `sent` says what Celery's event of its publishing would, for whoever sent none:
    Celery tells of publishing only where a project asks for it."""

    id: str
    content: Content
    sent: Mapping[str, Any]


class Recording:
    """On while it is wanted and possible. Owned by whoever owns the channel."""

    def __init__(self, virtual_host: str, mask: Callable[[str], str]) -> None:
        self._virtual_host = virtual_host
        self._mask = mask
        self._queue = ""
        self._bound: set[str] = set()
        self._tracing = False
        self.refused = ""
        """Why RabbitMQ does not do it, "" when it does or was not asked."""

    @property
    def on(self) -> bool:
        """Whether contents are recorded now."""
        return bool(self._queue)

    def look(
        self, channel: Any, management: Management, topology: Topology, *, wanted: bool
    ) -> Sequence[Copy]:
        """Begin or end it as is wanted, and read what was recorded since the last look.

        Raises what kombu raises when the broker is lost.
        """
        if not wanted:
            self._end(channel, management)
            return ()
        if not self._tracing and not self.refused:
            try:
                self._trace(management, on=True)
            except ManagementError as error:
                self.refused = f"RabbitMQ does not copy messages for this page: {error}"
        if not self._tracing:
            return ()
        self._bind(channel, {binding.exchange for binding in topology.bindings} | {""})
        return self._read(channel)

    def lost(self) -> None:
        """The channel or the connection is gone, and the queue with it."""
        self._queue = ""
        self._bound.clear()

    def stop(self, management: Management) -> None:
        """Have RabbitMQ copy no more; never raises."""
        if self._tracing:
            with contextlib.suppress(ManagementError):
                self._trace(management, on=False)
        self._tracing = False

    def _end(self, channel: Any, management: Management) -> None:
        self.stop(management)
        if self._queue:
            channel.queue_delete(self._queue)
            self.lost()

    def _trace(self, management: Management, *, on: bool) -> None:
        told = management.get("vhosts", self._virtual_host)
        # What is left out would be taken back.
        kept = {name: told[name] for name in _KEPT_WITH_A_HOST if told.get(name)}
        if isinstance(kept.get("tags"), list):
            kept["tags"] = ",".join(str(tag) for tag in kept["tags"])
        if kept.get("default_queue_type") == "undefined":
            del kept["default_queue_type"]
        management.put("vhosts", self._virtual_host, body={**kept, "tracing": on})
        self._tracing = on

    def _bind(self, channel: Any, exchanges: set[str]) -> None:
        if not self._queue:
            name = f"launcher-flow.{uuid.uuid4().hex}"
            channel.queue_declare(
                name, exclusive=True, auto_delete=False, arguments={"x-max-length": _MOST_KEPT}
            )
            self._queue = name
        for exchange in exchanges - self._bound:
            # The ones that are drawn alone: events and remote control are messages, too.
            channel.queue_bind(self._queue, _TRACES, f"publish.{exchange}")
            self._bound.add(exchange)

    def _read(self, channel: Any) -> Sequence[Copy]:
        found: list[Copy] = []
        for _ in range(_MOST_READ):
            message = channel.basic_get(self._queue, no_ack=True)
            if message is None:
                break
            found.append(self._copy(message))
        return found

    def _copy(self, message: Any) -> Copy:
        traced = _table(message.headers)
        properties = _table(traced.get("properties"))
        headers = _table(properties.get("headers"))
        body = message.body
        raw = body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")
        name = task_id(properties, headers) or f"copy-{uuid.uuid4().hex[:8]}"
        keys = [str(one) for one in traced.get("routing_keys") or ()]
        queues = [str(one) for one in traced.get("routed_queues") or ()]
        exchange = str(traced.get("exchange_name") or "")
        shown = {"exchange": exchange or "(default)", "routing key": ", ".join(keys), **properties}
        origin = str(headers.get("origin") or "")
        process = _PROCESS.match(origin)
        return Copy(
            name,
            masked(content(shown, headers, raw), self._mask),
            {
                "type": "task-sent",
                "uuid": name,
                "hostname": origin or "others",
                "pid": int(process[1]) if process else None,
                "name": headers.get("task") or "no task of Celery",
                "args": headers.get("argsrepr"),
                "kwargs": headers.get("kwargsrepr"),
                "exchange": exchange,
                "routing_key": ", ".join(keys),
                "queue": queues[0] if queues else "",
            },
        )


def _table(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
