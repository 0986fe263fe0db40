"""Changing many mails at once: in chunks, so that nobody waits long for the database."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from send_mail.models import Mail
from send_mail.services import timeline
from send_mail.states import State, move, sources

CHUNK = 500


def cancellable() -> list[State]:
    """Return the states of mails that are cancelled with a batch."""
    return sources(State.CANCELLED)


def move_all(mails: QuerySet[Mail], to: State, event: str, **fields: Any) -> int:
    """Move *mails* to a state and note it in their timelines; return how many."""

    def change(ids: list[int]) -> None:
        move(Mail.objects.filter(pk__in=ids), to, **fields)
        timeline.note_all(ids, event, timezone.now())

    return in_chunks(mails, change)


def in_chunks(mails: QuerySet[Mail], change: Callable[[list[int]], object]) -> int:
    """Call *change* with the ids of *mails*, some at a time and locked; return how many there were.

    Each chunk is a transaction, so what is done stays done when the rest fails. They are looked
    for outside of it: a long look must not keep others from writing.
    """
    done, last = 0, 0
    while True:
        rows = mails.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)
        found = list(rows[:CHUNK])
        if not found:
            return done
        with transaction.atomic():
            ids = list(mails.select_for_update().filter(pk__in=found).values_list("pk", flat=True))
            change(ids)
        done, last = done + len(ids), found[-1]
