"""Beat's schedule as beat itself tells it, and what it means now; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the schedule. Times are seconds since the epoch, None where beat knows none.

    `every` is the schedule in Celery's words; `queue` is "" where the task's default is used.
    """

    name: str
    task: str
    every: str = ""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    queue: str = ""
    last_at: float | None = None
    next_at: float | None = None
    count: int = 0


def entries(told: object) -> tuple[Entry, ...]:
    """The entries of the file that beat writes at each tick; () for what is none."""
    listed = told.get("schedule") if isinstance(told, Mapping) else None
    found = [_entry(one) for one in listed if isinstance(one, Mapping)] if listed else []
    return tuple(sorted(found, key=lambda entry: entry.name))


def _entry(told: Mapping[str, Any]) -> Entry:
    args, kwargs = told.get("args"), told.get("kwargs")
    return Entry(
        str(told.get("name", "")),
        str(told.get("task", "")),
        every=str(told.get("every", "")),
        args=tuple(args) if isinstance(args, list) else (),
        kwargs=kwargs if isinstance(kwargs, Mapping) else {},
        queue=str(told.get("queue") or ""),
        last_at=_time(told.get("last_at")),
        next_at=_time(told.get("next_at")),
        count=int(told.get("count") or 0),
    )


def _time(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
