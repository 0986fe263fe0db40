"""Keeping every try to hand a mail over: how far it came and what the server said."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from send_mail.models import Attempt
from send_mail.services.tables import table_of

_COLUMNS = (
    *("mail_id", "number", "worker", "began_at", "ended_at"),
    *("phase", "verdict", "code", "reply", "words"),
)
_INSERT = (
    f'INSERT INTO "{table_of(Attempt)}" '  # noqa: S608 - our own names
    f"({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)


@dataclass(slots=True)
class Try:
    """What a row of attempts holds, but for when it ended."""

    mail_id: int
    number: int
    worker: str
    began_at: datetime
    phase: str
    verdict: str
    code: int | None
    reply: str
    words: str


def keep_all(tries: Iterable[Try], ended_at: datetime) -> None:
    """Add a row for each, by one statement."""
    adapt = connection.ops.adapt_datetimefield_value
    ended = adapt(ended_at)
    rows = [
        (
            *(tried.mail_id, tried.number, tried.worker, adapt(tried.began_at), ended),
            *(tried.phase, tried.verdict, tried.code, tried.reply, tried.words),
        )
        for tried in tries
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_INSERT, rows)
