"""The catcher's inbox, field by field."""

from typing import Any

from rest_framework import serializers


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
