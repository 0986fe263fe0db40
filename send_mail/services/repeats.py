"""Mails that are sent again and again: the relay asks which are due, and each is saved once.

Times that were missed while nothing ran are made up for by one mail, not by many.
"""

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from send_mail import recurrence
from send_mail.models import Repeat
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
        repeat_id=repeat.pk,
    )


def _after_a_clock_set_back(now: datetime) -> None:
    """Plan anew what was sent in a future that turned out to be none, or it would stay silent."""
    for repeat in Repeat.objects.filter(enabled=True, last_at__gt=now):
        plan(repeat, now)
        Repeat.objects.filter(pk=repeat.pk, last_at=repeat.last_at).update(
            last_at=now, next_at=repeat.next_at
        )
