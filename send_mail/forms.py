"""The tutorial's form: every refusal stands at its field, and works without a script."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from send_mail import validation
from send_mail.attachments import Attachment
from send_mail.models import Upload
from send_mail.services import uploads
from send_mail.services.saving import NewMail


class AddressesField(forms.CharField):
    """Addresses with commas between them, as a list of clean ones."""

    def __init__(self, **more: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "email"})
        super().__init__(strip=False, max_length=20_000, widget=widget, **more)

    def clean(self, value: Any) -> list[str]:
        """Return clean addresses; none are an error where one is required."""
        found = validation.clean_addresses(super().clean(value))
        if self.required and not found:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class FilesInput(forms.ClearableFileInput):
    """One field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Files as attachments, their names and types clean; together no more than a mail carries."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=FilesInput(), required=False, **more)

    def clean(self, data: Any, initial: Any = None) -> list[Attachment]:  # noqa: ARG002
        """Return the files in their order; none is read before they are known to be small."""
        files: list[UploadedFile[bytes]] = [file for file in data or () if file]
        size = sum(file.size or 0 for file in files)
        if size > settings.MAIL_ATTACHMENTS_MAX_BYTES:
            msg = f"The files are {filesizeformat(size)} in all; {uploads.limit_words()} at most."
            raise forms.ValidationError(msg)
        return [_attachment(file) for file in files]


class MailForm(forms.Form):
    """Recipients, subject, text and HTML, files, and when.

    *known* are the uploads of an earlier try of the same form, which may be kept; *had* describes
    the attachments of a draft, which may stay. Submitted with ``draft`` it may lack anything.
    """

    form_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    recipients = AddressesField(
        label="To",
        help_text="One address, or several with commas between them.",
        error_messages={"required": "Give at least one recipient."},
    )
    cc = AddressesField(label="Cc", required=False)
    bcc = AddressesField(
        label="Bcc", required=False, help_text="Gets the mail; the others do not see it."
    )
    subject = forms.CharField(
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give a subject."},
    )
    message = forms.CharField(strip=False, required=False, widget=forms.Textarea(attrs={"rows": 8}))
    html = forms.CharField(
        label="HTML",
        strip=False,
        required=False,
        help_text="Shown by mail programs in place of the message above.",
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )
    kept = forms.TypedMultipleChoiceField(
        label="Attached already",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A file has expired; attach it again."},
    )
    stays = forms.TypedMultipleChoiceField(
        label="In this draft",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A file of this draft is gone; load the page anew."},
    )
    attachments = FilesField(label="Attachments")
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

    def __init__(
        self,
        *words: Any,
        known: Sequence[Upload] = (),
        had: Sequence[dict[str, Any]] = (),
        **named: Any,
    ) -> None:
        super().__init__(*words, **named)
        self.is_draft = "draft" in self.data
        if self.is_draft:
            for name in ("recipients", "subject"):
                self.fields[name].required = False
        stays: Any = self.fields["stays"]
        stays.choices = [(row["index"], _file_words(row["name"], row["size"])) for row in had]
        self.fields["attachments"].help_text = f"Up to {uploads.limit_words()} in all."
        self.fields["form_key"].initial = secrets.token_urlsafe(16)
        self.offer(known)

    def offer(self, known: Sequence[Upload]) -> None:
        """Let *known* be kept, by a tick each."""
        kept: Any = self.fields["kept"]
        kept.choices = [(row.pk, _file_words(row.name, row.size)) for row in known]

    def tick(self, added: Sequence[Upload]) -> None:
        """Tick *added* too when the form is shown again: a browser cannot choose a file anew."""
        data: Any = copy(self.data)
        data.setlist("kept", [*data.getlist("kept"), *(str(row.pk) for row in added)])
        self.data = data

    def full_clean(self) -> None:
        """Check all, and let the first wrong field have the focus when the page is shown again."""
        super().full_clean()
        first = next((name for name in self.fields if name in self.errors), "recipients")
        self.fields[first].widget.attrs["autofocus"] = True

    @property
    def copies_open(self) -> bool:
        """Whether the fields for copies are to be seen at once."""
        return self._filled("cc", "bcc")

    @property
    def html_open(self) -> bool:
        """Whether the field for HTML is."""
        return self._filled("html")

    @property
    def later_open(self) -> bool:
        """Whether the fields for sending later are."""
        return self._filled("send_at") or "time_zone" in self.errors

    def clean_subject(self) -> str:
        """Return a subject that is a header."""
        subject = validation.clean_subject(self.cleaned_data["subject"])
        if not subject and not self.is_draft:
            raise forms.ValidationError("Give a subject.")
        return subject

    def clean_message(self) -> str:
        """Return the text."""
        return validation.clean_text(self.cleaned_data["message"])

    def clean_html(self) -> str:
        """Return the HTML as it was written."""
        return validation.clean_text(self.cleaned_data["html"])

    def clean_time_zone(self) -> ZoneInfo:
        """Return the zone by its name."""
        name = self.cleaned_data["time_zone"].strip() or "UTC"
        try:
            return ZoneInfo(name)
        except (ValueError, OSError, KeyError) as error:  # KeyError: no such zone
            msg = "There is no such time zone; UTC always works."
            raise forms.ValidationError(msg) from error

    def clean(self) -> dict[str, Any]:
        """Check what takes more than one field."""
        given = self.cleaned_data
        if not {"message", "html"} & self.errors.keys() and not (
            self.is_draft or given["message"].strip() or given["html"].strip()
        ):
            self.add_error("message", "Write a message.")
        if "recipients" in given:
            try:
                validation.check_count(
                    given["recipients"], given.get("cc", ()), given.get("bcc", ())
                )
            except forms.ValidationError as error:
                self.add_error("recipients", error)
        if given.get("send_at") and "time_zone" in given:
            self._check_time(given["send_at"], given["time_zone"])
        return given

    def new_mail(self) -> NewMail:
        """Return the valid form as the service takes it."""
        given: dict[str, Any] = self.cleaned_data
        return NewMail(
            to=tuple(given["recipients"]),
            cc=tuple(given["cc"]),
            bcc=tuple(given["bcc"]),
            subject=given["subject"],
            text=given["message"],
            html=given["html"],
            due_at=given["send_at"],
            draft=self.is_draft,
            uploads=tuple(given["kept"]),
            attachments=tuple(given["attachments"]),
        )

    def idempotency_key(self, new: NewMail) -> str:
        """Return a key for this page and these words: submitted twice, they are one mail."""
        digest = hashlib.sha256(new.fingerprint().encode())
        for file in new.attachments:
            digest.update(hashlib.sha256(file.data).digest())
        return f"form-{self.cleaned_data['form_key']}-{digest.hexdigest()}"

    def _check_time(self, wall_clock: datetime, zone: ZoneInfo) -> None:
        # Django made it a time of the project's zone; the person meant that of the field beside.
        try:
            at = wall_clock.replace(tzinfo=zone).astimezone(UTC)
        except OverflowError:
            self.add_error("send_at", "This time is out of reach.")
            return
        if at <= timezone.now():
            self.add_error("send_at", "This time is past.")
        self.cleaned_data["send_at"] = at

    def _filled(self, *names: str) -> bool:
        return any(self[name].value() or name in self.errors for name in names)


class ReleaseForm(forms.Form):
    """To whom a caught mail is sent on."""

    to = AddressesField(
        label="To",
        help_text="Those of its envelope; take out who should not get it.",
        error_messages={"required": "Give at least one recipient."},
    )

    def clean_to(self) -> list[str]:
        """Allow no more than one mail may have."""
        given: list[str] = self.cleaned_data["to"]
        validation.check_count(given)
        return given


def _file_words(name: str, size: int) -> str:
    return f"{name}, {filesizeformat(size)}"


def _attachment(file: UploadedFile[bytes]) -> Attachment:
    name = validation.clean_file_name(file.name or "")
    given = file.content_type or mimetypes.guess_type(name)[0] or ""
    return Attachment(name, validation.clean_content_type(given), file.read())
