"""What of the home is what: logs, broker, database, the rest; and what goes when one starts over.

Paths are relative to the home, as tuples of names, such as ("data", "launcher.sqlite3").
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class Part(enum.StrEnum):
    """Whose a file of the home is."""

    LOGS = "logs"
    BROKER = "broker"
    DATABASE = "database"
    OTHER = "other"


class Scope(enum.StrEnum):
    """How far starting over goes."""

    BROKER = "broker"
    """Messages, queues and exchanges; mails are rows and stay."""
    DATABASE = "database"
    """Mails, inbox, users, the history of tasks, and the mail that is being written."""
    ALL = "all"
    """Everything but the settings and the passwords."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or a whole folder of the home, and how many bytes it holds."""

    path: tuple[str, ...]
    bytes: int


def size(count: int) -> str:
    """Bytes as one reads them: "812 bytes", "3.4 kB", "1.2 MB", "2.5 GB"."""
    if count < 1_000:
        return f"{count} bytes"
    for unit, whole in (("kB", 1_000), ("MB", 1_000_000)):
        if count < 999_950 * (whole // 1_000):
            return f"{count / whole:.1f} {unit}"
    return f"{count / 1_000_000_000:.1f} GB"


def part_of(path: tuple[str, ...]) -> Part:
    """Whose this is."""
    match path:
        case ("logs", *_):
            return Part.LOGS
        case ("data", name, *_) if name == "broker" or name.startswith("rabbitmq-"):
            return Part.BROKER
        # The history of tasks names mails by their numbers, which begin anew with the database.
        case ("data", name, *_) if name.startswith(("launcher.sqlite3", "tasks.sqlite3")):
            return Part.DATABASE
    return Part.OTHER


def use_by_part(entries: Iterable[Entry]) -> Mapping[Part, int]:
    """Bytes by part; every part is there."""
    use = dict.fromkeys(Part, 0)
    for entry in entries:
        use[part_of(entry.path)] += entry.bytes
    return use


def going(entries: Iterable[Entry], scope: Scope) -> tuple[Entry, ...]:
    """Those of the entries that go, in the order of their names."""
    return tuple(sorted((e for e in entries if _goes(e.path, scope)), key=lambda e: e.path))


def _goes(path: tuple[str, ...], scope: Scope) -> bool:
    if scope is Scope.ALL:
        return path[0] in ("data", "logs") and len(path) > 1
    if scope is Scope.DATABASE and path == ("data", UNSENT):
        return True
    return part_of(path).value == scope.value


UNSENT = "unsent-mail.json"
"""The window's copy of the mail that is being written, among the data."""
