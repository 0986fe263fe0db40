"""Sending to each of many separately."""

from __future__ import annotations

import hashlib
import secrets
from copy import copy
from dataclasses import replace
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from rest_framework.serializers import Serializer

from send_mail import serializers
from send_mail.forms.by_api import ApiForm, line, lines
from send_mail.forms.fields import FilesForm
from send_mail.forms.later import LaterForm
from send_mail.services import batches, lists

LARGEST_LIST = 5 * 2**20


class BatchForm(LaterForm, FilesForm, ApiForm):
    """One letter and a list of people; ``checked`` is what the list comes to."""

    form_key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
    people = lines(
        "Recipients",
        8,
        help_text="One address a line. Or CSV: its first line names the columns, one of them "
        "address, email or to; {{ name }} stands for the value of the column name.",
    )
    people_file = forms.FileField(
        label="Or a CSV file",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
        help_text="Is read in place of the field above.",
    )
    subject = line("Subject")
    text = lines("Message", 8)
    html = lines("HTML", 6, help_text="Shown by mail programs in place of the message above.")
    field_order = ("form_key", "people", "people_file", "subject", "text", "html")
    first = "people"

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["form_key"].initial = secrets.token_urlsafe(16)
        self.checked: batches.Checked | None = None

    def place(self, name: str) -> str:
        """Return the form's field for what the API calls *name*."""
        places = {"csv": "people", "recipients": "people", "uploads": "attachments"}
        return places.get(name, name)

    def clean_people_file(self) -> str | None:
        """Return the file's text; Excel's own encoding is known too."""
        file: UploadedFile[bytes] | None = self.cleaned_data["people_file"]
        if file is None:
            return None
        if (file.size or 0) > LARGEST_LIST:
            msg = f"A list is at most {LARGEST_LIST // 2**20} MiB."
            raise forms.ValidationError(msg)
        return lists.decoded(file.read())

    def request(self) -> Serializer[Any]:
        """Return what the API is asked."""
        given = self.cleaned_data
        if given.get("people_file") is not None:
            given["people"] = given["people_file"]
            data: Any = copy(self.data)
            data["people"] = given["people"]  # a browser cannot choose a file anew
            self.data = data
        if "people_file" not in self.errors and not given.get("people", "").strip():
            self.add_error("people", "Give at least one recipient.")
        self.check_time()
        body = {
            **self.letter(),
            "csv": given.get("people", ""),
            "uploads": given.get("kept", []),
            "due_at": given.get("send_at"),
        }
        return serializers.BatchRequest(data=body)

    def clean(self) -> dict[str, Any]:
        """Look at each line, when all else is well."""
        super().clean()
        self.check_letter()
        if not self.errors:
            request: Any = self.asked
            try:
                letter = request.letter()
                files = (*letter.attachments, *self.cleaned_data["attachments"])
                self.checked = batches.check(replace(letter, attachments=files), request.entries())
            except forms.ValidationError as error:
                for name, said in error.message_dict.items():
                    self.refuse(name, said)
        return self.cleaned_data

    def idempotency_key(self) -> str:
        """Return a key for this page and these words: submitted twice, they are one batch."""
        given = self.cleaned_data
        said = (self.letter(), given["people"], given["kept"], given["send_at"])
        digest = hashlib.sha256(repr(said).encode())
        for file in given["attachments"]:
            digest.update(hashlib.sha256(file.data).digest())
        return f"form-{given['form_key']}-{digest.hexdigest()}"

    def refused_digest(self) -> str:
        """Return what tells these refused lines from others: a yes is to them alone."""
        refused = self.checked.refused if self.checked else []
        return hashlib.sha256(repr(refused).encode()).hexdigest() if refused else ""
