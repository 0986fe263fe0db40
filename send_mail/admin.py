"""The admin's view of mail: to look at, not to edit; the rules are in the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from send_mail.models import CaughtMail, Mail, MailEvent


class ReadOnly:
    """Nothing is added or changed here."""

    def has_add_permission(self, *_: Any) -> bool:
        """Mails are written with the form or the API."""
        return False

    def has_change_permission(self, *_: Any) -> bool:
        """A state is changed by its rules alone."""
        return False


class Timeline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]
    """A mail's steps."""

    model = MailEvent
    fields = ("at", "event", "detail")
    can_delete = False


@admin.register(Mail)
class MailAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The outbox."""

    list_display = ("id", "subject", "to", "state", "attempts", "created_at", "finished_at")
    list_filter = ("state",)
    search_fields = ("subject", "to", "message_id")
    date_hierarchy = "created_at"
    inlines = (Timeline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """An accepted mail is not lost by a click."""
        return False


@admin.register(CaughtMail)
class CaughtMailAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]
    """The catcher's inbox."""

    list_display = ("id", "subject", "envelope_from", "envelope_to", "size", "received_at")
    search_fields = ("subject", "message_id")
    exclude = ("source",)
