"""Fields that several forms share, and how each form shows what is wrong."""

from __future__ import annotations

import mimetypes
from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

from send_mail import validation
from send_mail.attachments import Attachment
from send_mail.models import Upload
from send_mail.services import uploads


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

    def clean(self, data: Any, initial: Any = None) -> list[Attachment]:  # noqa: ARG002 - Django's signature
        """Return the files in their order; none is read before they are known to be small."""
        files: list[UploadedFile[bytes]] = [file for file in data or () if file]
        size = sum(file.size or 0 for file in files)
        if size > settings.MAIL_ATTACHMENTS_MAX_BYTES:
            msg = f"The files are {filesizeformat(size)} in all; {uploads.limit_words()} at most."
            raise forms.ValidationError(msg)
        return [_attachment(file) for file in files]


class PageForm(forms.Form):
    """A form that gives the focus to its first wrong field, else to the one named ``first``.

    What few want is folded away, and open where it holds something.
    """

    first = ""

    @property
    def copies_open(self) -> bool:
        """Whether the fields for copies are to be seen at once."""
        return self._filled("cc", "bcc")

    @property
    def html_open(self) -> bool:
        """Whether the field for HTML is."""
        return self._filled("html")

    def full_clean(self) -> None:
        """Check all, and let the first wrong field have the focus when the page is shown again."""
        super().full_clean()
        wanted = next((name for name in self.fields if name in self.errors), self.first)
        if wanted in self.fields:
            self.fields[wanted].widget.attrs["autofocus"] = True

    def _filled(self, *names: str) -> bool:
        return any(self[name].value() or name in self.errors for name in names)


class FilesForm(PageForm):
    """A form with files.

    *known* are the uploads of an earlier try of the same form, which may be kept; *had* describes
    the attachments that what is edited has already, which may stay.
    """

    stays = forms.TypedMultipleChoiceField(
        label="Attached",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A file is gone from it; load the page anew."},
    )
    kept = forms.TypedMultipleChoiceField(
        label="Attached already",
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "A file has expired; attach it again."},
    )
    attachments = FilesField(label="Attachments")

    def __init__(
        self,
        *words: Any,
        known: Sequence[Upload] = (),
        had: Sequence[dict[str, Any]] = (),
        **named: Any,
    ) -> None:
        super().__init__(*words, **named)
        self.fields["attachments"].help_text = f"Up to {uploads.limit_words()} in all."
        stays: Any = self.fields["stays"]
        stays.choices = [(row["index"], _file_words(row["name"], row["size"])) for row in had]
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


def _file_words(name: str, size: int) -> str:
    return f"{name}, {filesizeformat(size)}"


def _attachment(file: UploadedFile[bytes]) -> Attachment:
    name = validation.clean_file_name(file.name or "")
    given = file.content_type or mimetypes.guess_type(name)[0] or ""
    return Attachment(name, validation.clean_content_type(given), file.read())
