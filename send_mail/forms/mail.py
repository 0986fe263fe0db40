"""Writing a mail, and releasing a caught one."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django import forms

from send_mail import validation
from send_mail.forms.fields import AddressesField, FilesForm, PageForm
from send_mail.forms.later import LaterForm
from send_mail.services.saving import NewMail


class MailForm(LaterForm, FilesForm):
    """Recipients, subject, text and HTML, files, and when.

    Submitted with ``draft`` it may lack anything.
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
    field_order = ("form_key", "recipients", "cc", "bcc", "subject", "message", "html")
    first = "recipients"

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.is_draft = "draft" in self.data
        if self.is_draft:
            for name in ("recipients", "subject"):
                self.fields[name].required = False
        self.fields["form_key"].initial = secrets.token_urlsafe(16)

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
        self.check_time()
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


class ReleaseForm(PageForm):
    """To whom a caught mail is sent on."""

    first = "to"

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
