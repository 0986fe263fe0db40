"""Sending later: a time, and the zone that it is meant in."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from send_mail.forms.fields import PageForm


class LaterForm(PageForm):
    """A form whose mail may be sent later; ``check_time`` makes ``send_at`` a moment, in UTC."""

    send_at = forms.DateTimeField(
        label="Send at",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"),
        help_text="Empty: now.",
        error_messages={"invalid": "Give a date and a time, like 2030-01-31 09:00."},
    )
    time_zone = forms.CharField(
        label="Time zone",
        required=False,
        initial="UTC",
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-time-zone": True}),
        help_text="UTC, or a name like Europe/Berlin.",
    )

    @property
    def later_open(self) -> bool:
        """Whether the fields for sending later are to be seen at once."""
        return self._filled("send_at") or "time_zone" in self.errors

    def clean_time_zone(self) -> ZoneInfo:
        """Return the zone by its name."""
        name = self.cleaned_data["time_zone"].strip() or "UTC"
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError) as error:  # KeyError: no such zone
            msg = "There is no such time zone; UTC always works."
            raise forms.ValidationError(msg) from error

    def check_time(self) -> None:
        """Bring the two together when both are given."""
        given = self.cleaned_data
        if given.get("send_at") and "time_zone" in given:
            self._check(given["send_at"], given["time_zone"])

    def _check(self, wall_clock: datetime, zone: ZoneInfo) -> None:
        # Django made it a time of the project's zone; the person meant that of the field beside.
        try:
            at = wall_clock.replace(tzinfo=zone).astimezone(UTC)
        except OverflowError:
            self.add_error("send_at", "This time is out of reach.")
            return
        self.cleaned_data["send_at"] = at
        if at <= timezone.now():
            self.add_error("send_at", "This time is past.")
