"""What the catcher caught, and how it misbehaves."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import attachments, presenting, serializers
from send_mail.api.files import ANY_FILE, SOURCE, as_file, download
from send_mail.api.views import MailView, page_parameters, paged, words
from send_mail.models import CaughtMail
from send_mail.services import chaos, inbox, release


class Inbox(MailView):
    """All caught mails."""

    @extend_schema(
        operation_id="inbox_list",
        parameters=[
            *page_parameters,
            OpenApiParameter("q", str, description="Words of the subject or the envelope."),
        ],
        responses=serializers.CaughtPage,
    )
    def get(self, request: Request) -> Response:
        """List caught mails, newest first."""
        rows, cursor = paged(inbox.found(words(request)), request)
        ours = inbox.mail_ids(rows)
        results = [inbox.brief(row, ours.get(row.message_id)) for row in rows]
        return Response({"results": results, "next": cursor, "kept": settings.INBOX_MAX})

    @extend_schema(operation_id="inbox_clear", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Remove all."""
        inbox.clear()
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneCaught(MailView):
    """One caught mail."""

    @extend_schema(responses=serializers.CaughtFull)
    def get(self, request: Request, caught_id: int) -> Response:
        """Show it."""
        return Response(inbox.full(get_object_or_404(CaughtMail, pk=caught_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, caught_id: int) -> Response:
        """Remove it."""
        get_object_or_404(CaughtMail.objects.only("pk"), pk=caught_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class CaughtAttachment(MailView):
    """One file in a caught mail."""

    @extend_schema(responses=ANY_FILE)
    def get(self, request: Request, caught_id: int, index: int) -> HttpResponse:
        """Download it."""
        caught = get_object_or_404(CaughtMail, pk=caught_id)
        return download(attachments.read(bytes(caught.source)), index)


class CaughtSource(MailView):
    """The message itself."""

    @extend_schema(responses=SOURCE)
    def get(self, request: Request, caught_id: int) -> HttpResponse:
        """Download it as it came."""
        caught = get_object_or_404(CaughtMail, pk=caught_id)
        return as_file(bytes(caught.source), "message/rfc822", f"caught-{caught_id}.eml")


class Release(MailView):
    """Sending a caught mail on by the real server."""

    @extend_schema(
        request=serializers.ReleaseRequest,
        responses={202: serializers.MailBrief, 409: serializers.Detail},
    )
    def post(self, request: Request, caught_id: int) -> Response:
        """Queue it as it came, for those of its envelope or for whom is given."""
        asked = serializers.ReleaseRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        caught = get_object_or_404(CaughtMail, pk=caught_id)
        mail = release.release(caught, asked.validated_data.get("to", ()))
        return Response(presenting.brief(mail), status.HTTP_202_ACCEPTED)


class ChaosSwitch(MailView):
    """How the catcher misbehaves."""

    @extend_schema(responses=serializers.ChaosState)
    def get(self, request: Request) -> Response:
        """Say what it does now."""
        return Response(_chaos())

    @extend_schema(request=serializers.ChaosState, responses=serializers.ChaosState)
    def put(self, request: Request) -> Response:
        """Let it misbehave to the next `left` mails, or to all; `off` ends it."""
        asked = serializers.ChaosState(data=request.data)
        asked.is_valid(raise_exception=True)
        chaos.switch(**asked.validated_data)
        return Response(_chaos())


def _chaos() -> dict[str, object]:
    mode, left = chaos.current()
    return {"mode": mode, "left": left}
