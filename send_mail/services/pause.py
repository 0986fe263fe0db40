"""The queue's one switch: while it is off no mail is claimed, and none is lost by that."""

from django.db import transaction

from send_mail.models import Pause


def reason() -> str | None:
    """Return why the queue is paused, None when it is not."""
    row = Pause.objects.order_by("pk").first()
    return None if row is None else row.reason


def pause(why: str) -> None:
    """Pause; the first reason stands until the queue goes on."""
    with transaction.atomic():
        if not Pause.objects.exists():
            Pause.objects.create(reason=why)


def go_on() -> None:
    """Let mail go out again."""
    Pause.objects.all().delete()
