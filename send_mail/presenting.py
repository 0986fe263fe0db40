"""A mail as pages and API show it: plain data, its state in words."""

from typing import Any

from django.utils import timezone

from send_mail.attachments import numbered
from send_mail.models import Attempt, Mail
from send_mail.services import outbox
from send_mail.services.timeline import timeline
from send_mail.states import FINAL, SCHEDULED, State

WORDS = {
    State.DRAFT: "Draft",
    State.SENDING: "Being handed to the mail server",
    State.DELIVERED: "Delivered",
    State.CANCELLED: "Cancelled",
}


def shown_state(mail: Mail) -> str:
    """Return the state, SCHEDULED for a queued mail whose time has not come."""
    if mail.state == State.QUEUED and mail.due_at > timezone.now():
        return SCHEDULED
    return mail.state


def state_words(mail: Mail) -> str:
    """Return the state as a person would say it, with the reason where there is one."""
    shown = shown_state(mail)
    if shown == SCHEDULED:
        return "Saved, will be sent when its time has come"
    if shown == State.QUEUED and mail.words:
        return f"Saved, will be sent. {mail.words}"
    if shown == State.QUEUED:
        return "On its way to the worker" if mail.published_at else "Saved, will be sent"
    if shown in {State.FAILED, State.RETRYING, State.UNKNOWN}:
        label = State(shown).label
        return f"{label}: {mail.words}" if mail.words else label
    return WORDS[State(shown)]


def brief(mail: Mail) -> dict[str, Any]:
    """Return what a list shows."""
    return {
        "id": mail.pk,
        "state": shown_state(mail),
        "state_words": state_words(mail),
        "final": mail.state in FINAL,
        "to": mail.to,
        "subject": mail.subject,
        "created_at": mail.created_at,
        "due_at": mail.due_at,
        "finished_at": mail.finished_at,
        "attempts": mail.attempts,
        "last_code": mail.last_code,
        "last_reply": mail.last_reply,
        "message_id": mail.message_id,
    }


def full(mail: Mail) -> dict[str, Any]:
    """Return everything a person may see of one mail.

    A row of an older version may lack its content, or words of its recipients: shown as empty.
    """
    content = outbox.content_of(mail)
    return {
        **brief(mail),
        "sender": mail.sender,
        "cc": mail.cc,
        "bcc": mail.bcc,
        "recipients": [_recipient(row) for row in mail.recipients],
        "text": content.text if content else "",
        "html": content.html if content else "",
        "attachments": numbered(content.attachments if content else []),
        "timeline": timeline(mail),
        "tries": [_try(attempt) for attempt in mail.tries.all()],
        "route": mail.route,
        "batch_id": mail.batch_id,
        "repeat_id": mail.repeat_id,
        "can": outbox.can(mail),
        "resend_asks": mail.state == State.UNKNOWN,
    }


def _recipient(row: dict[str, Any]) -> dict[str, str]:
    asked = {"address": "", "state": "waiting", "reply": "", "words": ""}
    return {name: str(row.get(name) or default) for name, default in asked.items()}


def _try(attempt: Attempt) -> dict[str, Any]:
    names = (
        *("number", "worker", "began_at", "ended_at"),
        *("phase", "verdict", "code", "reply", "words"),
    )
    return {name: getattr(attempt, name) for name in names}
