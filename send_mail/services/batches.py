"""Sending one text to each of many people: a batch of mails that are rows of their own."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, F
from django.utils import timezone

from send_mail import validation
from send_mail.attachments import Attachment
from send_mail.models import Batch, Event, Mail
from send_mail.services import many, uploads
from send_mail.services.lists import Entry, Refused
from send_mail.services.saving import KeyReusedError, NewMail, save_many
from send_mail.services.templates import Words
from send_mail.states import FINAL, SCHEDULED, State

CHUNK = 250
SHOWN = (State.DRAFT, SCHEDULED, *(state for state in State if state != State.DRAFT))
"""In the order in which they are told: a mail is scheduled before it is queued."""


@dataclass(frozen=True)
class Letter:
    """What each of them gets."""

    words: Words
    attachments: tuple[Attachment, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True)
class Checked:
    """What a list comes to: mails that can be sent, and lines that cannot."""

    news: list[NewMail]
    refused: list[Refused]


def check(letter: Letter, entries: Iterable[Entry | Refused]) -> Checked:
    """Return the mails for *entries*; a bad line, or an address that came before, is refused."""
    news: list[NewMail] = []
    refused: list[Refused] = []
    lines: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry, Refused):
            refused.append(entry)
            continue
        try:
            address = validation.clean_address(entry.address)
            known = lines.setdefault(validation.bare(address).lower(), entry.line)
            if known != entry.line:
                msg = f"This address stands in line {known} already."
                raise ValidationError(msg)
            words = letter.words.filled(entry.variables)
        except ValidationError as error:
            refused.append(Refused(entry.line, entry.address[:200], " ".join(error.messages)))
            continue
        news.append(
            NewMail(
                (address,), words.subject, words.text, words.html,
                due_at=letter.due_at, attachments=letter.attachments,
            )
        )  # fmt: skip
        if len(news) > settings.MAIL_MAX_BATCH:
            msg = f"At most {settings.MAIL_MAX_BATCH:,} recipients in one batch."
            raise ValidationError({"recipients": [msg]})
    _check_weight(letter.attachments, len(news))
    return Checked(news, refused)


def begin(checked: Checked, subject: str, key: str | None = None) -> Batch:
    """Save all the mails, chunk by chunk, and return their batch.

    The same key with the same list returns the batch of the first time, and goes on with it where
    it was interrupted; with another list it raises KeyReusedError. Raises ValidationError when no
    line is left.
    """
    if not checked.news:
        first = checked.refused[0].words() if checked.refused else "The list is empty."
        msg = f"There is nobody to send to. {first}"
        raise ValidationError({"recipients": [msg]})
    batch = _batch(checked.news, subject, key)
    for start in range(batch.saved, batch.total, CHUNK):
        chunk = [_of(batch, new) for new in checked.news[start : start + CHUNK]]
        with transaction.atomic():
            # Whoever repeats the request meanwhile finds another number here, and leaves it.
            ours = Batch.objects.filter(pk=batch.pk, saved=start, cancelled_at=None)
            if not ours.update(saved=F("saved") + len(chunk)):
                break
            save_many(chunk)
    batch.refresh_from_db()
    return batch


def cancel(batch: Batch) -> int:
    """Cancel the mails of *batch* that no worker holds; return how many."""
    now = timezone.now()
    Batch.objects.filter(pk=batch.pk, cancelled_at=None).update(cancelled_at=now)
    waiting = Mail.objects.filter(batch=batch, state__in=many.cancellable())
    return many.move_all(waiting, State.CANCELLED, Event.CANCELLED, finished_at=now)


def counts(batches: Sequence[Batch]) -> dict[int, dict[str, int]]:
    """Return the number of mails in each state by batch, SCHEDULED apart from QUEUED."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SHOWN, 0))
    mails = Mail.objects.filter(batch_id__in=[batch.pk for batch in batches])
    for pk, state, count in mails.values_list("batch_id", "state").annotate(Count("pk")):
        found[pk][state] = count
    # Asked for those that have any alone: times are not in the index of batches and states.
    queued = [pk for pk, by_state in found.items() if by_state[State.QUEUED]]
    later = Mail.objects.filter(batch_id__in=queued, state=State.QUEUED, due_at__gt=timezone.now())
    for pk, count in later.values_list("batch_id").annotate(Count("pk")) if queued else ():
        found[pk][SCHEDULED] = count
        found[pk][State.QUEUED] = max(found[pk][State.QUEUED] - count, 0)
    return found


def due_at(batch: Batch) -> datetime | None:
    """Return when its mails that wait are to be sent; None when none does."""
    waiting = Mail.objects.filter(batch=batch, state=State.QUEUED).order_by("-pk")
    return waiting.values_list("due_at", flat=True).first()


def shown(batch: Batch, by_state: dict[str, int]) -> dict[str, Any]:
    """Return what a person sees of a batch."""
    return {
        "id": batch.pk,
        "subject": batch.subject,
        "created_at": batch.created_at,
        "cancelled_at": batch.cancelled_at,
        "total": batch.total,
        "saved": batch.saved,
        "final": sum(count for state, count in by_state.items() if state in FINAL),
        "counts": by_state,
    }


def _check_weight(attachments: Sequence[Attachment], mails: int) -> None:
    uploads.check_size(attachments)
    size = sum(len(attachment.data) for attachment in attachments) * mails
    if size > settings.MAIL_BATCH_MAX_BYTES:
        msg = (
            f"The attachments come to {size / 2**20:,.0f} MiB in {mails:,} mails; "
            f"{settings.MAIL_BATCH_MAX_BYTES / 2**20:,.0f} MiB at most in one batch."
        )
        raise ValidationError({"uploads": [msg]})


def _batch(news: Sequence[NewMail], subject: str, key: str | None) -> Batch:
    """Return a new row, or that of the same request before."""
    fingerprint = _fingerprint(news)
    try:
        with transaction.atomic():
            return Batch.objects.create(
                subject=subject[:998], total=len(news), idempotency_key=key, fingerprint=fingerprint
            )
    except IntegrityError:
        known = Batch.objects.filter(idempotency_key=key).first() if key else None
        if known is None:
            raise
    if known.fingerprint != fingerprint:
        msg = "This Idempotency-Key was used for another batch."
        raise KeyReusedError(msg)
    return known


def _fingerprint(news: Sequence[NewMail]) -> str:
    files = [file.described() for file in news[0].attachments]
    plain = json.dumps([files, [new.fingerprint() for new in news]])
    return hashlib.sha256(plain.encode()).hexdigest()


def _of(batch: Batch, new: NewMail) -> NewMail:
    return replace(new, batch_id=batch.pk)
