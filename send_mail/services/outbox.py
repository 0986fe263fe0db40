"""Resending and cancelling: what a person may do with a mail that exists."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from send_mail.errors import NotPossibleError
from send_mail.models import Event, Mail
from send_mail.services import timeline
from send_mail.services.publisher import publisher
from send_mail.services.saving import NewMail, save
from send_mail.states import State, move


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
