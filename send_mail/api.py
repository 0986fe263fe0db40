"""The HTTP API, thin: from requests to services and back. Who gets in is the project's matter."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from send_mail import presenting, serializers
from send_mail.models import CaughtMail, Mail
from send_mail.services import inbox, login_links, outbox, pause, saving, wakeups
from send_mail.services import relay as relaying
from send_mail.states import SCHEDULED, State

PAGE = 50
LONGEST_PAGE = 200
LONGEST_KEY = 255

_page = [
    OpenApiParameter("after", int, description="The cursor `next` of the page before."),
    OpenApiParameter("limit", int, description=f"At most {LONGEST_PAGE}, {PAGE} if not given."),
]


class Mails(APIView):
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
            *_page,
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
        rows, cursor = _paged(mails, request)
        return Response({"results": [presenting.brief(row) for row in rows], "next": cursor})


class OneMail(APIView):
    """One mail of the outbox."""

    @extend_schema(responses=serializers.MailFull)
    def get(self, request: Request, mail_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Show it with its timeline."""
        return Response(presenting.full(_mail(mail_id)))


class Resend(APIView):
    """Sending again, at the user's word."""

    @extend_schema(request=None, responses={202: serializers.MailBrief, 409: serializers.Detail})
    def post(self, request: Request, mail_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Queue it again, or a copy when it was delivered."""
        try:
            mail = outbox.resend(_mail(mail_id))
        except outbox.NotPossibleError as error:
            return Response({"detail": str(error)}, status.HTTP_409_CONFLICT)
        return Response(presenting.brief(mail), status.HTTP_202_ACCEPTED)


class Cancel(APIView):
    """Taking back what no worker holds."""

    @extend_schema(request=None, responses={200: serializers.MailBrief, 409: serializers.Detail})
    def post(self, request: Request, mail_id: int) -> Response:  # noqa: ARG002 - Django's order
        """Cancel it."""
        try:
            mail = outbox.cancel(_mail(mail_id))
        except outbox.NotPossibleError as error:
            return Response({"detail": str(error)}, status.HTTP_409_CONFLICT)
        return Response(presenting.brief(mail))


class Inbox(APIView):
    """What the catcher caught."""

    @extend_schema(operation_id="inbox_list", parameters=_page, responses=serializers.CaughtPage)
    def get(self, request: Request) -> Response:
        """List caught mails, newest first."""
        rows, cursor = _paged(CaughtMail.objects.defer("source"), request)
        ours = inbox.mail_ids(rows)
        results = [inbox.brief(row, ours.get(row.message_id)) for row in rows]
        return Response({"results": results, "next": cursor})


class OneCaught(APIView):
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


class Queue(APIView):
    """The queue as a whole."""

    @extend_schema(responses=serializers.QueueState)
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
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


class Relay(APIView):
    """The relay, on demand."""

    @extend_schema(request=None, responses=serializers.RelayResult)
    def post(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Publish what is due; whoever asks knows that the broker is back."""
        wakeups.broker_memory.answered()
        done = relaying.relay()
        return Response({"published": done.published, "taken_back": done.taken_back})


class LoginLinks(APIView):
    """One-time links, for the launcher alone."""

    @extend_schema(
        request=serializers.LoginLinkRequest, responses={201: serializers.LoginLinkAnswer}
    )
    def post(self, request: Request) -> Response:
        """Make a link; a session may not, or a stolen one could be prolonged."""
        if request.auth != "launcher":
            self.permission_denied(request, "Only the launcher makes login links.")
        asked = serializers.LoginLinkRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        token = login_links.issue(asked.validated_data["next"])
        return Response({"url": f"/login/{token}/"}, status.HTTP_201_CREATED)


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


def _paged(rows: QuerySet[Any], request: Request) -> tuple[list[Any], int | None]:
    """Return one page by id, newest first, and the cursor of the next page."""
    after = _number(request, "after", 0)
    limit = min(max(_number(request, "limit", PAGE), 1), LONGEST_PAGE)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def _number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, "")
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise ValidationError({name: ["Give a whole number."]})
    return int(given)


def _queue() -> dict[str, Any]:
    counts = dict.fromkeys(State.values, 0)
    counts |= dict(Mail.objects.values_list("state").annotate(Count("pk")))
    reason = pause.reason()
    return {"counts": counts, "paused": reason is not None, "reason": reason}
