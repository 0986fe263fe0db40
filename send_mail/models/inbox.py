"""The catcher: what it took, and how it misbehaves."""

from django.db import models
from django.utils import timezone


class CaughtMail(models.Model):
    """One message that the catcher took: envelope and source as they came."""

    received_at = models.DateTimeField(default=timezone.now)
    peer = models.CharField(max_length=64, blank=True)
    envelope_from = models.CharField(max_length=320, blank=True)
    envelope_to = models.JSONField(default=list)
    subject = models.TextField(blank=True)
    message_id = models.CharField(max_length=255, blank=True, db_index=True)
    size = models.PositiveIntegerField()
    source = models.BinaryField()

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"


class Chaos(models.Model):
    """How the catcher misbehaves: no row means not at all."""

    class Mode(models.TextChoices):
        """What it does to a mail."""

        TRY_LATER = "451"
        LOGIN_REFUSED = "535"
        TOO_BIG = "552"
        SLOW = "slow"
        DROP_BEFORE_DOT = "drop_before_dot"
        DROP_AFTER_DOT = "drop_after_dot"

    mode = models.CharField(max_length=16, choices=Mode.choices)
    left = models.PositiveIntegerField(null=True)  # mails it still happens to; null: all
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        """The word has no plural."""

        verbose_name_plural = "chaos"

    def __str__(self) -> str:
        return self.mode
