"""The rows: outbox, timeline, attempts, templates, repeats, batches, the catcher's inbox, switches.

Owns shapes and indexes. Leaves every rule, the change of a state above all, to
``send_mail.states`` and ``send_mail.services``.
"""

from django.db import models
from django.utils import timezone

from send_mail.states import State


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


class Upload(models.Model):
    """A file to be attached: every mail that takes it copies it; it is gone after a day."""

    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=127)
    size = models.PositiveIntegerField()
    data = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.size} bytes)"


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
