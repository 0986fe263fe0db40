"""From a row to the message that is sent, with Django's message class."""

import uuid
from collections.abc import Iterable
from email.utils import format_datetime

from django.core.mail import EmailMultiAlternatives

from send_mail.attachments import Attachment, read
from send_mail.models import Mail, MailContent


def new_message_id() -> str:
    """Return an id that holds from the saving of a mail to its last attempt.

    Short enough never to be folded onto a line of its own, as the library's may be.
    """
    return f"<{uuid.uuid4().hex}@celery-launcher.localhost>"


def compose(
    mail: Mail, text: str, html: str, attachments: Iterable[Attachment] = ()
) -> EmailMultiAlternatives:
    """Return the message; Bcc is part of the envelope alone."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=text,
        from_email=mail.sender,
        to=mail.to,
        cc=mail.cc,
        bcc=mail.bcc,
        headers={"Message-ID": mail.message_id, "Date": format_datetime(mail.queued_at)},
    )
    if html:
        message.attach_alternative(html, "text/html")
    for attachment in attachments:
        message.attach(attachment.part())
    return message


def recompose(mail: Mail, content: MailContent) -> EmailMultiAlternatives:
    """Return the message of a saved mail again, for a backend that takes no source."""
    files = read(bytes(content.source)) if content.attachments else ()
    return compose(mail, content.text, content.html, files)


def source_of(message: EmailMultiAlternatives) -> bytes:
    """Return the MIME source as it goes over the wire, lines ended by CRLF."""
    source: bytes = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's message takes it
    return source
