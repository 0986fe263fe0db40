"""The states of a mail and the only legal ways between them.

``move`` is the one place where a state is written: a conditional UPDATE, so that of two who try
the same change one wins and the other is told so. ``move_statement`` is the same as SQL, for the
worker's hot path: both ask ``sources``, and a test compares them.
"""

from functools import cache
from typing import Any

from django.db import models


class State(models.TextChoices):
    """Where a mail is. SCHEDULED is how a QUEUED one with a future due time is shown."""

    DRAFT = "DRAFT"
    QUEUED = "QUEUED"
    SENDING = "SENDING"
    DELIVERED = "DELIVERED"
    RETRYING = "RETRYING"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"
    CANCELLED = "CANCELLED"


SCHEDULED = "SCHEDULED"

LEGAL: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.SENDING, State.CANCELLED}),
    State.SENDING: frozenset(
        {State.DELIVERED, State.RETRYING, State.FAILED, State.UNKNOWN, State.QUEUED}
    ),
    State.RETRYING: frozenset({State.SENDING, State.QUEUED, State.CANCELLED}),
    State.DELIVERED: frozenset(),
    State.FAILED: frozenset({State.QUEUED}),
    State.UNKNOWN: frozenset({State.QUEUED}),
    State.CANCELLED: frozenset({State.QUEUED}),
}
WAITING = frozenset({State.QUEUED, State.RETRYING})
FINAL = frozenset({State.DELIVERED, State.FAILED, State.UNKNOWN, State.CANCELLED})


def sources(to: State) -> list[State]:
    """Return the states from which *to* may be entered."""
    return [state for state, ways in LEGAL.items() if to in ways]


def move(mails: models.QuerySet[Any], to: State, **fields: Any) -> int:
    """Set *to* and *fields* on those of *mails* that may enter it; return how many did.

    Raises ValueError when *fields* tries to set the state itself.
    """
    if "state" in fields:
        msg = "The state is set by its name alone."
        raise ValueError(msg)
    return mails.filter(state__in=sources(to)).update(state=to, **fields)


@cache
def move_statement(table: str, to: State, assignments: tuple[str, ...], where: str) -> str:
    """Return the UPDATE that sets *to* and *assignments* on the rows of *where* that may enter it.

    *assignments* are SQL such as ``"words" = %s``, *where* a condition; their parameters are given
    in this order.
    """
    sets = ", ".join((f"\"state\" = '{to.value}'", *assignments))
    may = ", ".join(f"'{state.value}'" for state in sources(to))
    return f'UPDATE "{table}" SET {sets} WHERE "state" IN ({may}) AND {where}'  # noqa: S608 - our own names
