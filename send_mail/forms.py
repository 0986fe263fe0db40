"""The tutorial's form."""

from typing import Any

from django import forms

from send_mail import validation
from send_mail.services.saving import NewMail


class MailForm(forms.Form):
    """Recipients, subject and message; the words of a refusal stand at their field."""

    recipients = forms.CharField(
        label="To",
        strip=False,
        max_length=4000,
        help_text="One address, or several with commas between them.",
        widget=forms.TextInput(attrs={"autocomplete": "email", "autofocus": True}),
        error_messages={"required": "Give at least one recipient."},
    )
    subject = forms.CharField(
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Give a subject."},
    )
    message = forms.CharField(
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Write a message."},
    )

    def clean_recipients(self) -> list[str]:
        """Return clean addresses, at least one."""
        found = validation.clean_addresses(self.cleaned_data["recipients"])
        if not found:
            raise forms.ValidationError("Give at least one recipient.")
        validation.check_count(found)
        return found

    def clean_subject(self) -> str:
        """Return a subject that is a header."""
        subject = validation.clean_subject(self.cleaned_data["subject"])
        if not subject:
            raise forms.ValidationError("Give a subject.")
        return subject

    def clean_message(self) -> str:
        """Return the text."""
        text = validation.clean_text(self.cleaned_data["message"])
        if not text.strip():
            raise forms.ValidationError("Write a message.")
        return text

    def new_mail(self) -> NewMail:
        """Return the valid form as the service takes it."""
        given: dict[str, Any] = self.cleaned_data
        return NewMail(tuple(given["recipients"]), given["subject"], given["message"])
