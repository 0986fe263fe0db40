"""The catcher's inbox, field by field."""

from typing import Any

from rest_framework import serializers

from send_mail import validation
from send_mail.models import Chaos
from send_mail.serializers.fields import AddressesField, KnownFieldsOnly
from send_mail.serializers.files import Attachment
from send_mail.services import chaos


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
    attachments = Attachment(many=True)
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not DRF's own attribute


class CaughtPage(serializers.Serializer[Any]):
    """Some caught mails, newest first, and the cursor of the next ones."""

    results = CaughtBrief(many=True)
    next = serializers.IntegerField(allow_null=True)
    kept = serializers.IntegerField(help_text="So many are kept, the newest.")


class ReleaseRequest(KnownFieldsOnly):
    """To whom a caught mail is sent on; those of its envelope if nobody is given."""

    to = AddressesField(required=False)

    def validate_to(self, value: list[str]) -> list[str]:
        """Allow no more than one mail may have."""
        validation.check_count(value)
        return value


class ChaosState(KnownFieldsOnly):
    """How the catcher misbehaves, and to how many mails it still does; null means to all."""

    mode = serializers.ChoiceField([chaos.OFF, *Chaos.Mode.values])
    left = serializers.IntegerField(min_value=1, max_value=1_000_000, allow_null=True, default=None)
