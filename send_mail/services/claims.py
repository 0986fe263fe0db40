"""One mail, one worker: claims with a lease.

A claim is one conditional UPDATE; whoever comes second finds nothing. Every later write of the
worker asks for its token, so a worker that lost its claim can neither send nor finish. All of it
goes through the writer, in groups. What becomes of a claim whose worker died is in ``reaper``.
"""

import json
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from django.db import OperationalError, connection
from django.db.models import Field
from django.utils import timezone

from send_mail import policy
from send_mail.models import Event, Mail, MailContent, Pause
from send_mail.services import attempts, timeline
from send_mail.services.attempts import Try
from send_mail.services.in_hand import hands
from send_mail.services.tables import table_of
from send_mail.services.writer import Writer
from send_mail.states import WAITING, State, move_statement

SUSPECT_AFTER = policy.DEATHS_UNTIL_QUARANTINE - 1
SMALL_SOURCE = 256 * 1024
"""Read with the claim up to this many bytes; a larger one when its turn has come."""

writer = Writer(crowded=hands.crowded)

_MAIL, _CONTENT, _PAUSE = (table_of(model) for model in (Mail, MailContent, Pause))
_HELD = f'"id" = %s AND "claim" = %s AND "state" = \'{State.SENDING.value}\''
_NOT_PAUSED = f'NOT EXISTS (SELECT 1 FROM "{_PAUSE}")'  # noqa: S608
_TAKE = (
    *('"claim" = %s', '"claimed_by" = %s', '"claimed_at" = %s', '"lease_until" = %s'),
    *('"data_at" = NULL', '"attempts" = "attempts" + 1'),
)
_READ = f"""
    SELECT m."id", m."attempts", m."sender", m."recipients", m."route", m."queued_at",
           CASE WHEN LENGTH(c."source") <= {SMALL_SOURCE} THEN c."source" END
    FROM "{_MAIL}" m JOIN "{_CONTENT}" c ON c."mail_id" = m."id"
    WHERE m."claim" = %s AND m."id" IN """  # noqa: S608
_DUE = "\"state\" IN ('{}')".format("', '".join(sorted(WAITING)))
_FREE = ("\"claim\" = ''", '"lease_until" = NULL', '"under_way_until" = NULL')


class SuspectError(Exception):
    """The mail has seen workers die: it is to be claimed alone."""


@dataclass
class Claim:
    """The right to work on one mail, and what the worker needs to know of it."""

    mail_id: int
    token: str
    worker: str
    began_at: datetime
    until: datetime
    runs_until: float  # the same lease by the monotonic clock, for this process' own reaper
    number: int
    sender: str
    recipients: list[dict[str, Any]]
    route: str
    queued_at: datetime
    small_source: bytes | None

    def source(self) -> bytes:
        """Return the message."""
        if self.small_source is not None:
            return self.small_source
        found = MailContent.objects.values_list("source", flat=True).get(pk=self.mail_id)
        connection.close()  # a greenlet's own, and it will not be used again
        return bytes(found)

    def cover(self, seconds: float) -> None:
        """See that the lease lasts for a phase of *seconds*; writes only when it does not."""
        now = time.monotonic()
        if self.runs_until >= now + seconds:
            return
        self._extend(seconds)
        until = self.until

        def write() -> None:
            Mail.objects.filter(pk=self.mail_id, claim=self.token, state=State.SENDING).update(
                lease_until=until
            )

        writer.write(write)

    def before_dot(self, seconds: float) -> bool:
        """Write down that the mail is about to be handed over; False means: do not."""
        self._extend(seconds)
        now, until = timezone.now(), self.until

        def write() -> bool:
            adapt = connection.ops.adapt_datetimefield_value
            with connection.cursor() as cursor:
                cursor.execute(
                    f'UPDATE "{_MAIL}" SET "data_at" = %s, "lease_until" = %s WHERE {_HELD}',  # noqa: S608
                    (adapt(now), adapt(until), self.mail_id, self.token),
                )
                held = bool(cursor.rowcount)
            if held:
                timeline.note(self.mail_id, Event.SENDING, now)
            return held

        return writer.write(write)

    def finish(
        self, state: State, event: Event, detail: str, tried: Try | None = None, **fields: Any
    ) -> bool:
        """Leave SENDING for *state*; return False when the claim was lost meanwhile.

        What became of the mail is known here alone. A database that cannot write now, a full disk
        for instance, is asked again until the lease has run out.
        """
        now = timezone.now()

        def write() -> bool:
            moved = self._move(state, fields)
            if moved:
                timeline.note(self.mail_id, event, now, detail)
                if tried is not None:
                    attempts.keep(tried, now)
            return moved

        while True:
            try:
                return writer.write(write)
            except OperationalError:
                if time.monotonic() > self.runs_until:
                    raise
                threading.Event().wait(1.0)

    def _move(self, state: State, fields: dict[str, Any]) -> bool:
        sets = (*_FREE, '"unanswered_wakeups" = 0', *(f'"{name}" = %s' for name in fields))
        values = [_prepared(name, value) for name, value in fields.items()]
        with connection.cursor() as cursor:
            cursor.execute(
                move_statement(_MAIL, state, sets, _HELD), (*values, self.mail_id, self.token)
            )
            return bool(cursor.rowcount)

    def _extend(self, seconds: float) -> None:
        lease = policy.lease(seconds)
        self.until = timezone.now() + lease
        self.runs_until = time.monotonic() + lease.total_seconds()


def claim(mail_id: int, worker: str, seconds: float, *, alone: bool = False) -> Claim | None:
    """Return the claim on a mail that is due, None when it is not waiting or another was first.

    A paused queue gives no claim; the mail is then due for the relay once the queue goes on.
    Raises SuspectError for a mail that is to be claimed *alone*.
    """
    deaths = "1 = 1" if alone else f'"worker_deaths" < {SUSPECT_AFTER}'

    def write() -> Claim | str | None:
        claims = _take([mail_id], worker, seconds, deaths)
        return claims[0] if claims else _why_not(mail_id, alone=alone)

    found = writer.write(write)
    if found == "suspect":
        raise SuspectError
    return found if isinstance(found, Claim) else None


def claim_due(limit: int, worker: str, seconds: float) -> list[Claim]:
    """Return claims on up to *limit* due mails, the longest waiting first; no suspects."""

    def write() -> list[Claim]:
        due = sorted(row for state in WAITING for row in _due(state, limit))
        ids = [mail_id for _, mail_id in due[:limit]]
        return _take(ids, worker, seconds, f'"worker_deaths" < {SUSPECT_AFTER}')

    return writer.write(write)


def _due(state: State, limit: int) -> list[tuple[datetime, int]]:
    """Return time and id of the first due mails of one state: one walk along the index."""
    due = Mail.objects.filter(
        state=state, due_at__lte=timezone.now(), worker_deaths__lt=SUSPECT_AFTER
    ).order_by("due_at")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)  # another worker has these just now
    return list(due.values_list("due_at", "pk")[:limit])


def put_back(mail_id: int) -> None:
    """Make a mail whose wake-up was taken and not used due for the relay at once."""
    writer.write(lambda: _put_back(mail_id))


def _put_back(mail_id: int) -> None:
    Mail.objects.filter(pk=mail_id, state__in=WAITING).update(
        published_at=None, under_way_until=None
    )


def _take(mail_ids: Sequence[int], worker: str, seconds: float, deaths: str) -> list[Claim]:
    """Claim those of *mail_ids* that wait and are due, in one UPDATE; in the order given."""
    if not mail_ids:
        return []
    now, lease, token = timezone.now(), policy.lease(seconds), secrets.token_hex(16)
    until, runs_until = now + lease, time.monotonic() + lease.total_seconds()
    adapt = connection.ops.adapt_datetimefield_value
    places = f"({', '.join(['%s'] * len(mail_ids))})"
    where = f'"due_at" <= %s AND {_DUE} AND {deaths} AND {_NOT_PAUSED} AND "id" IN {places}'
    with connection.cursor() as cursor:
        cursor.execute(
            move_statement(_MAIL, State.SENDING, _TAKE, where),
            (token, worker, adapt(now), adapt(until), adapt(now), *mail_ids),
        )
        if not cursor.rowcount:
            return []
        cursor.execute(_READ + places, (token, *mail_ids))
        rows = {row[0]: row for row in cursor.fetchall()}
    won = [mail_id for mail_id in mail_ids if mail_id in rows]
    timeline.note_all(won, Event.RECEIVED, now, worker)
    return [
        Claim(mail_id, token, worker, now, until, runs_until, *_read(rows[mail_id]))
        for mail_id in won
    ]


def _read(row: Sequence[Any]) -> tuple[int, str, list[dict[str, Any]], str, datetime, bytes | None]:
    _, number, sender, recipients, route, queued_at, source = row
    if queued_at.tzinfo is None:  # SQLite keeps times without a zone, in UTC
        queued_at = queued_at.replace(tzinfo=UTC)
    small = None if source is None else bytes(source)
    return number, sender, json.loads(recipients), route, queued_at, small


def _why_not(mail_id: int, *, alone: bool) -> str | None:
    """See whether a mail that could not be claimed waits for something."""
    if Pause.objects.exists():
        _put_back(mail_id)
        return None
    suspect = Mail.objects.filter(
        pk=mail_id, state__in=WAITING, due_at__lte=timezone.now(), worker_deaths__gte=SUSPECT_AFTER
    )
    return "suspect" if not alone and suspect.exists() else None


def _prepared(name: str, value: Any) -> Any:
    column = Mail._meta.get_field(name)  # noqa: SLF001 - Django's documented API
    return cast("Field[Any, Any]", column).get_db_prep_save(value, connection)
