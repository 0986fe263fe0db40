"""Mails that are sent again and again: the relay asks which are due, and each is saved once.

Times that were missed while nothing ran are made up for by one mail, not by many.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from send_mail import recurrence
from send_mail.attachments import Attachment, numbered
from send_mail.models import Repeat, RepeatFile
from send_mail.services import uploads
from send_mail.services.saving import NewMail, save

AT_ONCE = 100

logger = logging.getLogger(__name__)


def plan(repeat: Repeat, now: datetime | None = None) -> None:
    """Set when *repeat* comes next, never when it is switched off; its row is not saved by that.

    Raises ValidationError when its rule has no time at all.
    """
    coming = recurrence.next_after(repeat.rule, repeat.time_zone, now or timezone.now())
    if coming is None:
        raise ValidationError({"rule": ["This day never comes."]})
    repeat.next_at = coming if repeat.enabled else None


def with_files() -> QuerySet[Repeat]:
    """Return all repeats, their files without the bytes."""
    return Repeat.objects.prefetch_related(
        Prefetch("files", queryset=RepeatFile.objects.defer("data"))
    )


def described(repeat: Repeat) -> list[dict[str, Any]]:
    """Return what its mails carry, as a mail's attachments are described."""
    return numbered(
        [
            {"name": row.name, "content_type": row.content_type, "size": row.size}
            for row in repeat.files.all()
        ]
    )


def write(
    repeat: Repeat,
    fields: Mapping[str, Any],
    files: Sequence[Attachment] = (),
    keep: Sequence[int] = (),
) -> Repeat:
    """Save *repeat*, a new one or one there is, with valid *fields* in the place of its own.

    Of its files those stay that *keep* names by their indexes; *files* come behind them. Raises
    ValidationError for a rule that has no time, a file that is not there, or too much of them.
    """
    had = list(repeat.files.all()) if repeat.pk else []
    missing = [index for index in keep if index >= len(had)]
    if missing:
        raise ValidationError({"keep": [f"There is no attachment {missing[0]}."]})
    stay = [had[index] for index in keep]
    uploads.check_size((*map(_attachment, stay), *files))
    for name, value in fields.items():
        setattr(repeat, name, value)
    plan(repeat)
    with transaction.atomic():
        repeat.save()
        repeat.files.exclude(pk__in=[row.pk for row in stay]).delete()
        RepeatFile.objects.bulk_create(
            RepeatFile(repeat=repeat, **file.described(), data=file.data) for file in files
        )
    return with_files().get(pk=repeat.pk)


def switch(repeat: Repeat, *, enabled: bool) -> None:
    """Let it be sent, its next time counted from now, or no more for a while."""
    repeat.enabled = enabled
    plan(repeat)
    repeat.save(update_fields=["enabled", "next_at"])


def due(now: datetime) -> int:
    """Save a mail for each repeat whose time has come; return how many. The relay asks.

    Of two relays one gets each: the next time is set by a conditional UPDATE in the transaction
    that saves the mail.
    """
    _after_a_clock_set_back(now)
    rows = Repeat.objects.filter(enabled=True, next_at__lte=now).order_by("next_at")[:AT_ONCE]
    return sum(_send(repeat, now) for repeat in rows)


def _send(repeat: Repeat, now: datetime) -> bool:
    try:
        with transaction.atomic():
            ours = Repeat.objects.filter(pk=repeat.pk, enabled=True, next_at=repeat.next_at)
            coming = recurrence.next_after(repeat.rule, repeat.time_zone, now)
            if not ours.update(last_at=now, next_at=coming):
                return False
            save(_mail(repeat))
    except Exception:
        # The database's fault, or a row that was written past the rules: the others go on.
        logger.exception("Repeat %s could not be sent", repeat.pk)
        return False
    return True


def _mail(repeat: Repeat) -> NewMail:
    return NewMail(
        to=tuple(repeat.to),
        cc=tuple(repeat.cc),
        bcc=tuple(repeat.bcc),
        subject=repeat.subject,
        text=repeat.text,
        html=repeat.html,
        attachments=tuple(map(_attachment, repeat.files.all())),
        repeat_id=repeat.pk,
    )


def _attachment(row: RepeatFile) -> Attachment:
    return Attachment(row.name, row.content_type, bytes(row.data))


def _after_a_clock_set_back(now: datetime) -> None:
    """Plan anew what was sent in a future that turned out to be none, or it would stay silent."""
    for repeat in Repeat.objects.filter(enabled=True, last_at__gt=now):
        plan(repeat, now)
        Repeat.objects.filter(pk=repeat.pk, last_at=repeat.last_at).update(
            last_at=now, next_at=repeat.next_at
        )
