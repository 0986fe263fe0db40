"""Releasing a caught mail: it is sent on, as it came, by the real server."""

from collections.abc import Sequence

from django.conf import settings
from django.core.exceptions import ValidationError

from send_mail import attachments, validation
from send_mail.errors import NotPossibleError
from send_mail.models import CaughtMail, Mail, Route
from send_mail.services import inbox, servers
from send_mail.services.saving import NewMail, save

NO_SERVER = "No real mail server is set for releasing; choose one in the settings."


def release(caught: CaughtMail, to: Sequence[str] = ()) -> Mail:
    """Queue the very source of *caught* for *to*, else for those of its envelope.

    Raises NotPossibleError when there is no server for it, ValidationError when the envelope has
    no address that a real server would take.
    """
    if servers.release_words() is None:
        raise NotPossibleError(NO_SERVER)
    source = bytes(caught.source)
    message = inbox.parsed(source)
    try:
        recipients = validation.clean_addresses(list(to or caught.envelope_to))
    except ValidationError as error:
        raise ValidationError({"to": error.messages}) from error
    if not recipients:
        raise ValidationError({"to": ["Its envelope names nobody: give a recipient."]})
    return save(
        NewMail(
            to=tuple(recipients),
            subject=" ".join(caught.subject.split())[: validation.MAX_SUBJECT],
            text=inbox.body(message, "plain"),
            html=inbox.body(message, "html"),
            attachments=tuple(attachments.read_from(message)),
            route=Route.RELEASE,
            sender=settings.EMAIL_RELEASE_FROM or caught.envelope_from,
            source=source,
        )
    )
