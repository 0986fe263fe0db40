"""Writing and reading the steps of a mail."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from send_mail.models import Mail, MailEvent


def note(mail_id: int, event: str, at: datetime, detail: str = "") -> None:
    """Add one step."""
    MailEvent.objects.create(mail_id=mail_id, event=event, at=at, detail=detail)


def note_all(mail_ids: Iterable[int], event: str, at: datetime, detail: str = "") -> None:
    """Add the same step to many mails by one statement."""
    MailEvent.objects.bulk_create(
        MailEvent(mail_id=mail_id, event=event, at=at, detail=detail) for mail_id in mail_ids
    )


def timeline(mail: Mail) -> list[dict[str, Any]]:
    """Return the steps in order, each with its milliseconds since the mail was saved."""
    return [
        {
            "event": step.event,
            "at": step.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "at_ms": round((step.at - mail.created_at).total_seconds() * 1000),
            "detail": step.detail,
        }
        for step in mail.events.all()
    ]
