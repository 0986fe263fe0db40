"""Batches, field by field."""

from typing import Any

from rest_framework import serializers

from send_mail import validation
from send_mail.serializers.fields import IdsField, KnownFieldsOnly, RawCharField
from send_mail.services import lists, uploads
from send_mail.services.batches import Letter
from send_mail.services.templates import Words


class BatchEntry(KnownFieldsOnly):
    """One of those who get the letter; an address that is none is named, and refuses no other."""

    address = RawCharField(max_length=1000)
    variables = serializers.DictField(child=RawCharField(max_length=10_000), default=dict)


class BatchRequest(KnownFieldsOnly):
    """One letter, and to whom: rows, or a list as text."""

    subject = RawCharField(default="", validators=[validation.clean_subject])
    text = RawCharField(default="", validators=[validation.clean_text])
    html = RawCharField(default="", validators=[validation.clean_text])
    uploads = IdsField(default=list, help_text="Ids of uploads, for each of them.")
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    recipients = BatchEntry(many=True, required=False)
    csv = RawCharField(
        required=False,
        help_text="CSV whose first line names the columns, one of them address, email or to; or "
        "addresses alone, one a line.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two lists."""
        if ("recipients" in attrs) == ("csv" in attrs):
            raise serializers.ValidationError({"recipients": ["Give either recipients or csv."]})
        return attrs

    def letter(self) -> Letter:
        """Return the valid request's letter, its attachments taken."""
        given = self.validated_data
        words = Words(given["subject"], given["text"], given["html"])
        return Letter(words, uploads.take(given["uploads"]), given.get("due_at"))

    def entries(self) -> Any:
        """Return its list, lines that are none among them."""
        given = self.validated_data
        return lists.from_text(given["csv"]) if "csv" in given else lists.from_rows(
            given["recipients"]
        )  # fmt: skip


class RefusedLine(serializers.Serializer[Any]):
    """A line that was not sent to."""

    line = serializers.IntegerField()
    value = serializers.CharField()
    reason = serializers.CharField()


class BatchAnswer(serializers.Serializer[Any]):
    """What became of the list; without id nothing was sent, as was asked."""

    id = serializers.IntegerField(allow_null=True)
    total = serializers.IntegerField()
    refused = RefusedLine(many=True)


class BatchState(serializers.Serializer[Any]):
    """How far a batch has come."""

    id = serializers.IntegerField()
    subject = serializers.CharField()
    created_at = serializers.DateTimeField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    total = serializers.IntegerField()
    saved = serializers.IntegerField()
    final = serializers.IntegerField()
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="By state; SCHEDULED, which waits for its time, is not among QUEUED.",
    )


class BatchPage(serializers.Serializer[Any]):
    """Some batches, newest first, and the cursor of the next ones."""

    results = BatchState(many=True)
    next = serializers.IntegerField(allow_null=True)
