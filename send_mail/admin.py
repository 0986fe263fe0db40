"""The admin's view of mail: to look at, not to edit; what changes a state asks the services.

Lists stay quick at a million rows: they go by id, count no further than the pager needs, and never
read a message's source. Of a source or a body its beginning is shown.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.http import HttpRequest
from django.utils.functional import cached_property

from send_mail import models
from send_mail.errors import NotPossibleError
from send_mail.services import chaos, outbox, pause
from send_mail.services import relay as relaying
from send_mail.states import State

admin.site.site_header = "Celery tutorial"
admin.site.site_title = "Celery tutorial"

MOST_COUNTED = 10_000
BEGINNING = 4_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in its types alone
    """Pages of a list whose end is not looked for."""

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, ``MOST_COUNTED`` where there are more."""
        rows: Any = self.object_list
        return int(rows.order_by().values("pk")[:MOST_COUNTED].count())


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in its types alone
    """Nothing is added, changed or deleted here; newest first."""

    ordering = ("-pk",)
    sortable_by = ()
    paginator = BoundedPaginator
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Rows are made by the services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """A state is changed by its rules alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """An accepted mail is not lost by a click."""
        return False


class Inline(admin.TabularInline):  # type: ignore[type-arg]  # generic in its types alone
    """Rows that belong to another one, to look at."""

    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Rows are made by the services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Nothing is rewritten."""
        return False


class Timeline(Inline):
    """A mail's steps."""

    model = models.MailEvent
    fields = ("at", "event", "detail")


class Tries(Inline):
    """A mail's attempts."""

    model = models.Attempt
    fields = ("number", "began_at", "ended_at", "phase", "verdict", "code", "words", "reply")


@admin.register(models.Mail)
class MailAdmin(ReadOnly):
    """The outbox."""

    list_display = ("id", "subject", "to", "state", "route", "attempts", "created_at")
    list_filter = ("state", "route")
    search_fields = ("=message_id",)
    search_help_text = "A whole Message-ID. Words are searched for on the page Outbox."
    exclude = ("claim", "fingerprint")
    inlines = (Timeline, Tries)
    actions = ("resend", "cancel")

    @admin.action(description="Send again")
    def resend(self, request: HttpRequest, mails: QuerySet[models.Mail]) -> None:
        """Queue the chosen mails again; what may have arrived has to be confirmed one by one."""
        sure = mails.exclude(state=State.UNKNOWN)
        for mail in mails.filter(state=State.UNKNOWN):
            words = f"#{mail.pk} may have arrived: send it again on its own page."
            messages.warning(request, words)
        _each(request, sure, outbox.resend, "queued again")

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, mails: QuerySet[models.Mail]) -> None:
        """Cancel the chosen mails that no worker holds."""
        _each(request, mails, outbox.cancel, "cancelled")


@admin.register(models.MailContent)
class MailContentAdmin(ReadOnly):
    """What is sent, by its beginning."""

    list_display = ("mail_id", "attachments")
    fields = ("mail", "attachments", "text_begins", "html_begins", "source_begins")
    readonly_fields = ("text_begins", "html_begins", "source_begins")

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.MailContent]:
        """Return the rows without their large columns, each by its beginning."""
        begins = {f"{name}_head": Substr(name, 1, BEGINNING) for name in ("text", "html", "source")}
        rows = super().get_queryset(request).defer("text", "html", "source")
        annotated: QuerySet[models.MailContent] = rows.annotate(**begins)
        return annotated

    @admin.display(description="Text")
    def text_begins(self, row: Any) -> str:
        """Return the beginning of the text."""
        return str(row.text_head)

    @admin.display(description="HTML, as it was written")
    def html_begins(self, row: Any) -> str:
        """Return the beginning of the HTML."""
        return str(row.html_head)

    @admin.display(description="Source")
    def source_begins(self, row: Any) -> str:
        """Return the beginning of the source."""
        return bytes(row.source_head).decode("utf-8", "replace")


@admin.register(models.CaughtMail)
class CaughtMailAdmin(ReadOnly):
    """The catcher's inbox."""

    list_display = ("id", "subject", "envelope_from", "envelope_to", "size", "received_at")
    search_fields = ("=message_id",)
    search_help_text = "A whole Message-ID. Words are searched for on the page Inbox."
    exclude = ("source",)
    readonly_fields = ("source_begins",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[models.CaughtMail]:
        """Return the rows without their sources, each by its beginning."""
        rows = super().get_queryset(request).defer("source")
        annotated: QuerySet[models.CaughtMail] = rows.annotate(
            source_head=Substr("source", 1, BEGINNING)
        )
        return annotated

    @admin.display(description="Source")
    def source_begins(self, row: Any) -> str:
        """Return the beginning of the source."""
        return bytes(row.source_head).decode("utf-8", "replace")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """What was caught is a copy, and may go."""
        return True


@admin.register(models.Pause)
class PauseAdmin(ReadOnly):
    """The queue's switch."""

    list_display = ("since", "reason")
    actions = ("go_on",)

    @admin.action(description="Go on sending")
    def go_on(self, request: HttpRequest, _: QuerySet[models.Pause]) -> None:
        """Let mail go out again, and publish what is due."""
        pause.go_on()
        relaying.relay()
        messages.info(request, "Sending goes on.")


@admin.register(models.MailEvent)
class MailEventAdmin(ReadOnly):
    """All steps of all mails."""

    list_display = ("at", "mail_id", "event", "detail")


@admin.register(models.Attempt)
class AttemptAdmin(ReadOnly):
    """All attempts of all mails."""

    list_display = ("began_at", "mail_id", "number", "phase", "verdict", "code", "words")


@admin.register(models.Batch)
class BatchAdmin(ReadOnly):
    """One text to many people."""

    list_display = ("id", "subject", "total", "created_at", "cancelled_at")


@admin.register(models.Repeat)
class RepeatAdmin(ReadOnly):
    """Mails sent again and again."""

    list_display = ("id", "subject", "to", "rule", "enabled", "next_at", "last_at")
    list_filter = ("enabled",)


@admin.register(models.Template)
class TemplateAdmin(ReadOnly):
    """Texts with variables."""

    list_display = ("name", "subject", "updated_at")


class Files(ReadOnly):
    """Files, without their bytes."""

    exclude = ("data",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows without their bytes."""
        return super().get_queryset(request).defer("data")


@admin.register(models.Upload)
class UploadAdmin(Files):
    """Files to be attached."""

    list_display = ("name", "content_type", "size", "created_at")


@admin.register(models.RepeatFile)
class RepeatFileAdmin(Files):
    """Files of mails that are sent again and again."""

    list_display = ("name", "repeat_id", "content_type", "size")


@admin.register(models.Chaos)
class ChaosAdmin(ReadOnly):
    """How the catcher misbehaves."""

    list_display = ("mode", "left", "since")
    actions = ("behave",)

    @admin.action(description="Behave again")
    def behave(self, request: HttpRequest, _: QuerySet[models.Chaos]) -> None:
        """Let the catcher take every mail again."""
        chaos.switch(chaos.OFF, None)
        messages.info(request, "The catcher takes every mail again.")


@admin.register(models.MailCount)
class MailCountAdmin(ReadOnly):
    """How many mails are in each state, as the triggers of the database count them."""

    list_display = ("state", "n")


@admin.register(models.LoginLink)
class LoginLinkAdmin(ReadOnly):
    """One-time links that were not used yet; not even their hash is shown."""

    list_display = ("next_path", "expires_at")
    exclude = ("token_hash",)


def _each(
    request: HttpRequest,
    mails: QuerySet[models.Mail],
    act: Callable[[models.Mail], models.Mail],
    done_words: str,
) -> None:
    done = 0
    for mail in mails:
        try:
            act(mail)
        except NotPossibleError as error:
            messages.warning(request, f"#{mail.pk}: {error}")
        else:
            done += 1
    messages.info(request, f"{done} {done_words}.")
