"""Saving, resending and cancelling: what a person may do with a mail.

A mail exists once this module returned it, with an answer of the broker or without.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from send_mail import composing, validation
from send_mail.models import Event, Mail, MailContent
from send_mail.services import timeline
from send_mail.services.publisher import publisher
from send_mail.states import State, move


@dataclass(frozen=True)
class NewMail:
    """What a person wrote, already validated."""

    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    due_at: datetime | None = None
    draft: bool = False

    def fingerprint(self) -> str:
        """Return a digest of all of it, to tell a repeated request from another one."""
        plain = json.dumps(asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()


class KeyReusedError(Exception):
    """The same Idempotency-Key came with another mail."""


class NotPossibleError(Exception):
    """The mail's state does not allow what was asked for; the text says so."""


def save(new: NewMail, idempotency_key: str | None = None) -> Mail:
    """Save *new*, publish it once it is committed, and return its row.

    The same key with the same mail returns the row of the first time; with another mail it raises
    KeyReusedError.
    """
    if idempotency_key and (known := _known(new, idempotency_key)):
        return known
    try:
        with transaction.atomic():
            mail = _insert(new, idempotency_key)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one was first.
        known = _known(new, idempotency_key) if idempotency_key else None
        if known is None:
            raise
        return known
    return mail


def resend(mail: Mail) -> Mail:
    """Send again at the user's word; return the mail that is queued now.

    What failed, was cancelled or may have arrived is queued again, for the recipients that have it
    not yet. A delivered mail goes out as a new one.
    """
    if mail.state == State.DELIVERED:
        content = mail.content
        to, cc, bcc = tuple(mail.to), tuple(mail.cc), tuple(mail.bcc)
        return save(NewMail(to, mail.subject, content.text, content.html, cc, bcc))
    now = timezone.now()
    with transaction.atomic():
        moved = move(
            Mail.objects.filter(pk=mail.pk, state=mail.state).exclude(state=State.SENDING),
            State.QUEUED,
            due_at=now,
            queued_at=now,
            attempts=0,
            worker_deaths=0,
            finished_at=None,
            data_at=None,
            published_at=None,
            under_way_until=None,
            unanswered_wakeups=0,
            words="",
            recipients=[
                row if row["state"] == "delivered" else {**row, "state": "waiting"}
                for row in mail.recipients
            ],
        )
        if not moved:
            msg = f"A mail that is {mail.get_state_display().lower()} cannot be sent again now."
            raise NotPossibleError(msg)
        timeline.note(mail.pk, Event.RESENT, now)
        transaction.on_commit(partial(publisher.wake, mail.pk))
    mail.refresh_from_db()
    return mail


def cancel(mail: Mail) -> Mail:
    """Cancel a mail that no worker holds; raise NotPossibleError for every other."""
    now = timezone.now()
    with transaction.atomic():
        if not move(Mail.objects.filter(pk=mail.pk), State.CANCELLED, finished_at=now):
            mail.refresh_from_db()
            msg = f"A mail that is {mail.get_state_display().lower()} cannot be cancelled."
            raise NotPossibleError(msg)
        timeline.note(mail.pk, Event.CANCELLED, now)
    mail.refresh_from_db()
    return mail


def _known(new: NewMail, key: str) -> Mail | None:
    mail = Mail.objects.filter(idempotency_key=key).first()
    if mail is not None and mail.fingerprint != new.fingerprint():
        msg = "This Idempotency-Key was used for another mail."
        raise KeyReusedError(msg)
    return mail


def _insert(new: NewMail, key: str | None) -> Mail:
    now = timezone.now()
    mail = Mail(
        state=State.DRAFT if new.draft else State.QUEUED,
        sender=settings.DEFAULT_FROM_EMAIL,
        to=list(new.to),
        cc=list(new.cc),
        bcc=list(new.bcc),
        recipients=_envelope((*new.to, *new.cc, *new.bcc)),
        subject=new.subject,
        message_id=composing.new_message_id(),
        idempotency_key=key or None,
        fingerprint=new.fingerprint(),
        created_at=now,
        queued_at=now,
        due_at=new.due_at or now,
    )
    source = composing.source_of(composing.compose(mail, new.text, new.html))
    mail.save(force_insert=True)
    MailContent.objects.create(mail=mail, text=new.text, html=new.html, source=source)
    timeline.note(mail.pk, Event.SAVED, now)
    if mail.state == State.QUEUED and mail.due_at <= now:
        transaction.on_commit(partial(publisher.wake, mail.pk))
    return mail


def _envelope(addresses: Iterable[str]) -> list[dict[str, Any]]:
    found = {validation.bare(address).lower(): validation.bare(address) for address in addresses}
    return [{"address": address, "state": "waiting", "reply": ""} for address in found.values()]
