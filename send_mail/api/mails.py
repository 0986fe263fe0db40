"""The outbox: save, list, show, send again, cancel."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import presenting, serializers
from send_mail.api import plain_mail
from send_mail.api.files import ANY_FILE, SOURCE, as_file, download
from send_mail.api.views import (
    MailView,
    cursor_and_limit,
    idempotency_key,
    key_parameter,
    number,
    page_parameters,
    words,
)
from send_mail.errors import NO_CONTENT
from send_mail.models import Mail
from send_mail.services import outbox, retention, saving, search
from send_mail.states import SCHEDULED, State


class Mails(MailView):
    """The outbox."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Save a plain mail at once; all else takes DRF's way, and so does a refusal."""
        new = plain_mail.asked_in(request, self.authentication_classes[0]())
        if new is None:
            return super().dispatch(request, *args, **kwargs)
        try:
            mail = saving.save(new, idempotency_key(request))
        except Exception as error:  # noqa: BLE001 - answered, or raised again, by DRF's handler
            return self.refusal(request, error)
        return plain_mail.answer(presenting.brief(mail), status.HTTP_202_ACCEPTED)

    @extend_schema(
        parameters=[key_parameter],
        request=serializers.MailRequest,
        responses={
            201: serializers.MailBrief,
            202: serializers.MailBrief,
            409: serializers.Detail,
        },
    )
    def post(self, request: Request) -> Response:
        """Save a mail; 202 when it will be sent, 201 when it is a draft."""
        asked = serializers.MailRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        mail = saving.save(asked.new_mail(), idempotency_key(request))
        made = mail.state == State.DRAFT
        code = status.HTTP_201_CREATED if made else status.HTTP_202_ACCEPTED
        return Response(presenting.brief(mail), code)

    @extend_schema(
        operation_id="mails_list",
        parameters=[
            *page_parameters,
            OpenApiParameter("state", str, enum=[*State.values, SCHEDULED]),
            OpenApiParameter("batch", int, description="Of this batch alone."),
            OpenApiParameter(
                "q", str, description="Beginnings of words in subject and recipients."
            ),
        ],
        responses=serializers.MailPage,
    )
    def get(self, request: Request) -> Response:
        """List mails, newest first."""
        state = request.query_params.get("state", "").upper()
        if state and state not in {*State.values, SCHEDULED}:
            raise ValidationError({"state": [f"There is no state {state[:20]}."]})
        mails = search.in_state(state)
        if batch := number(request, "batch", 0):
            mails = mails.filter(batch_id=batch)
        rows, cursor = search.page(mails, words(request), *cursor_and_limit(request))
        return Response({"results": [presenting.brief(row) for row in rows], "next": cursor})


class OneMail(MailView):
    """One mail of the outbox."""

    @extend_schema(responses=serializers.MailFull)
    def get(self, request: Request, mail_id: int) -> Response:
        """Show it with its timeline."""
        return Response(presenting.full(found(mail_id)))

    @extend_schema(
        request=serializers.DraftRequest,
        responses={
            200: serializers.MailFull,
            202: serializers.MailFull,
            409: serializers.Detail,
        },
    )
    def put(self, request: Request, mail_id: int) -> Response:
        """Write a draft anew, in whole; 202 when it is sent by that, 409 when it is none."""
        asked = serializers.DraftRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        new = asked.new_mail()
        mail = outbox.rewrite(found(mail_id), new, asked.validated_data.get("keep", ()))
        code = status.HTTP_200_OK if new.draft else status.HTTP_202_ACCEPTED
        return Response(presenting.full(mail), code)

    @extend_schema(responses={204: None, 409: serializers.Detail})
    def delete(self, request: Request, mail_id: int) -> Response:
        """Delete what has come to its end, or a draft."""
        outbox.delete(found(mail_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RetryFailed(MailView):
    """Trying all again that failed."""

    @extend_schema(request=None, responses=serializers.Count)
    def post(self, request: Request) -> Response:
        """Queue all that failed again; never what may have arrived."""
        return Response({"count": outbox.retry_failed()})


class Clear(MailView):
    """Tidying up."""

    @extend_schema(request=serializers.ClearRequest, responses=serializers.Count)
    def post(self, request: Request) -> Response:
        """Delete delivered and cancelled mails that are older than so many days."""
        asked = serializers.ClearRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        days = timedelta(days=asked.validated_data["older_than_days"])
        return Response({"count": retention.clear(timezone.now() - days)})


class Copy(MailView):
    """Edit and resend."""

    @extend_schema(request=None, responses={201: serializers.MailFull, 409: serializers.Detail})
    def post(self, request: Request, mail_id: int) -> Response:
        """Make a draft with the same content and attachments."""
        return Response(presenting.full(outbox.copy(found(mail_id))), status.HTTP_201_CREATED)


class MailAttachment(MailView):
    """One file in a mail."""

    @extend_schema(responses=ANY_FILE)
    def get(self, request: Request, mail_id: int, index: int) -> HttpResponse:
        """Download it."""
        return download(outbox.files_of(found(mail_id)), index)


class MailSource(MailView):
    """The message itself."""

    @extend_schema(responses=SOURCE)
    def get(self, request: Request, mail_id: int) -> HttpResponse:
        """Download it as it goes over the wire; without Bcc."""
        content = outbox.content_of(found(mail_id))
        if content is None:
            raise Http404(NO_CONTENT)
        return as_file(bytes(content.source), "message/rfc822", f"mail-{mail_id}.eml")


class Resend(MailView):
    """Sending again, at the user's word."""

    @extend_schema(
        request=serializers.ResendRequest,
        responses={202: serializers.MailBrief, 409: serializers.Detail},
    )
    def post(self, request: Request, mail_id: int) -> Response:
        """Queue it again, or a copy when it was delivered; `sure` when it may have arrived."""
        asked = serializers.ResendRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        mail = outbox.resend(found(mail_id), sure=asked.validated_data["sure"])
        return Response(presenting.brief(mail), status.HTTP_202_ACCEPTED)


class Cancel(MailView):
    """Taking back what no worker holds."""

    @extend_schema(request=None, responses={200: serializers.MailBrief, 409: serializers.Detail})
    def post(self, request: Request, mail_id: int) -> Response:
        """Cancel it."""
        mail = outbox.cancel(found(mail_id))
        return Response(presenting.brief(mail))


def found(mail_id: int) -> Mail:
    """Return the mail with its content, or answer 404."""
    return get_object_or_404(Mail.objects.select_related("content"), pk=mail_id)
