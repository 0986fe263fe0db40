"""Saving a mail: from here on it exists, with an answer of the broker or without."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from send_mail import composing, validation
from send_mail.attachments import Attachment
from send_mail.models import Event, Mail, MailContent, Route
from send_mail.services import timeline, uploads
from send_mail.services.publisher import publisher
from send_mail.states import State


@dataclass(frozen=True)
class NewMail:
    """What a person wrote, already validated.

    *uploads* are taken when it is saved, after *attachments*, which are at hand already. *source*
    is the message itself where it must go out as it came.
    """

    to: tuple[str, ...]
    subject: str
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    due_at: datetime | None = None
    draft: bool = False
    uploads: tuple[int, ...] = ()
    route: Route = Route.PROJECT
    repeat_id: int | None = None
    batch_id: int | None = None
    attachments: tuple[Attachment, ...] = ()
    source: bytes | None = None
    sender: str = ""  # empty: the project's own

    def fingerprint(self) -> str:
        """Return a digest of all that a request says, to tell a repeated one from another one."""
        plain = json.dumps(
            asdict(replace(self, attachments=(), source=None)), sort_keys=True, default=str
        )
        return hashlib.sha256(plain.encode()).hexdigest()


class KeyReusedError(Exception):
    """The same Idempotency-Key came with another mail."""


def save(new: NewMail, idempotency_key: str | None = None) -> Mail:
    """Save *new*, publish it once it is committed, and return its row.

    The same key with the same mail returns the row of the first time; with another mail it raises
    KeyReusedError.
    """
    if idempotency_key and (known := _known(new, idempotency_key)):
        return known
    mail, content = prepare(new, idempotency_key)
    try:
        with transaction.atomic():
            _insert(mail, content)
    except IntegrityError:
        # Two requests with one key at the same moment: the other one was first.
        known = _known(new, idempotency_key) if idempotency_key else None
        if known is None:
            raise
        return known
    return mail


def _known(new: NewMail, key: str) -> Mail | None:
    mail = Mail.objects.filter(idempotency_key=key).first()
    if mail is not None and mail.fingerprint != new.fingerprint():
        msg = "This Idempotency-Key was used for another mail."
        raise KeyReusedError(msg)
    return mail


def prepare(
    new: NewMail, key: str | None = None, *, message_id: str = ""
) -> tuple[Mail, MailContent]:
    """Return the rows of *new*, not saved yet: composing needs no transaction.

    Raises ValidationError for an upload that is not there, or too much of them.
    """
    now = timezone.now()
    attachments = (*new.attachments, *uploads.take(new.uploads))
    if new.source is None:
        uploads.check_size(attachments)
    mail = Mail(
        state=State.DRAFT if new.draft else State.QUEUED,
        sender=new.sender or settings.DEFAULT_FROM_EMAIL,
        to=list(new.to),
        cc=list(new.cc),
        bcc=list(new.bcc),
        recipients=_envelope((*new.to, *new.cc, *new.bcc)),
        subject=new.subject,
        message_id=message_id or composing.new_message_id(),
        idempotency_key=key or None,
        fingerprint=new.fingerprint(),
        created_at=now,
        queued_at=now,
        due_at=new.due_at or now,
        route=new.route,
        repeat_id=new.repeat_id,
        batch_id=new.batch_id,
    )
    source = new.source
    if source is None:
        source = composing.source_of(composing.compose(mail, new.text, new.html, attachments))
    content = MailContent(
        mail=mail,
        text=new.text,
        html=new.html,
        attachments=[attachment.described() for attachment in attachments],
        source=source,
    )
    return mail, content


def _insert(mail: Mail, content: MailContent) -> None:
    mail.save(force_insert=True)
    content.mail = mail  # takes over the id that it has now
    content.save(force_insert=True)
    timeline.note(mail.pk, Event.SAVED, mail.created_at)
    if mail.state == State.QUEUED and mail.due_at <= mail.created_at:
        transaction.on_commit(partial(publisher.wake, mail.pk))


def _envelope(addresses: Iterable[str]) -> list[dict[str, Any]]:
    found = {validation.bare(address).lower(): validation.bare(address) for address in addresses}
    return [{"address": address, "state": "waiting", "reply": ""} for address in found.values()]
