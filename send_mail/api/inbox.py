"""What the catcher caught."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView, page_parameters, paged
from send_mail.models import CaughtMail
from send_mail.services import inbox


class Inbox(MailView):
    """All caught mails."""

    @extend_schema(
        operation_id="inbox_list", parameters=page_parameters, responses=serializers.CaughtPage
    )
    def get(self, request: Request) -> Response:
        """List caught mails, newest first."""
        rows, cursor = paged(CaughtMail.objects.defer("source"), request)
        ours = inbox.mail_ids(rows)
        results = [inbox.brief(row, ours.get(row.message_id)) for row in rows]
        return Response({"results": results, "next": cursor})


class OneCaught(MailView):
    """One caught mail."""

    @extend_schema(responses=serializers.CaughtFull)
    def get(self, request: Request, caught_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Show it."""
        return Response(inbox.full(get_object_or_404(CaughtMail, pk=caught_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, caught_id: int) -> Response:  # noqa: ARG002
        """Remove it."""
        get_object_or_404(CaughtMail, pk=caught_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
