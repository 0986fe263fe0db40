"""What the API takes and gives, field by field; ``validation`` has the rules of content."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from send_mail import validation
from send_mail.services.login_links import is_local
from send_mail.services.saving import NewMail


class KnownFieldsOnly(serializers.Serializer[Any]):
    """Refuses fields it does not know, by name: a typo is no silent omission."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names, then the values."""
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: ["There is no such field."] for name in unknown}
                )
        return super().to_internal_value(data)


@extend_schema_field(
    {"oneOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}
)
class AddressesField(serializers.Field[Any, Any, Any, Any]):
    """A list of addresses, or one string with commas."""

    default_error_messages = {"empty": "Give at least one recipient."}  # noqa: RUF012 - DRF's

    def __init__(self, **kwargs: Any) -> None:
        self.allow_empty = not kwargs.get("required", True)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        """Return clean addresses."""
        found = validation.clean_addresses(data)
        if not found and not self.allow_empty:
            self.fail("empty")
        return found

    def to_representation(self, value: Any) -> Any:
        """Return the list as it is."""
        return value


class RawCharField(serializers.CharField):
    """Text taken as it came: trimming would hide the line break that has to be refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **kwargs)


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


class CaughtBrief(serializers.Serializer[Any]):
    """A caught mail in a list."""

    id = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    envelope = serializers.DictField()
    subject = serializers.CharField()
    message_id = serializers.CharField()
    size = serializers.IntegerField()
    mail_id = serializers.IntegerField(allow_null=True)


class CaughtFull(CaughtBrief):
    """A caught mail with all that came."""

    peer = serializers.CharField()
    headers = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    text = serializers.CharField()
    html = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class CaughtPage(serializers.Serializer[Any]):
    """Some caught mails, newest first, and the cursor of the next ones."""

    results = CaughtBrief(many=True)
    next = serializers.IntegerField(allow_null=True)


class QueueState(serializers.Serializer[Any]):
    """How many mails are in each state, and whether the queue is paused."""

    counts = serializers.DictField(child=serializers.IntegerField())
    paused = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)


class QueueSwitch(KnownFieldsOnly):
    """Pause the queue or let it go on."""

    paused = serializers.BooleanField()


class RelayResult(serializers.Serializer[Any]):
    """What one run of the relay did."""

    published = serializers.IntegerField()
    taken_back = serializers.IntegerField()


class LoginLinkRequest(KnownFieldsOnly):
    """Where to go after the login."""

    next = serializers.CharField(default="/admin/", max_length=200)

    def validate_next(self, value: str) -> str:
        """Allow a path of this server and nothing else."""
        if not is_local(value):
            msg = "Give a path of this server, /admin/ for instance."
            raise serializers.ValidationError(msg)
        return value


class LoginLinkAnswer(serializers.Serializer[Any]):
    """The one-time link, valid for a minute."""

    url = serializers.CharField()


class Detail(serializers.Serializer[Any]):
    """A refusal in words."""

    detail = serializers.CharField()
