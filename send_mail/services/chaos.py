"""The chaos switch: how the catcher misbehaves, and to how many mails it still does."""

from django.db import transaction
from django.db.models import F

from send_mail.models import Chaos

OFF = "off"


def current() -> tuple[str, int | None]:
    """Return the mode, ``off`` when it behaves, and how many mails are left; None means all."""
    row = Chaos.objects.order_by("-pk").first()
    return (OFF, None) if row is None else (row.mode, row.left)


def switch(mode: str, left: int | None) -> None:
    """Set the mode for the next *left* mails, or for all; ``off`` ends it."""
    with transaction.atomic():
        Chaos.objects.all().delete()
        if mode != OFF and left != 0:
            Chaos.objects.create(mode=mode, left=left)


def take() -> str:
    """Return what is to happen to one mail, ``off`` as a rule; one less is left by that.

    The count goes down by a conditional UPDATE: of two who ask at once for the last, one gets it.
    """
    row = Chaos.objects.order_by("-pk").first()
    if row is None:
        return OFF
    if row.left is None:
        return row.mode
    taken = Chaos.objects.filter(pk=row.pk, left__gt=0).update(left=F("left") - 1)
    Chaos.objects.filter(pk=row.pk, left=0).delete()
    return row.mode if taken else OFF
