"""What mails are made from: batches, repeats and their files, templates, uploads."""

from django.db import models
from django.utils import timezone


class Batch(models.Model):
    """One text sent to each of many people separately: its mails are rows of their own."""

    created_at = models.DateTimeField(default=timezone.now)
    subject = models.CharField(max_length=998, blank=True)
    total = models.PositiveIntegerField()
    saved = models.PositiveIntegerField(default=0)  # of them: a repeated request goes on from here
    cancelled_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=255, unique=True, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        """English has its own plural for it."""

        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"batch #{self.pk} of {self.total}"


class Repeat(models.Model):
    """A mail that is sent again and again: what, to whom, by which rule, and when next."""

    rule = models.JSONField()  # {"every": "day"|"week", "at": "09:00", "days": [0-6]} or {"cron"}
    time_zone = models.CharField(max_length=64, default="UTC")
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list, blank=True)
    bcc = models.JSONField(default=list, blank=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True, db_index=True)  # null: never again

    def __str__(self) -> str:
        return f"repeat #{self.pk} {self.subject}"


class RepeatFile(models.Model):
    """A file that every mail of a repeat carries: kept with it, as uploads are gone after a day."""

    repeat = models.ForeignKey(Repeat, models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        """In the order in which they were attached."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.name} ({self.size} bytes)"


class Template(models.Model):
    """A text with variables, ``{{ name }}``, to start a mail from."""

    name = models.CharField(max_length=100, unique=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class Upload(models.Model):
    """A file to be attached: every mail that takes it copies it; it is gone after a day."""

    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveIntegerField()
    data = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.size} bytes)"
