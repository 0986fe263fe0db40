"""What the Settings page shows: one line here is one setting there.

Pure data: where a setting stands in the file, what it is called, how it is chosen. How a value is
checked is told in `reading`; what follows from a change, by whoever honours it.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from launcher.settings.model import Settings
from launcher.settings.reading import LEVELS, POOLS


class Kind(enum.Enum):
    """How a value is shown and entered."""

    SWITCH = enum.auto()
    CHOICE = enum.auto()
    NUMBER = enum.auto()
    TEXT = enum.auto()
    LIST = enum.auto()
    """Names, shown with commas between them."""
    BROKER = enum.auto()
    """One of the words, or a URL whose password is not shown."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting. `choices` are (value, words); `usual` is shown where nothing is set.

    `commented` is what the file says behind a # where the default is None.
    """

    path: tuple[str, ...]
    title: str
    kind: Kind
    words: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    unit: str = ""
    usual: str = ""
    commented: Any = None

    @property
    def key(self) -> str:
        """Its name as errors give it, such as "ports.django"."""
        return ".".join(self.path)

    @property
    def default(self) -> Any:
        """The value without a line in the file; None for a port, which is then chosen freely."""
        return self.value(Settings())

    @property
    def told_default(self) -> Any:
        """What the file says of the default, behind a #."""
        return self.commented if self.default is None else self.default

    def value(self, settings: Settings) -> Any:
        """What is set."""
        match self.path:
            case ("ports", name):
                return settings.ports.get(name)
            case ("mail", name):
                return getattr(settings.mail, name)
            case (name,):
                return getattr(settings, name)
        raise ValueError(f"no setting of the page stands at {self.key}")


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the page and its settings."""

    title: str
    entries: tuple[Entry, ...]


def _words(values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((value, value.capitalize()) for value in values)


def _port(name: str, title: str, usual: int) -> Entry:
    words = f"{usual}, or the next that is free"
    return Entry(("ports", name), title, Kind.NUMBER, usual=words, commented=usual)


_POOL_WORDS = {
    "eventlet": "eventlet (the tutorial's)",
    "prefork": "prefork (processes)",
}

GROUPS: tuple[Group, ...] = (
    Group(
        "General",
        (
            Entry(
                ("start_services",),
                "Start all services when the window opens",
                Kind.SWITCH,
            ),
            Entry(
                ("close_to_tray",),
                "Go on in the tray when the window is closed",
                Kind.SWITCH,
                "Off, closing stops everything. Ctrl+Q always does.",
            ),
            Entry(
                ("notifications",),
                "Tell of failures while the window is not in front",
                Kind.SWITCH,
                "Services that fail, and mails that cannot be delivered.",
            ),
            Entry(
                ("theme",),
                "Colours",
                Kind.CHOICE,
                choices=(("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
            ),
            Entry(
                ("text_size",),
                "Text size",
                Kind.CHOICE,
                choices=tuple((size, f"{size} %") for size in (80, 90, 100, 110, 125, 150)),
            ),
        ),
    ),
    Group(
        "Broker",
        (
            Entry(
                ("broker",),
                "Broker",
                Kind.BROKER,
                "Automatic takes RabbitMQ when it is installed, else the embedded broker.",
                choices=(
                    ("auto", "Automatic"),
                    ("rabbitmq", "RabbitMQ, a private node"),
                    ("embedded", "Embedded, without RabbitMQ"),
                ),
            ),
        ),
    ),
    Group(
        "Worker",
        (
            Entry(
                ("pool",),
                "Pool",
                Kind.CHOICE,
                "How the worker runs tasks side by side.",
                choices=tuple((pool, _POOL_WORDS.get(pool, pool)) for pool in POOLS),
            ),
            Entry(("concurrency",), "Tasks at once", Kind.NUMBER, "In each worker."),
            Entry(("workers",), "Workers", Kind.NUMBER, "They share the mails; each has a row."),
            Entry(
                ("queues",),
                "Queues",
                Kind.LIST,
                "Mails are in celery, what is due is published through celery.relay.",
                usual="all of the project",
            ),
        ),
    ),
    Group(
        "Mail",
        (
            Entry(
                ("mail_from",),
                "Sender",
                Kind.TEXT,
                "Unless the mail server in use has a sender of its own.",
            ),
            Entry(
                ("mail", "redirect_to"),
                "Safe mode",
                Kind.TEXT,
                "Every mail goes to this one address alone. Empty: to whom it is addressed.",
                usual="off",
            ),
            Entry(
                ("mail", "retention_days"),
                "Clear delivered mails after",
                Kind.NUMBER,
                "Cancelled ones, too. 0 keeps them.",
                unit="days",
            ),
            Entry(
                ("mail_time_scale",),
                "Waits between tries",
                Kind.NUMBER,
                "Times their usual length: 0.05 tries again after seconds, to see it happen.",
                unit="times",
            ),
        ),
    ),
    Group(
        "Logs",
        (
            Entry(
                ("log_level",),
                "Level of worker and beat",
                Kind.CHOICE,
                choices=_words(LEVELS),
            ),
            Entry(
                ("log_files_mb",),
                "All files together at most",
                Kind.NUMBER,
                "The oldest go first.",
                unit="MB",
            ),
        ),
    ),
    Group(
        "Ports",
        (
            _port("django", "Django", 8000),
            _port("catcher", "Mail catcher", 1025),
            _port("flower", "Flower", 5566),
            _port("amqp", "RabbitMQ", 5672),
            _port("management", "RabbitMQ's dashboard", 15672),
            _port("distribution", "RabbitMQ's distribution", 25672),
            _port("epmd", "Erlang port mapper", 24369),
            Entry(
                ("flower_address",),
                "Flower's address",
                Kind.TEXT,
                "Where the machine lacks it, Flower listens on 127.0.0.1.",
            ),
        ),
    ),
)


def entered(entry: Entry, text: str) -> Any:
    """What somebody typed, as the value that the file would hold; "" is no port.

    What is no number stays text, for the check to say what would be one.
    """
    text = text.strip()
    if entry.kind is Kind.LIST:
        return tuple(name for part in text.split(",") if (name := part.strip()))
    if entry.kind is not Kind.NUMBER:
        return text
    if not text and entry.default is None:
        return None
    for make in (int, float):
        try:
            return make(text)
        except ValueError:
            continue
    return text


def shown(value: Any) -> str:
    """A value as it stands in a field."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
