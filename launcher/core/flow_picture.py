"""What is drawn: nodes in five columns, ways between them, and a message's way through: pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from launcher.core.explain import Tone
from launcher.core.flow_messages import Message, Place
from launcher.core.flow_topology import Topology, chosen

MOST_NODES = 5
"""Of producers and of workers; the rest is one node."""
SMTP = "s:"
_REST = "…"


class Column(enum.IntEnum):
    """From left to right."""

    PRODUCERS = 0
    EXCHANGES = 1
    QUEUES = 2
    WORKERS = 3
    SMTP = 4


@dataclass(frozen=True, slots=True)
class Node:
    """One box. `key` is its name in ways; `words` stand below its title."""

    key: str
    column: Column
    title: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way between two nodes, by their keys; `words` name a binding."""

    here: str
    there: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """All nodes, column by column, and all ways."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()

    def column(self, column: Column) -> list[Node]:
        """The nodes of one column, from top to bottom."""
        return [node for node in self.nodes if node.column is column]

    def node(self, key: str) -> Node | None:
        """The node of this key, if it is drawn."""
        return next((node for node in self.nodes if node.key == key), None)


@dataclass(slots=True)
class Seen:
    """What messages and heartbeats told: who publishes, who works, and on which ways."""

    producers: dict[str, None]
    workers: dict[str, None]
    """Node names of those that are heard of now."""
    routes: dict[tuple[str, str, str, str], None]
    """Producer, exchange, key and queue of what was published."""
    taken: dict[tuple[str, str], None]
    """Queue and worker of what was received."""
    mails: bool = False

    @classmethod
    def nothing(cls) -> Seen:
        """At the start."""
        return cls({}, {}, {}, {})

    @property
    def queues(self) -> list[str]:
        """Those that messages were seen in."""
        return list(dict.fromkeys(route[3] for route in self.routes if route[3]))


def picture(topology: Topology, seen: Seen, worker_words: Mapping[str, tuple[str, str]]) -> Picture:
    """Draw what is known; `worker_words` are title and words of a worker, by its node name."""
    queues = [one.name for one in chosen(topology.queues, seen.queues)]
    nodes: list[Node] = []
    edges: dict[tuple[str, str], str] = {}
    producers = _some(list(seen.producers))
    nodes += [Node(f"p:{name}", Column.PRODUCERS, name, "producer") for name in producers]
    exchanges = dict.fromkeys(route[1] for route in seen.routes)
    exchanges.update(
        dict.fromkeys(b.exchange for b in topology.bindings if b.queue in queues and b.exchange)
    )
    for name in list(exchanges)[:MOST_NODES]:
        kind = topology.kind(name)
        nodes.append(
            Node(
                f"x:{name}",
                Column.EXCHANGES,
                name or "(default)",
                f"{kind} exchange" if name and kind else "exchange" if name else "by queue name",
            )
        )
    nodes += [Node(f"q:{name}", Column.QUEUES, name) for name in queues]
    hidden = topology.total - len(queues)
    if hidden > 0:
        words = f"{hidden:,} more queue{'s' if hidden > 1 else ''}"
        nodes.append(Node(f"q:{_REST}", Column.QUEUES, words, "find one below"))
    workers = _some(list(seen.workers))
    nodes += [
        Node(f"w:{name}", Column.WORKERS, *worker_words.get(name, (_short(name), "worker")))
        for name in workers
    ]
    if seen.mails or workers:
        nodes.append(Node(SMTP, Column.SMTP, "SMTP", "mail server"))
    drawn = {node.key for node in nodes}
    for producer, exchange, key, queue in seen.routes:
        edges.setdefault((f"p:{producer}", f"x:{exchange}"), "")
        edges.setdefault((f"x:{exchange}", f"q:{queue}"), key if key != queue else "")
    for binding in topology.bindings:
        if binding.exchange and binding.queue in queues:
            words = binding.key if binding.key != binding.queue else ""
            words = words or binding.arguments
            edges[f"x:{binding.exchange}", f"q:{binding.queue}"] = words
    for queue, worker in seen.taken:
        edges.setdefault((f"q:{queue}", f"w:{worker}"), "")
    if SMTP in drawn:
        for worker in workers:
            edges.setdefault((f"w:{worker}", SMTP), "")
    return Picture(
        tuple(nodes),
        tuple(
            Edge(here, there, words)
            for (here, there), words in edges.items()
            if here in drawn and there in drawn
        ),
    )


def way(message: Message, drawn: Picture, producer: str) -> list[str]:
    """The nodes that a message goes through to where it is now; `producer` names who sent it."""
    found: list[str] = []
    if message.place is Place.SENT:
        if message.routed:
            found += [f"p:{producer}", f"x:{message.exchange}"]
        if message.queue:
            found.append(f"q:{message.queue}")
    elif message.worker:
        found.append(f"w:{message.worker}")
    return [key for key in (_drawn(one, drawn) for one in found) if key]


def outcome(message: Message, topology: Topology) -> tuple[list[str], Tone] | None:
    """Where an ended message goes last, and its tone there; None while its mail is not known.

    A mail is at its end when the outbox says so: its task ends well whatever the server says.
    """
    if message.place is not Place.ENDED:
        return None
    match message.end:
        case "succeeded" if message.mail is not None:
            return _of_mail(message)
        case "succeeded":
            return [], Tone.DONE
        case "retried":
            return ([f"q:{message.queue}"] if message.queue else []), Tone.TROUBLE
        case "rejected":
            dead = topology.dead_letter_queue(message.queue)
            return ([f"q:{dead}"] if dead else []), Tone.FAILED
        case "revoked":
            return [], Tone.OFF
        case _:
            return [], Tone.FAILED


def _of_mail(message: Message) -> tuple[list[str], Tone] | None:
    match message.mail_state:
        case "" | "SENDING":
            return None
        case "DELIVERED":
            return [SMTP], Tone.DONE
        case "FAILED":
            return [SMTP], Tone.FAILED
        case "UNKNOWN" | "RETRYING":
            return [SMTP], Tone.TROUBLE
        case _:  # paused, put back or cancelled: no mail server has seen it
            return [], Tone.OFF


def _drawn(key: str, picture_: Picture) -> str:
    keys = {node.key for node in picture_.nodes}
    if key in keys:
        return key
    rest = f"{key[:2]}{_REST}"
    return rest if rest in keys else ""


def _some(names: Sequence[str]) -> list[str]:
    if len(names) <= MOST_NODES:
        return list(names)
    return [*names[: MOST_NODES - 1], _REST]


def _short(hostname: str) -> str:
    return hostname.partition("@")[0] or hostname
