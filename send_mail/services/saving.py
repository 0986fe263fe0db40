"""Saving a mail: from here on it exists, with an answer of the broker or without."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone

from send_mail import composing, validation
from send_mail.attachments import Attachment
from send_mail.models import Mail, MailContent, Route
from send_mail.plain_source import plain_source
from send_mail.services import uploads
from send_mail.services.inserting import LARGEST_CHUNK, insert, insert_chunk
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
        said = {**vars(self), "attachments": (), "source": None}
        plain = json.dumps(said, sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()


class KeyReusedError(Exception):
    """The same Idempotency-Key came with another mail."""


def save(new: NewMail, idempotency_key: str | None = None) -> Mail:
    """Save *new*, publish it once it is committed, and return its row.

    The same key with the same mail returns the row of the first time; with another mail it raises
    KeyReusedError. What other threads save at the same moment shares the transaction, and no fate.
    """
    if idempotency_key and new.uploads and (known := _known(idempotency_key)):
        # Before its files are looked for: they may be gone by now.
        return _same(known, new.fingerprint())
    mail, content = prepare(new, idempotency_key)
    return _same(insert((mail, content)), mail.fingerprint)


def save_many(news: Iterable[NewMail]) -> int:
    """Save a bulk and return how many they were; one wake-up is published for each chunk.

    Each chunk is a transaction: an error, the database's alone since all is validated, leaves
    those before it saved and on their way.
    """
    count = 0
    left = iter(news)
    while chunk := [prepare(new) for new in islice(left, LARGEST_CHUNK)]:
        insert_chunk(chunk)
        count += len(chunk)
    return count


def _known(key: str) -> Mail | None:
    return Mail.objects.filter(idempotency_key=key).first()


def _same(saved: Mail, fingerprint: str) -> Mail:
    """Return the row that was saved under a key if it is the mail that was asked for."""
    if saved.fingerprint != fingerprint:
        msg = "This Idempotency-Key was used for another mail."
        raise KeyReusedError(msg)
    return saved


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
    if source is None and not new.html and not attachments:
        source = plain_source(mail, new.text)
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


def _envelope(addresses: Iterable[str]) -> list[dict[str, Any]]:
    found = {validation.bare(address).lower(): validation.bare(address) for address in addresses}
    return [{"address": address, "state": "waiting", "reply": ""} for address in found.values()]
