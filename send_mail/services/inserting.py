"""Inserting new mails: those that many threads save at the same moment share one transaction.

A commit waits for the disk, and SQLite lets one writer in at a time. So the rows of all who wait
go in by one statement a table. What one mail does wrong, a key that is taken for instance, costs
its neighbours nothing: the group is then inserted one by one.
"""

from collections.abc import Sequence
from functools import partial

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.utils import IntegrityError

from send_mail.models import Event, Mail, MailContent
from send_mail.services import timeline
from send_mail.services.grouping import Grouping
from send_mail.services.publisher import publisher
from send_mail.services.row_inserts import insert_numbered, insert_rows
from send_mail.services.tables import table_of
from send_mail.services.write_turn import short_transaction
from send_mail.states import State

Rows = tuple[Mail, MailContent]

LARGEST_GROUP = 50
LARGEST_CHUNK = 100
"""Mails of a bulk in one transaction: another process waits for the lock no longer than that."""


def insert(rows: Rows) -> Mail:
    """Insert *rows* and have the mail published once they are committed; return the mail.

    That of an earlier request when it has the same idempotency key. Inside a transaction of the
    caller's they become part of it: a second connection would wait for the caller's own lock.
    """
    return _alone(rows) if connection.in_atomic_block else _together.ask(rows)


def insert_chunk(chunk: Sequence[Rows]) -> None:
    """Insert part of a bulk, LARGEST_CHUNK at most, in one transaction with one wake-up for all."""
    with short_transaction():
        _write(chunk)
        if due := _due(chunk):
            transaction.on_commit(partial(publisher.wake_bulk, due))


def _all_or_each(group: Sequence[Rows]) -> Sequence[Mail | Exception]:
    """Return for each its mail or what was wrong with it; raise what is wrong with the database."""
    try:
        with short_transaction():
            return _unless_known(group)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - told to the one whose mail it is
        if len(group) == 1 and group[0][0].idempotency_key is None:
            return [error]
    return [_answer(rows) for rows in group]


def _answer(rows: Rows) -> Mail | Exception:
    try:
        return _alone(rows)
    except Exception as error:  # noqa: BLE001 - told to the one whose mail it is
        return error


_together: Grouping[Rows, Mail] = Grouping(_all_or_each, LARGEST_GROUP)


def _alone(rows: Rows) -> Mail:
    try:
        with transaction.atomic():
            return _unless_known([rows])[0]
    except IntegrityError:
        # Another process was first with this key, after we had looked.
        known = _known([rows])
        if not known:
            raise
        return known.popitem()[1]


def _unless_known(group: Sequence[Rows]) -> list[Mail]:
    """Insert those whose key is not known yet; return all as they are in the database."""
    known = _known(group)
    new = [rows for rows in group if rows[0].idempotency_key not in known]
    _write(new)
    if due := _due(new):
        transaction.on_commit(partial(publisher.wake, *due))
    return [known.get(mail.idempotency_key, mail) for mail, _ in group]


def _known(group: Sequence[Rows]) -> dict[str | None, Mail]:
    keys = [mail.idempotency_key for mail, _ in group if mail.idempotency_key is not None]
    if not keys or not _is_there_any(keys):
        return {}
    return {mail.idempotency_key: mail for mail in Mail.objects.filter(idempotency_key__in=keys)}


def _is_there_any(keys: Sequence[str]) -> bool:
    """Return whether one of *keys* is taken, which is rare: to ask for whole rows costs more."""
    marks = ", ".join(["%s"] * len(keys))
    asked = f'SELECT 1 FROM "{table_of(Mail)}" WHERE "idempotency_key" IN ({marks}) LIMIT 1'  # noqa: S608 - a table's name and marks
    with connection.cursor() as cursor:
        cursor.execute(asked, keys)
        return cursor.fetchone() is not None


def _write(group: Sequence[Rows]) -> None:
    """Insert mails, contents and the first step of their timelines; sets the mails' ids."""
    mails = [mail for mail, _ in group]
    for mail in mails:
        mail.pk = None  # that of a first try was taken back with it
    insert_numbered(mails)
    for mail, content in group:
        content.mail = mail  # takes over the id that it has now
    insert_rows([content for _, content in group])
    timeline.note_each((mail.pk, _first_step(mail), mail.created_at, "") for mail in mails)


def _first_step(mail: Mail) -> Event:
    return Event.DRAFTED if mail.state == State.DRAFT else Event.SAVED


def _due(group: Sequence[Rows]) -> list[int]:
    return [
        mail.pk
        for mail, _ in group
        if mail.state == State.QUEUED and mail.due_at <= mail.created_at
    ]
