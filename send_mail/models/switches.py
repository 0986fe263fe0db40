"""The queue's switch and the one-time ways into the admin."""

from django.db import models
from django.utils import timezone


class Pause(models.Model):
    """The queue's one switch: a row means paused, its reason is the notice."""

    since = models.DateTimeField(default=timezone.now)
    reason = models.TextField()

    def __str__(self) -> str:
        return self.reason


class LoginLink(models.Model):
    """A one-time way into the admin; the token itself is kept nowhere."""

    token_hash = models.CharField(max_length=64, unique=True)
    next_path = models.CharField(max_length=200)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"to {self.next_path} until {self.expires_at.isoformat()}"
