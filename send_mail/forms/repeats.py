"""Mails that are sent again and again."""

from __future__ import annotations

from typing import Any

from django import forms
from rest_framework.serializers import Serializer

from send_mail import recurrence, serializers
from send_mail.attachments import Attachment
from send_mail.forms.by_api import LETTER, ApiForm, line, lines
from send_mail.forms.fields import FilesForm
from send_mail.models import Repeat
from send_mail.services import uploads


class RepeatForm(FilesForm, ApiForm):
    """A mail that is sent again and again; *repeat* is the one that is edited."""

    to = line("To", help_text="One address, or several with commas between them.")
    cc = line("Cc")
    bcc = line("Bcc", help_text="Gets the mail; the others do not see it.")
    subject = line("Subject")
    text = lines("Message", 8)
    html = lines("HTML", 6, help_text="Shown by mail programs in place of the message above.")
    every = forms.ChoiceField(
        label="How often",
        choices=[("day", "Every day"), ("week", "On days of the week"), ("cron", "By cron")],
        initial="day",
        widget=forms.RadioSelect,
    )
    days = forms.TypedMultipleChoiceField(
        label="Days",
        coerce=int,
        choices=list(enumerate(recurrence.DAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    time = forms.CharField(
        label="At",
        required=False,
        initial="09:00",
        widget=forms.TextInput(attrs={"type": "time"}),
    )
    cron = line(
        "Cron",
        help_text="Minute, hour, day of the month, month, day of the week: 0 9 * * 1-5 is nine on "
        "weekdays.",
    )
    time_zone = line("Time zone", max_length=64, help_text="UTC, or a name like Europe/Berlin.")
    field_order = (
        "to", "cc", "bcc", "subject", "text", "html", "stays", "kept", "attachments",
        "every", "days", "time", "cron", "time_zone",
    )  # fmt: skip
    first = "to"

    def __init__(self, *words: Any, repeat: Repeat | None = None, **named: Any) -> None:
        self.repeat = repeat
        super().__init__(*words, **named)
        self.fields["time_zone"].initial = "UTC"
        if repeat is None and not self.is_bound:
            self.fields["time_zone"].widget.attrs["data-time-zone"] = True

    def place(self, name: str) -> str:
        """Return the form's field for what the API calls *name*."""
        if name == "rule":
            return "cron" if self.cleaned_data.get("every") == "cron" else "time"
        return name

    def request(self) -> Serializer[Any]:
        """Return what the API is asked; files are given to the service."""
        given = self.cleaned_data
        every = given.get("every", "day")
        rules = {
            "day": {"every": "day", "at": given.get("time", "")},
            "week": {"every": "week", "at": given.get("time", ""), "days": given.get("days", [])},
            "cron": {"cron": given.get("cron", "")},
        }
        if every == "week" and not given.get("days"):
            self.add_error("days", "Choose a day of the week.")
            rules["week"]["days"] = [0]  # so that the rest is looked at too
        body = {
            **{name: given.get(name, "") for name in ("to", "cc", "bcc")},
            **self.letter(),
            "rule": rules[every],
            "time_zone": given.get("time_zone", "").strip() or "UTC",
            "enabled": self.repeat.enabled if self.repeat else True,
        }
        return serializers.RepeatRequest(data=body)

    def clean(self) -> dict[str, Any]:
        """Ask the API's request, and for a letter."""
        super().clean()
        self.check_letter()
        return self.cleaned_data

    def new_files(self) -> tuple[Attachment, ...]:
        """Return what is attached anew; raises ValidationError for what has expired."""
        given = self.cleaned_data
        return (*uploads.take(given["kept"]), *given["attachments"])

    def fields_of_row(self) -> dict[str, Any]:
        """Return what the service writes."""
        beside = {"uploads", "keep", "mail"}
        return {name: v for name, v in self.asked.validated_data.items() if name not in beside}

    @staticmethod
    def written(repeat: Repeat) -> dict[str, Any]:
        """Return what stands in *repeat*, by the form's fields."""
        rule = repeat.rule
        return {
            "to": ", ".join(repeat.to),
            "cc": ", ".join(repeat.cc),
            "bcc": ", ".join(repeat.bcc),
            **{name: getattr(repeat, name) for name in LETTER},
            "every": "cron" if "cron" in rule else rule["every"],
            "days": rule.get("days", []),
            "time": rule.get("at", "09:00"),
            "cron": rule.get("cron", ""),
            "time_zone": repeat.time_zone,
            "stays": list(range(repeat.files.count())),
        }
