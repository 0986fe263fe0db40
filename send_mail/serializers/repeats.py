"""Repeated mails, field by field."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from send_mail import recurrence, validation
from send_mail.models import Repeat
from send_mail.serializers.fields import AddressesField, IdsField, KnownFieldsOnly, RawCharField
from send_mail.serializers.files import Attachment
from send_mail.services import repeats


class RuleField(serializers.JSONField):
    """``{"every": "day"|"week", "at", "days"}`` or ``{"cron"}``."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the rule, checked; one that never comes is refused."""
        try:
            return recurrence.clean(super().to_internal_value(data))
        except DjangoValidationError as error:
            raise serializers.ValidationError(error.messages) from error


class RuleRequest(KnownFieldsOnly):
    """When something is to repeat."""

    rule = RuleField()
    time_zone = serializers.CharField(default="UTC", max_length=64)

    def validate_time_zone(self, value: str) -> str:
        """Allow a zone that is known here."""
        recurrence.zone(value)
        return value


class RepeatRequest(RuleRequest):
    """A repeated mail in whole."""

    to = AddressesField()
    cc = AddressesField(required=False)
    bcc = AddressesField(required=False)
    subject = RawCharField(default="", validators=[validation.clean_subject])
    text = RawCharField(default="", validators=[validation.clean_text])
    html = RawCharField(default="", validators=[validation.clean_text])
    enabled = serializers.BooleanField(default=True)
    uploads = IdsField(
        default=list, help_text="Ids of uploads: kept with it, and in each of its mails."
    )
    mail = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="A mail or draft: `keep` names attachments of it, which are copied.",
    )
    keep = IdsField(
        default=list,
        help_text="Indexes of the attachments that stay; those not named are gone.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Count the recipients of all three fields."""
        attrs = {"cc": [], "bcc": [], **attrs}
        try:
            validation.check_count(attrs["to"], attrs["cc"], attrs["bcc"])
        except DjangoValidationError as error:
            raise serializers.ValidationError({"to": error.messages}) from error
        return attrs


class RuleMeaning(serializers.Serializer[Any]):
    """A rule in words and its next time; null: never again."""

    words = serializers.SerializerMethodField()
    next_at = serializers.DateTimeField(allow_null=True)

    def get_words(self, repeat: Repeat) -> str:
        """Return the rule as a person says it."""
        return recurrence.words(repeat.rule)


class RepeatFull(RuleMeaning):
    """A repeated mail."""

    id = serializers.IntegerField()
    rule = serializers.JSONField()
    time_zone = serializers.CharField()
    to = serializers.ListField(child=serializers.CharField())
    cc = serializers.ListField(child=serializers.CharField())
    bcc = serializers.ListField(child=serializers.CharField())
    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()
    enabled = serializers.BooleanField()
    last_at = serializers.DateTimeField(allow_null=True)
    attachments = serializers.SerializerMethodField(help_text="What each of its mails carries.")

    @extend_schema_field(Attachment(many=True))
    def get_attachments(self, repeat: Repeat) -> list[dict[str, Any]]:
        """Return the files, without their bytes."""
        return repeats.described(repeat)


class RepeatPage(serializers.Serializer[Any]):
    """Some repeated mails, newest first, and the cursor of the next ones."""

    results = RepeatFull(many=True)
    next = serializers.IntegerField(allow_null=True)
