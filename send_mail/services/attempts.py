"""Keeping every try to hand a mail over: how far it came and what the server said."""

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
    f'INSERT INTO "{table_of(Attempt)}" '  # noqa: S608
    f"({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))})"
)


@dataclass(frozen=True)
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


def keep(tried: Try, ended_at: datetime) -> None:
    """Add one row."""
    adapt = connection.ops.adapt_datetimefield_value
    row = (
        *(tried.mail_id, tried.number, tried.worker, adapt(tried.began_at), adapt(ended_at)),
        *(tried.phase, tried.verdict, tried.code, tried.reply, tried.words),
    )
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
