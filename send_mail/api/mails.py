"""The outbox: save, list, show, send again, cancel."""

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import presenting, serializers
from send_mail.api.views import MailView, page_parameters, paged
from send_mail.models import Mail
from send_mail.services import outbox, saving
from send_mail.states import SCHEDULED, State

LONGEST_KEY = 255


class Mails(MailView):
    """The outbox."""

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, OpenApiParameter.HEADER, description="One key, one mail."
            )
        ],
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
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > LONGEST_KEY:
            raise ValidationError({"Idempotency-Key": [f"At most {LONGEST_KEY} characters."]})
        try:
            mail = saving.save(asked.new_mail(), key or None)
        except saving.KeyReusedError as error:
            return Response({"detail": str(error)}, status.HTTP_409_CONFLICT)
        made = mail.state == State.DRAFT
        code = status.HTTP_201_CREATED if made else status.HTTP_202_ACCEPTED
        return Response(presenting.brief(mail), code)

    @extend_schema(
        operation_id="mails_list",
        parameters=[
            *page_parameters,
            OpenApiParameter("state", str, enum=[*State.values, SCHEDULED]),
            OpenApiParameter("q", str, description="Words of the subject or of a recipient."),
        ],
        responses=serializers.MailPage,
    )
    def get(self, request: Request) -> Response:
        """List mails, newest first."""
        mails = _in_state(request.query_params.get("state", "").upper())
        words = request.query_params.get("q", "").strip()
        if words:
            mails = mails.filter(Q(subject__icontains=words) | Q(to__icontains=words))
        rows, cursor = paged(mails, request)
        return Response({"results": [presenting.brief(row) for row in rows], "next": cursor})


class OneMail(MailView):
    """One mail of the outbox."""

    @extend_schema(responses=serializers.MailFull)
    def get(self, request: Request, mail_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Show it with its timeline."""
        return Response(presenting.full(_mail(mail_id)))


class Resend(MailView):
    """Sending again, at the user's word."""

    @extend_schema(request=None, responses={202: serializers.MailBrief, 409: serializers.Detail})
    def post(self, request: Request, mail_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Queue it again, or a copy when it was delivered."""
        mail = outbox.resend(_mail(mail_id))
        return Response(presenting.brief(mail), status.HTTP_202_ACCEPTED)


class Cancel(MailView):
    """Taking back what no worker holds."""

    @extend_schema(request=None, responses={200: serializers.MailBrief, 409: serializers.Detail})
    def post(self, request: Request, mail_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Cancel it."""
        mail = outbox.cancel(_mail(mail_id))
        return Response(presenting.brief(mail))


def _mail(mail_id: int) -> Mail:
    return get_object_or_404(Mail.objects.select_related("content"), pk=mail_id)


def _in_state(state: str) -> QuerySet[Mail]:
    mails = Mail.objects.all()
    if state == SCHEDULED:
        return mails.filter(state=State.QUEUED, due_at__gt=timezone.now())
    if state == State.QUEUED:
        return mails.filter(state=state, due_at__lte=timezone.now())
    if state and state not in State.values:
        raise ValidationError({"state": [f"There is no state {state}."]})
    return mails.filter(state=state) if state else mails
