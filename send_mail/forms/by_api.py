"""What the staff's forms share: their rules are those of the API's requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from rest_framework.serializers import Serializer

from send_mail.forms.fields import PageForm

LETTER = ("subject", "text", "html")


def line(label: str, **more: Any) -> forms.CharField:
    """Return a field for one line."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, strip=False, required=False, widget=widget, **more)


def lines(label: str, rows: int, **more: Any) -> forms.CharField:
    """Return a field for many."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, strip=False, required=False, widget=widget, **more)


class ApiForm(PageForm):
    """A form that asks the request of the API what it thinks of it."""

    def place(self, name: str) -> str:
        """Return the form's field for what the API calls *name*."""
        return name

    def request(self) -> Serializer[Any]:
        """Return the API's request for what was typed."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Ask it, and say what it refuses where it was typed."""
        self.asked = self.request()
        if not self.asked.is_valid():
            for name, said in self.asked.errors.items():
                self.refuse(name, list(_messages(said)))
        return self.cleaned_data

    def refuse(self, name: str, messages: list[str]) -> None:
        """Say it at the field that the API calls *name*, or of the form as a whole."""
        field = self.place(name)
        if field not in self.errors:
            self.add_error(field if field in self.fields else None, messages)

    def check_letter(self) -> None:
        """Ask for subject and message: what is sent to many, or often, is not empty by mistake."""
        given = self.letter()
        if "subject" not in self.errors and not given["subject"].strip():
            self.add_error("subject", "Give a subject.")
        if "text" not in self.errors and not (given["text"].strip() or given["html"].strip()):
            self.add_error("text", "Write a message.")

    def letter(self) -> dict[str, str]:
        """Return subject, text and HTML; one that is refused already is left out."""
        return {name: self.cleaned_data.get(name, "") for name in LETTER}


def _messages(said: Any) -> Iterator[str]:
    """Yield the sentences in errors of a serializer, however deep they stand."""
    if isinstance(said, dict):
        said = said.values()
    elif isinstance(said, str):
        yield str(said)
        return
    for one in said:
        yield from _messages(one)
