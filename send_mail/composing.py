"""From a row to the message that is sent, with Django's message class."""

from email.utils import format_datetime, make_msgid

from django.core.mail import EmailMultiAlternatives

from send_mail.models import Mail


def new_message_id() -> str:
    """Return an id that holds from the saving of a mail to its last attempt."""
    return make_msgid(domain="celery-launcher.localhost")


def compose(mail: Mail, text: str, html: str) -> EmailMultiAlternatives:
    """Return the message; Bcc is part of the envelope alone."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=text,
        from_email=mail.sender,
        to=mail.to,
        cc=mail.cc,
        bcc=mail.bcc,
        headers={"Message-ID": mail.message_id, "Date": format_datetime(mail.created_at)},
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def source_of(message: EmailMultiAlternatives) -> bytes:
    """Return the MIME source as it goes over the wire, lines ended by CRLF."""
    source: bytes = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]
    return source
