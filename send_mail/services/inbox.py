"""The inbox: storing what the catcher took, and reading it with whatever charset it claims.

It keeps the newest ``INBOX_MAX`` mails; which is looked at every so often, not for each of them.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from send_mail.attachments import numbered, read_from
from send_mail.models import CaughtMail, Mail


def store(source: bytes, envelope_from: str, envelope_to: list[str], peer: str) -> CaughtMail:
    """Keep one message; nothing in it can make this fail."""
    message = parsed(source)
    caught = CaughtMail.objects.create(
        peer=peer,
        envelope_from=envelope_from[:320],
        envelope_to=envelope_to,
        subject=_storable(header(message, "Subject")),
        message_id=_storable(header(message, "Message-ID")).strip()[:255],
        size=len(source),
        source=source,
    )
    if caught.pk % max(settings.INBOX_MAX // 100, 1) == 0:
        _forget_oldest()
    return caught


def found(words: str) -> QuerySet[CaughtMail]:
    """Return the mails with *words* in the subject or the envelope, without their sources."""
    rows = CaughtMail.objects.defer("source")
    if not words:
        return rows
    return rows.filter(
        Q(subject__icontains=words)
        | Q(envelope_from__icontains=words)
        | Q(envelope_to__icontains=words)
    )


def parsed(source: bytes) -> EmailMessage:
    """Return the message with Python's modern, forgiving policy."""
    message: EmailMessage = message_from_bytes(source, policy=policy.default)
    return message


def header(message: EmailMessage, name: str) -> str:
    """Return a header's text, "" when there is none or it cannot be read."""
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return ""  # the parser of a structured header fell over what it was given


def brief(caught: CaughtMail, mail_id: int | None) -> dict[str, Any]:
    """Return what a list shows."""
    return {
        "id": caught.pk,
        "received_at": caught.received_at,
        "envelope": {"from": caught.envelope_from, "to": caught.envelope_to},
        "subject": caught.subject,
        "message_id": caught.message_id,
        "size": caught.size,
        "mail_id": mail_id,
    }


def full(caught: CaughtMail) -> dict[str, Any]:
    """Return everything of one caught mail, its source as text too."""
    source = bytes(caught.source)
    message = parsed(source)
    return {
        **brief(caught, mail_ids([caught]).get(caught.message_id)),
        "peer": caught.peer,
        "headers": _headers(message),
        "text": body(message, "plain"),
        "html": body(message, "html"),
        "attachments": numbered([file.described() for file in read_from(message)]),
        "source": source.decode("utf-8", "replace"),
    }


def mail_ids(caught: list[CaughtMail]) -> dict[str, int]:
    """Return the ids of our own mails among *caught*, by Message-ID."""
    asked = [row.message_id for row in caught if row.message_id]
    return dict(Mail.objects.filter(message_id__in=asked).values_list("message_id", "pk"))


def _headers(message: EmailMessage) -> list[list[str]]:
    return [[name, _storable(str(value))] for name, value in message.raw_items()]


def body(message: EmailMessage, kind: str) -> str:
    """Return the text ("plain") or the HTML ("html"), "" when there is none."""
    try:
        part = message.get_body(preferencelist=(kind,))
        return "" if part is None else _storable(str(part.get_content()))
    except (LookupError, ValueError, AttributeError, KeyError, TypeError):
        return "This part cannot be read; see the source."


def clear() -> int:
    """Remove all; return how many. What comes meanwhile stays."""
    newest = CaughtMail.objects.order_by("-pk").values_list("pk", flat=True).first()
    gone, _ = CaughtMail.objects.filter(pk__lte=newest or 0).delete()
    return gone


def _forget_oldest() -> None:
    newest = CaughtMail.objects.order_by("-pk").values_list("pk", flat=True)
    for first_too_old in newest[settings.INBOX_MAX : settings.INBOX_MAX + 1]:
        CaughtMail.objects.filter(pk__lte=first_too_old).delete()


def _storable(text: str) -> str:
    """Return *text* without what a database or JSON cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
