"""The outbox: mails, what is in them, their timelines and attempts, how many there are."""

from django.db import models
from django.utils import timezone

from send_mail.models.writing import Batch, Repeat
from send_mail.states import State


class Route(models.TextChoices):
    """By which server a mail goes out."""

    PROJECT = "project"  # the one that the project's settings name: the catcher, at first
    RELEASE = "release"  # the real one, for a caught mail that is released


class Mail(models.Model):
    """One mail: an envelope, its state, and who works on it. The content is a row of its own."""

    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    sender = models.CharField(max_length=320)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list, blank=True)
    bcc = models.JSONField(default=list, blank=True)
    # [{"address", "state": waiting|delivered|deferred|failed|unknown, "reply"}]
    recipients = models.JSONField(default=list)
    subject = models.CharField(max_length=998, blank=True)
    message_id = models.CharField(max_length=255, unique=True)
    idempotency_key = models.CharField(max_length=255, unique=True, null=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    route = models.CharField(max_length=10, choices=Route.choices, default=Route.PROJECT)
    # Their indexes are below, without the many mails that have none.
    batch = models.ForeignKey(
        Batch, models.SET_NULL, null=True, related_name="mails", db_index=False
    )
    repeat = models.ForeignKey(
        Repeat, models.SET_NULL, null=True, related_name="mails", db_index=False
    )

    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)  # the days of trying count from here
    published_at = models.DateTimeField(null=True)
    publish_count = models.PositiveIntegerField(default=0)
    unanswered_wakeups = models.PositiveIntegerField(default=0)
    under_way_until = models.DateTimeField(null=True)  # until then no second wake-up is sent

    attempts = models.PositiveIntegerField(default=0)
    worker_deaths = models.PositiveIntegerField(default=0)
    claim = models.CharField(max_length=32, blank=True)
    claimed_by = models.CharField(max_length=255, blank=True)
    claimed_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    data_at = models.DateTimeField(null=True)  # set just before the final dot of DATA
    finished_at = models.DateTimeField(null=True)
    last_code = models.PositiveIntegerField(null=True)
    last_reply = models.TextField(blank=True)
    words = models.TextField(blank=True)

    class Meta:
        """The relay asks by state and time, the reaper by lease, pages by state and id."""

        indexes = (
            models.Index(fields=["state", "due_at"], name="mail_due"),
            models.Index(fields=["state", "lease_until"], name="mail_lease"),
            models.Index(fields=["state", "-id"], name="mail_page"),
            models.Index(
                fields=["batch", "state", "-id"],
                name="mail_batch",
                condition=models.Q(batch__isnull=False),
            ),
            models.Index(
                fields=["repeat"], name="mail_repeat", condition=models.Q(repeat__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject} ({self.state})"


class MailCount(models.Model):
    """How many mails are in a state: the sum of its rows, kept by triggers of the database.

    SQLite, with one writer at a time, has a row a state; PostgreSQL a row a change, so that nobody
    waits for another's, which ``services.counts`` adds up now and then.
    """

    state = models.CharField(max_length=10)
    n = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.n} {self.state}"


class MailContent(models.Model):
    """What is sent: kept apart so that lists and claims never read it."""

    mail = models.OneToOneField(Mail, models.CASCADE, primary_key=True, related_name="content")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)  # [{"name", "content_type", "size"}]
    source = models.BinaryField()  # the MIME message with CRLF, without Bcc, attachments included

    def __str__(self) -> str:
        return f"content of #{self.pk}"


class Event(models.TextChoices):
    """The steps of a mail's timeline."""

    DRAFTED = "drafted"  # saved as a draft
    QUEUED = "queued"  # a draft that was sent
    SAVED = "saved"
    PUBLISHED = "published"
    RECEIVED = "received"
    SENDING = "sending"
    DELIVERED = "delivered"
    RETRYING = "retrying"
    FAILED = "failed"
    UNKNOWN = "unknown"
    RETURNED = "returned"
    QUARANTINED = "quarantined"
    CANCELLED = "cancelled"
    RESENT = "resent"


class MailEvent(models.Model):
    """One step of a timeline, to the millisecond and finer."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="events")
    event = models.CharField(max_length=12, choices=Event.choices)
    at = models.DateTimeField()
    detail = models.TextField(blank=True)

    class Meta:
        """A timeline is read in the order of its times."""

        ordering = ("at", "id")

    def __str__(self) -> str:
        return f"{self.event} at {self.at.isoformat()}"


class Attempt(models.Model):
    """One try to hand a mail over: how far it came, what the server said, and our words for it."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=255, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    phase = models.CharField(max_length=40)  # where it ended, as ``delivery`` names its phases
    verdict = models.CharField(max_length=16)
    code = models.PositiveIntegerField(null=True)
    reply = models.TextField(blank=True)
    words = models.TextField(blank=True)

    class Meta:
        """Read in the order in which they were made."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"attempt {self.number} of #{self.mail_id}: {self.verdict}"
