"""What a person may do with a mail that exists: change, copy, send again, cancel, delete it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from send_mail import attachments
from send_mail.attachments import Attachment
from send_mail.errors import NO_CONTENT, NotPossibleError
from send_mail.models import Event, Mail, MailContent, Route
from send_mail.services import many, timeline
from send_mail.services.publisher import publisher
from send_mail.services.saving import NewMail, prepare, save
from send_mail.states import FINAL, LEGAL, State, move

MAY_BE_DELETED = FINAL | {State.DRAFT}
NOT_SURE = "This mail may have arrived. Sent again it may arrive twice: say that you are sure."


def content_of(mail: Mail) -> MailContent | None:
    """Return the content, None for a row that has none."""
    return getattr(mail, "content", None)


def files_of(mail: Mail) -> list[Attachment]:
    """Return the attachments with their bytes."""
    content = content_of(mail)
    return attachments.read(bytes(content.source)) if content and content.attachments else []


def can(mail: Mail) -> dict[str, bool]:
    """Return what may be done with *mail* now."""
    state = State(mail.state)
    again = state == State.DELIVERED or (State.QUEUED in LEGAL[state] and state != State.SENDING)
    addressed = bool(mail.recipients) or state != State.DRAFT
    return {
        "resend": again and addressed and content_of(mail) is not None,
        "cancel": State.CANCELLED in LEGAL[state],
        "edit": state == State.DRAFT,
        "delete": state in MAY_BE_DELETED,
    }


def resend(mail: Mail, *, sure: bool = False) -> Mail:
    """Send again at the user's word; return the mail that is queued now.

    What failed, was cancelled or may have arrived is queued again, for the recipients that have it
    not yet; for the last of these the user has to be *sure*. A delivered mail goes out as a new
    one. Raises NotPossibleError.
    """
    if content_of(mail) is None:
        raise NotPossibleError(NO_CONTENT)
    if mail.state == State.DELIVERED:
        return save(_again(mail))
    if mail.state == State.DRAFT and not mail.recipients:
        msg = "This draft has no recipient yet."
        raise NotPossibleError(msg)
    if mail.state == State.UNKNOWN and not sure:
        raise NotPossibleError(NOT_SURE)
    now = timezone.now()
    with transaction.atomic():
        moved = move(
            Mail.objects.filter(pk=mail.pk, state=mail.state).exclude(state=State.SENDING),
            State.QUEUED,
            **_fresh(),
            due_at=now,
            queued_at=now,
            recipients=_waiting_again(mail.recipients),
        )
        if not moved:
            msg = f"A mail that is {mail.get_state_display().lower()} cannot be sent again now."
            raise NotPossibleError(msg)
        timeline.note(mail.pk, Event.QUEUED if mail.state == State.DRAFT else Event.RESENT, now)
        transaction.on_commit(partial(publisher.wake, mail.pk))
    mail.refresh_from_db()
    return mail


def retry_failed() -> int:
    """Queue all that failed again, for the recipients that have it not yet; return how many.

    Never what may have arrived: that needs a word for each.
    """
    failed = Mail.objects.filter(state=State.FAILED, content__isnull=False)
    return many.in_chunks(failed, _retry)


def _retry(ids: list[int]) -> None:
    now = timezone.now()
    rows = list(Mail.objects.filter(pk__in=ids).only("pk", "recipients"))
    for row in rows:
        row.recipients = _waiting_again(row.recipients)
    Mail.objects.bulk_update(rows, ["recipients"])
    move(Mail.objects.filter(pk__in=ids), State.QUEUED, **_fresh(), due_at=now, queued_at=now)
    timeline.note_all(ids, Event.RESENT, now)
    transaction.on_commit(partial(publisher.wake_bulk, ids))


def rewrite(mail: Mail, new: NewMail, keep: Sequence[int] = ()) -> Mail:
    """Put *new* in the place of a draft, with those of its attachments that *keep* names.

    A *new* that is no draft is queued. Raises NotPossibleError when the mail is no draft any more,
    ValidationError for an attachment or upload that is not there.
    """
    had = files_of(mail)
    missing = [index for index in keep if index >= len(had)]
    if missing:
        raise ValidationError({"keep": [f"There is no attachment {missing[0]}."]})
    kept = tuple(had[index] for index in keep)
    fresh, content = prepare(
        replace(new, attachments=(*kept, *new.attachments)), message_id=mail.message_id
    )
    written = {
        name: getattr(fresh, name)
        for name in ("sender", "to", "cc", "bcc", "recipients", "subject", "due_at", "queued_at")
    }
    with transaction.atomic():
        drafts = Mail.objects.filter(pk=mail.pk, state=State.DRAFT)
        if not drafts.update(**written):
            mail.refresh_from_db()
            msg = f"Only a draft can be changed; this mail is {mail.get_state_display().lower()}."
            raise NotPossibleError(msg)
        content.mail_id = mail.pk
        content.save()
        if not new.draft:
            move(drafts, State.QUEUED, **_fresh())
            timeline.note(mail.pk, Event.QUEUED, fresh.queued_at)
            if fresh.due_at <= fresh.queued_at:
                transaction.on_commit(partial(publisher.wake, mail.pk))
    return Mail.objects.select_related("content").get(pk=mail.pk)


def copy(mail: Mail) -> Mail:
    """Return a new draft with the same content, attachments too: *edit and resend*."""
    if content_of(mail) is None:
        raise NotPossibleError(NO_CONTENT)
    return save(replace(_again(mail), draft=True, route=Route.PROJECT, source=None, sender=""))


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


def delete(mail: Mail) -> None:
    """Delete a mail that has come to its end, or a draft; raise NotPossibleError for others."""
    with transaction.atomic():
        # Locked first: a resend at the same moment must not lose its mail.
        ended = Mail.objects.select_for_update().filter(pk=mail.pk, state__in=MAY_BE_DELETED)
        if not ended.exists():
            mail.refresh_from_db()
            msg = (
                f"A mail that is {mail.get_state_display().lower()} cannot be deleted; "
                "cancel it first."
            )
            raise NotPossibleError(msg)
        Mail.objects.filter(pk=mail.pk).delete()


def _fresh() -> dict[str, Any]:
    """Return the fields of a mail that starts anew."""
    return {
        "attempts": 0,
        "worker_deaths": 0,
        "finished_at": None,
        "data_at": None,
        "published_at": None,
        "under_way_until": None,
        "unanswered_wakeups": 0,
        "words": "",
    }


def _waiting_again(recipients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        row if row.get("state") == "delivered" else {**row, "state": "waiting"}
        for row in recipients
    ]


def _again(mail: Mail) -> NewMail:
    """Return what *mail* said, as a new mail. One that was released goes out as it came again."""
    content = mail.content
    released = mail.route == Route.RELEASE
    return NewMail(
        to=tuple(mail.to),
        cc=tuple(mail.cc),
        bcc=tuple(mail.bcc),
        subject=mail.subject,
        text=content.text,
        html=content.html,
        attachments=tuple(files_of(mail)),
        route=Route(mail.route),
        sender=mail.sender if released else "",
        source=bytes(content.source) if released else None,
    )
