"""Mails that are sent again and again."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView, page_parameters, paged
from send_mail.attachments import Attachment
from send_mail.models import Mail, Repeat
from send_mail.services import outbox, repeats, uploads


class Repeats(MailView):
    """All repeated mails."""

    @extend_schema(
        operation_id="repeats_list", parameters=page_parameters, responses=serializers.RepeatPage
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        rows, cursor = paged(repeats.with_files(), request)
        results = serializers.RepeatFull(rows, many=True).data
        return Response({"results": results, "next": cursor})

    @extend_schema(request=serializers.RepeatRequest, responses={201: serializers.RepeatFull})
    def post(self, request: Request) -> Response:
        """Have a mail sent again and again."""
        return Response(_written(Repeat(), request), status.HTTP_201_CREATED)


class Meaning(MailView):
    """What a rule means, for whoever is still writing it."""

    @extend_schema(request=serializers.RuleRequest, responses=serializers.RuleMeaning)
    def post(self, request: Request) -> Response:
        """Say a rule in words and when it is due first; nothing is saved."""
        asked = serializers.RuleRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        shown = Repeat(**asked.validated_data)
        repeats.plan(shown)
        return Response(serializers.RuleMeaning(shown).data)


class OneRepeat(MailView):
    """One repeated mail."""

    @extend_schema(responses=serializers.RepeatFull)
    def get(self, request: Request, repeat_id: int) -> Response:
        """Show it."""
        return Response(serializers.RepeatFull(_repeat(repeat_id)).data)

    @extend_schema(request=serializers.RepeatRequest, responses=serializers.RepeatFull)
    def put(self, request: Request, repeat_id: int) -> Response:
        """Change it, in whole; its next time is counted from now."""
        return Response(_written(_repeat(repeat_id), request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, repeat_id: int) -> Response:
        """Never send it again; the mails that came of it stay."""
        _repeat(repeat_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _written(repeat: Repeat, request: Request) -> dict[str, Any]:
    asked = serializers.RepeatRequest(data=request.data)
    asked.is_valid(raise_exception=True)
    fields = dict(asked.validated_data)
    files, keep = uploads.take(fields.pop("uploads")), fields.pop("keep")
    if mail_id := fields.pop("mail", None):
        files, keep = (*_copied(mail_id, keep), *files), []
    shown: dict[str, Any] = serializers.RepeatFull(repeats.write(repeat, fields, files, keep)).data
    return shown


def _copied(mail_id: int, indexes: Sequence[int]) -> list[Attachment]:
    """Return attachments of a mail; raises ValidationError for one that is not there."""
    mail = Mail.objects.select_related("content").filter(pk=mail_id).first()
    if mail is None:
        raise ValidationError({"mail": [f"There is no mail {mail_id}."]})
    files = outbox.files_of(mail)
    missing = [index for index in indexes if index >= len(files)]
    if missing:
        raise ValidationError({"keep": [f"There is no attachment {missing[0]}."]})
    return [files[index] for index in indexes]


def _repeat(repeat_id: int) -> Repeat:
    return get_object_or_404(repeats.with_files(), pk=repeat_id)
