"""The outbox, field by field."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from send_mail import validation
from send_mail.serializers.fields import AddressesField, KnownFieldsOnly, RawCharField
from send_mail.services.saving import NewMail


class MailRequest(KnownFieldsOnly):
    """A mail to be sent."""

    to = AddressesField()
    cc = AddressesField(required=False)
    bcc = AddressesField(required=False)
    subject = RawCharField(required=False, validators=[validation.clean_subject])
    text = RawCharField(required=False, validators=[validation.clean_text])
    html = RawCharField(required=False, validators=[validation.clean_text])
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    draft = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Count the recipients of all three fields."""
        try:
            validation.check_count(attrs["to"], attrs.get("cc", ()), attrs.get("bcc", ()))
        except DjangoValidationError as error:
            raise serializers.ValidationError({"to": error.messages}) from error
        return attrs

    def new_mail(self) -> NewMail:
        """Return the valid request as the service takes it."""
        given = self.validated_data
        return NewMail(
            to=tuple(given["to"]),
            cc=tuple(given.get("cc", ())),
            bcc=tuple(given.get("bcc", ())),
            subject=given.get("subject", "").strip(),
            text=given.get("text", ""),
            html=given.get("html", ""),
            due_at=given.get("due_at"),
            draft=given.get("draft", False),
        )


class Recipient(serializers.Serializer[Any]):
    """One address of the envelope and where it stands."""

    address = serializers.CharField()
    state = serializers.CharField()
    reply = serializers.CharField()
    words = serializers.CharField(required=False)


class Step(serializers.Serializer[Any]):
    """One step of a timeline."""

    event = serializers.CharField()
    at = serializers.DateTimeField()
    at_ms = serializers.IntegerField(help_text="Milliseconds since the mail was saved.")
    detail = serializers.CharField()


class MailBrief(serializers.Serializer[Any]):
    """A mail in a list."""

    id = serializers.IntegerField()
    state = serializers.CharField()
    state_words = serializers.CharField()
    final = serializers.BooleanField()
    to = serializers.ListField(child=serializers.CharField())
    subject = serializers.CharField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    attempts = serializers.IntegerField()
    last_code = serializers.IntegerField(allow_null=True)
    last_reply = serializers.CharField()
    message_id = serializers.CharField()


class MailFull(MailBrief):
    """A mail with all that belongs to it."""

    sender = serializers.CharField()
    cc = serializers.ListField(child=serializers.CharField())
    bcc = serializers.ListField(child=serializers.CharField())
    recipients = Recipient(many=True)
    text = serializers.CharField()
    html = serializers.CharField()
    timeline = Step(many=True)


class MailPage(serializers.Serializer[Any]):
    """Some mails, newest first, and the cursor of the next ones."""

    results = MailBrief(many=True)
    next = serializers.IntegerField(allow_null=True)
