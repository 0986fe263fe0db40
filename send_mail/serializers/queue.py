"""The queue, the relay and the one-time links, field by field."""

from typing import Any

from rest_framework import serializers

from send_mail.serializers.fields import KnownFieldsOnly
from send_mail.services.login_links import is_local


class QueueState(serializers.Serializer[Any]):
    """How many mails are in each state, and whether the queue is paused."""

    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="By state; SCHEDULED, which waits for its time, is not among QUEUED.",
    )
    paused = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    safe_mode = serializers.CharField(allow_null=True, help_text="Who gets every mail instead.")
    server = serializers.CharField(help_text="Where mail goes.")
    release_to = serializers.CharField(allow_null=True, help_text="Where caught mail is released.")


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
