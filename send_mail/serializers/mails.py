"""The outbox, field by field."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from rest_framework import serializers

from send_mail import validation
from send_mail.serializers.fields import (
    AddressesField,
    IdsField,
    KnownFieldsOnly,
    RawCharField,
)
from send_mail.serializers.files import Attachment
from send_mail.services.saving import NewMail


class MailRequest(KnownFieldsOnly):
    """A mail to be sent, or a draft, which may lack its recipients."""

    to = AddressesField(required=False, help_text="Needed but for a draft.")
    cc = AddressesField(required=False)
    bcc = AddressesField(required=False)
    subject = RawCharField(required=False, validators=[validation.clean_subject])
    text = RawCharField(required=False, validators=[validation.clean_text])
    html = RawCharField(required=False, validators=[validation.clean_text])
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    draft = serializers.BooleanField(default=False)
    uploads = IdsField(required=False, help_text="Ids of uploads, to be attached.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for a recipient, and count those of all three fields."""
        if not attrs["draft"] and not attrs.get("to"):
            raise serializers.ValidationError({"to": ["Give at least one recipient."]})
        try:
            validation.check_count(attrs.get("to", ()), attrs.get("cc", ()), attrs.get("bcc", ()))
        except DjangoValidationError as error:
            raise serializers.ValidationError({"to": error.messages}) from error
        return attrs

    def new_mail(self) -> NewMail:
        """Return the valid request as the service takes it."""
        given = self.validated_data
        return NewMail(
            to=tuple(given.get("to", ())),
            cc=tuple(given.get("cc", ())),
            bcc=tuple(given.get("bcc", ())),
            subject=given.get("subject", "").strip(),
            text=given.get("text", ""),
            html=given.get("html", ""),
            due_at=given.get("due_at"),
            draft=given["draft"],
            uploads=tuple(given.get("uploads", ())),
        )


class DraftRequest(MailRequest):
    """A draft as it is now, in whole; `draft: false` sends it."""

    draft = serializers.BooleanField(default=True)
    keep = IdsField(required=False, help_text="Indexes of the attachments that stay.")


class ResendRequest(KnownFieldsOnly):
    """The word that a mail which may have arrived is to be sent again all the same."""

    sure = serializers.BooleanField(default=False)


class ClearRequest(KnownFieldsOnly):
    """How old, in days, a delivered or cancelled mail has to be to be deleted."""

    older_than_days = serializers.IntegerField(min_value=0, max_value=36_500)


class Count(serializers.Serializer[Any]):
    """How many mails it was done to."""

    count = serializers.IntegerField()


class Recipient(serializers.Serializer[Any]):
    """One address of the envelope and where it stands."""

    address = serializers.CharField()
    state = serializers.CharField()
    reply = serializers.CharField()
    words = serializers.CharField()


class Step(serializers.Serializer[Any]):
    """One step of a timeline."""

    event = serializers.CharField()
    at = serializers.DateTimeField()
    at_ms = serializers.IntegerField(help_text="Milliseconds since the mail was saved.")
    detail = serializers.CharField()


class Try(serializers.Serializer[Any]):
    """One attempt to hand a mail over: how far it came and what the server said."""

    number = serializers.IntegerField()
    worker = serializers.CharField()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    phase = serializers.CharField()
    verdict = serializers.CharField()
    code = serializers.IntegerField(allow_null=True)
    reply = serializers.CharField()
    words = serializers.CharField()


class Can(serializers.Serializer[Any]):
    """What may be done with a mail now."""

    resend = serializers.BooleanField()
    cancel = serializers.BooleanField()
    edit = serializers.BooleanField()
    delete = serializers.BooleanField()


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
    attachments = Attachment(many=True)
    timeline = Step(many=True)
    tries = Try(many=True)
    route = serializers.CharField()
    batch_id = serializers.IntegerField(allow_null=True)
    repeat_id = serializers.IntegerField(allow_null=True)
    can = Can()
    resend_asks = serializers.BooleanField(help_text="It may arrive twice: say `sure`.")


class MailPage(serializers.Serializer[Any]):
    """Some mails, newest first, and the cursor of the next ones."""

    results = MailBrief(many=True)
    next = serializers.IntegerField(allow_null=True)
