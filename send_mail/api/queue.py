"""The queue as a whole, and the relay on demand."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView
from send_mail.services import counts, pause, servers, wakeups
from send_mail.services import relay as relaying


class Queue(MailView):
    """The queue as a whole."""

    @extend_schema(responses=serializers.QueueState)
    def get(self, request: Request) -> Response:
        """Count the mails of each state, and say whether the queue is paused."""
        return Response(_queue())

    @extend_schema(request=serializers.QueueSwitch, responses=serializers.QueueState)
    def post(self, request: Request) -> Response:
        """Pause the queue, or let it go on and publish at once."""
        asked = serializers.QueueSwitch(data=request.data)
        asked.is_valid(raise_exception=True)
        if asked.validated_data["paused"]:
            pause.pause("Paused by hand.")
        else:
            pause.go_on()
            relaying.relay()
        return Response(_queue())


class Relay(MailView):
    """The relay, on demand."""

    @extend_schema(request=None, responses=serializers.RelayResult)
    def post(self, request: Request) -> Response:
        """Publish what is due; whoever asks knows that the broker is back."""
        wakeups.broker_memory.answered()
        done = relaying.relay()
        return Response({"published": done.published, "taken_back": done.taken_back})


def _queue() -> dict[str, Any]:
    reason = pause.reason()
    return {
        "counts": counts.shown(),
        "paused": reason is not None,
        "reason": reason,
        "safe_mode": settings.MAIL_REDIRECT_TO or None,
        "server": servers.project_words(),
        "release_to": servers.release_words(),
    }
