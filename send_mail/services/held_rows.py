"""What a claim has written of its mail, many rows at a time and in plain SQL, as ``claim_rows``.

Each asks for the token: of a claim that was lost meanwhile nothing is written.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db import connection
from django.db.models import Field
from django.utils import timezone

from send_mail.models import Event, Mail
from send_mail.services import attempts, timeline
from send_mail.services.attempts import Try
from send_mail.services.tables import places, table_of
from send_mail.states import State, move_statement

_MAIL = table_of(Mail)
_SENDING = f"\"state\" = '{State.SENDING.value}'"
_FREE = (
    *("\"claim\" = ''", '"lease_until" = NULL', '"under_way_until" = NULL'),
    '"unanswered_wakeups" = 0',
)


@dataclass(slots=True)
class Held:
    """A claim that asks for something, which it gets only while it holds."""

    mail_id: int
    token: str


@dataclass(slots=True)
class Mark(Held):
    """The final dot of this mail comes next."""

    until: datetime


@dataclass(slots=True)
class Finish(Held):
    """The mail leaves SENDING; *handed_at* where no mark has told yet when the final dot came."""

    state: State
    event: Event
    detail: str
    fields: dict[str, Any]
    tried: Try | None
    handed_at: datetime | None = None


def mark(marks: Sequence[Mark]) -> list[bool]:
    """Write down that these are about to be handed over; False for a claim that was lost."""
    held = _still_held(marks)
    if held:
        now, until = timezone.now(), max(each.until for each in marks)
        adapt = connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{_MAIL}" SET "data_at" = %s, "lease_until" = %s '  # noqa: S608 - a table's name
                f'WHERE {_SENDING} AND "id" IN {places(held)}',
                (adapt(now), adapt(until), *held),
            )
        timeline.note_all(held, Event.SENDING, now)
    return [each.mail_id in held for each in marks]


def finish_all(groups: Sequence[Sequence[Finish]]) -> list[list[bool]]:
    """Let the mails of all these groups leave SENDING; False for a claim that was lost."""
    kept = finish([each for group in groups for each in group])
    told = iter(kept)
    return [[next(told) for _ in group] for group in groups]


def finish(finishes: Sequence[Finish]) -> list[bool]:
    """Let these leave SENDING; False for a claim that was lost."""
    if not finishes:
        return []
    held = set(_still_held(finishes))
    kept = [each for each in finishes if each.mail_id in held]
    now = timezone.now()
    alike: dict[tuple[State, tuple[str, ...]], list[Finish]] = defaultdict(list)
    for each in kept:
        alike[each.state, tuple(each.fields)].append(each)
    for (state, names), group in alike.items():
        sets = (*_FREE, *(f'"{name}" = %s' for name in names))
        prepare = [_preparer(name) for name in names]
        with connection.cursor() as cursor:
            cursor.executemany(
                move_statement(_MAIL, state, sets, '"id" = %s AND "claim" = %s'),
                [
                    (
                        *(p(v) for p, v in zip(prepare, each.fields.values(), strict=True)),
                        *(each.mail_id, each.token),
                    )
                    for each in group
                ],
            )
    timeline.note_each(
        [(each.mail_id, Event.SENDING, each.handed_at, "") for each in kept if each.handed_at]
        + [(each.mail_id, each.event, now, each.detail) for each in kept]
    )
    attempts.keep_all((each.tried for each in kept if each.tried is not None), now)
    return [each.mail_id in held for each in finishes]


def _still_held(claims: Iterable[Held]) -> list[int]:
    """Return the mails whose claim still holds, and see that this stays so until the commit."""
    tokens = {each.mail_id: each.token for each in claims}
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT "id", "claim" FROM "{_MAIL}" '  # noqa: S608 - a table's name
            f'WHERE {_SENDING} AND "id" IN {places(tokens)}{lock}',
            tuple(tokens),
        )
        return [mail_id for mail_id, token in cursor.fetchall() if tokens[mail_id] == token]


def _preparer(name: str) -> Callable[[Any], Any]:
    """Return what makes the database's value of a field's."""
    column = cast("Field[Any, Any]", Mail._meta.get_field(name))

    def prepare(value: Any) -> Any:
        if value is None or isinstance(value, str | int):  # the same for every database
            return value
        return column.get_db_prep_save(value, connection)

    return prepare
