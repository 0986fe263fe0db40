"""Templates: writing one, and giving its variables values."""

from __future__ import annotations

from typing import Any

from django import forms
from rest_framework.serializers import Serializer

from send_mail import serializers
from send_mail.forms.by_api import ApiForm, line, lines
from send_mail.forms.fields import PageForm
from send_mail.models import Template
from send_mail.services import templates


class TemplateForm(ApiForm):
    """A template; *template* is the one that is edited."""

    name = line("Name", max_length=100)
    subject = line("Subject")
    text = lines("Message", 8)
    html = lines("HTML", 6, help_text="Shown by mail programs in place of the message above.")
    first = "name"

    def __init__(self, *words: Any, template: Template | None = None, **named: Any) -> None:
        self.template = template
        super().__init__(*words, **named)
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = "Give it a name."

    def request(self) -> Serializer[Any]:
        """Return what the API is asked."""
        body = {"name": self.cleaned_data.get("name", "x"), **self.letter()}
        return serializers.TemplateRequest(self.template, data=body)


class FillForm(PageForm):
    """A value for each variable of a template; ``filled`` is what comes of it."""

    def __init__(self, words: templates.Words, *data: Any, **named: Any) -> None:
        super().__init__(*data, **named)
        self.words = words
        posted: Any = self.data
        # Those of the page that was sent: the template may have been changed since.
        self.names = posted.getlist("name") if self.is_bound else words.variables()
        for place, name in enumerate(self.names):
            field = forms.CharField(label=name, strip=False, required=False, widget=forms.Textarea)
            field.widget.attrs["rows"] = 1
            self.fields[f"value_{place}"] = field
        if "value_0" in self.fields and not self.is_bound:
            self.fields["value_0"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Fill it in; what has no value, or no place, is named."""
        typed = {name: self.cleaned_data.get(f"value_{n}") for n, name in enumerate(self.names)}
        values = {name: value for name, value in typed.items() if value}
        try:
            self.filled = templates.render(self.words, values)
        except forms.ValidationError as error:
            missing = [name for name in self.words.variables() if name not in values]
            unknown = [name for name in values if name not in self.words.variables()]
            named = [name for name in (*unknown, *missing) if name in self.names]
            at = f"value_{self.names.index(named[0])}" if named else None
            self.add_error(at, error.messages)
        return self.cleaned_data
