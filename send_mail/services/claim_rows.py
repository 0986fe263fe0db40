"""Taking claims, many rows at a time and in plain SQL: every greenlet waits while this runs.

Each function is one of the writer's kinds: it runs within a transaction that holds the write lock
(SQLite) or the rows' locks (PostgreSQL), so that what it has looked at is still so when it writes.
Which change of state is legal is asked of ``states`` alone. What is written of a mail that is
claimed is in ``held_rows``.
"""

import json
import secrets
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from send_mail import policy
from send_mail.errors import NO_CONTENT
from send_mail.models import Event, Mail, MailContent, Pause
from send_mail.services import held_rows, timeline
from send_mail.services.held_rows import Finish
from send_mail.services.tables import places, table_of
from send_mail.states import WAITING, State, move_statement

SUSPECT_AFTER = policy.DEATHS_UNTIL_QUARANTINE - 1
SMALL_SOURCE = 256 * 1024
"""Read with the claim up to this many bytes; a larger one when its turn has come."""

_MAIL, _CONTENT, _PAUSE = (table_of(model) for model in (Mail, MailContent, Pause))
_DUE = '"due_at" <= %s AND "state" IN (\'{}\')'.format("', '".join(sorted(WAITING)))
_NO_SUSPECT = f'"worker_deaths" < {SUSPECT_AFTER}'
_NOT_PAUSED = f'NOT EXISTS (SELECT 1 FROM "{_PAUSE}")'  # noqa: S608 - a table's name
_TAKE = (
    *('"claim" = %s', '"claimed_by" = %s', '"claimed_at" = %s', '"lease_until" = %s'),
    *('"data_at" = %s', '"attempts" = "attempts" + 1'),
)
_READ = f"""
    SELECT m."id", m."attempts", m."sender", m."recipients", m."route", m."queued_at",
           CASE WHEN LENGTH(c."source") <= {SMALL_SOURCE} THEN c."source" END
    FROM "{_MAIL}" m JOIN "{_CONTENT}" c ON c."mail_id" = m."id"
    WHERE m."claim" = %s AND m."id" IN """  # noqa: S608 - tables' names


@dataclass(slots=True)
class Wanted:
    """A mail that a worker asks for, with a lease for a phase of so many seconds."""

    mail_id: int
    worker: str
    seconds: float
    alone: bool = False


class NoClaim(Enum):
    """Why a mail was not claimed."""

    NOT_OURS = "it does not wait, or another was first"
    PAUSED = "the queue is paused"
    SUSPECT = "it is to be claimed alone"


@dataclass(slots=True)
class Taken:
    """A row that was claimed, as the worker needs it."""

    mail_id: int
    token: str
    worker: str
    began_at: datetime
    until: datetime
    runs_until: float  # the same lease by the monotonic clock
    number: int
    sender: str
    recipients: list[dict[str, Any]]
    route: str
    queued_at: datetime
    small_source: bytes | None


def take(wanted: Sequence[Wanted]) -> list[Taken | NoClaim]:
    """Claim those that wait and are due, by one UPDATE for all that are wanted alike."""
    alike: dict[tuple[str, float, bool], list[int]] = defaultdict(list)
    for each in wanted:
        alike[each.worker, each.seconds, each.alone].append(each.mail_id)
    taken: dict[int, Taken] = {}
    for (worker, seconds, alone), mail_ids in alike.items():
        free = [mail_id for mail_id in dict.fromkeys(mail_ids) if mail_id not in taken]
        taken |= _take(free, worker, seconds, alone=alone)
    # One that is wanted twice is given once.
    return [taken.pop(each.mail_id) if each.mail_id in taken else _why_not(each) for each in wanted]


def take_due(limit: int, worker: str, token: str) -> list[Taken]:
    """Claim up to *limit* due mails, the longest waiting first; no suspects.

    All are marked at once as about to be handed over; *token* leads to who knows better
    (``handing_over``).
    """
    due = sorted(row for state in WAITING for row in _first_due(state, limit))
    mail_ids = [mail_id for _, mail_id in due[:limit]]
    return list(_take(mail_ids, worker, policy.group_seconds(), group=token).values())


def put_back(mail_ids: Sequence[int]) -> list[None]:
    """Make mails whose wake-ups were taken and not used due for the relay at once."""
    Mail.objects.filter(pk__in=mail_ids, state__in=WAITING).update(
        published_at=None, under_way_until=None
    )
    return [None] * len(mail_ids)


def put_back_due(counts: Sequence[int]) -> list[None]:
    """Do so with so many due mails in all, the longest waiting first, whichever they are."""
    left = sum(counts)
    for state in WAITING:
        under_way = _due(state).filter(under_way_until__gt=timezone.now())
        first = Mail.objects.filter(pk__in=under_way.values("pk")[:left])
        left -= first.update(published_at=None, under_way_until=None)
    return [None] * len(counts)


def is_any_due() -> bool:
    """Return whether a mail waits whose time has come, suspects apart."""
    return any(_due(state).exists() for state in WAITING)


def _take(
    mail_ids: Sequence[int], worker: str, seconds: float, *, alone: bool = False, group: str = ""
) -> dict[int, Taken]:
    if not mail_ids:
        return {}
    now, lease, token = timezone.now(), policy.lease(seconds), group or secrets.token_hex(16)
    until, runs_until = now + lease, time.monotonic() + lease.total_seconds()
    adapt = connection.ops.adapt_datetimefield_value
    deaths = "1 = 1" if alone else _NO_SUSPECT
    where = f'{_DUE} AND {deaths} AND {_NOT_PAUSED} AND "id" IN {places(mail_ids)}'
    with connection.cursor() as cursor:
        cursor.execute(
            move_statement(_MAIL, State.SENDING, _TAKE, where),
            (
                *(token, worker, adapt(now), adapt(until), adapt(now) if group else None),
                *(adapt(now), *mail_ids),
            ),
        )
        claimed = cursor.rowcount
        if not claimed:
            return {}
        cursor.execute(_READ + places(mail_ids), (token, *mail_ids))
        rows = {row[0]: _read(row) for row in cursor.fetchall()}
    if len(rows) < claimed:
        _give_up_without_content(set(mail_ids) - rows.keys(), token)
    won = [mail_id for mail_id in mail_ids if mail_id in rows]
    timeline.note_all(won, Event.RECEIVED, now, worker)
    return {
        mail_id: Taken(mail_id, token, worker, now, until, runs_until, *rows[mail_id])
        for mail_id in won
    }


def _read(row: Sequence[Any]) -> tuple[int, str, list[dict[str, Any]], str, datetime, bytes | None]:
    _, number, sender, recipients, route, queued_at, source = row
    if queued_at.tzinfo is None:  # SQLite keeps times without a zone, in UTC
        queued_at = queued_at.replace(tzinfo=UTC)
    small = None if source is None else bytes(source)
    return number, sender, json.loads(recipients), route, queued_at, small


def _give_up_without_content(mail_ids: Iterable[int], token: str) -> None:
    """Let those of *mail_ids* fail that were claimed: there is nothing of them to be sent."""
    done = {"words": NO_CONTENT, "finished_at": timezone.now()}
    gone = Mail.objects.filter(pk__in=mail_ids, claim=token).values_list("pk", flat=True)
    held_rows.finish(
        [Finish(pk, token, State.FAILED, Event.FAILED, NO_CONTENT, done, None) for pk in gone]
    )


def _why_not(wanted: Wanted) -> NoClaim:
    """See whether a mail that could not be claimed waits for something."""
    if Pause.objects.exists():
        put_back([wanted.mail_id])
        return NoClaim.PAUSED
    suspect = Mail.objects.filter(
        pk=wanted.mail_id,
        state__in=WAITING,
        due_at__lte=timezone.now(),
        worker_deaths__gte=SUSPECT_AFTER,
    )
    return NoClaim.SUSPECT if not wanted.alone and suspect.exists() else NoClaim.NOT_OURS


def _due(state: State) -> QuerySet[Mail]:
    """Return the due mails of one state but suspects, in the order of the index."""
    return Mail.objects.filter(
        state=state, due_at__lte=timezone.now(), worker_deaths__lt=SUSPECT_AFTER
    ).order_by("due_at")


def _first_due(state: State, limit: int) -> list[tuple[datetime, int]]:
    """Return time and id of the first due mails of one state: one walk along the index."""
    due = _due(state)
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)  # another worker has these just now
    return list(due.values_list("due_at", "pk")[:limit])
