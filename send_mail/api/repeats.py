"""Mails that are sent again and again."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView, page_parameters, paged
from send_mail.models import Repeat
from send_mail.services import repeats


class Repeats(MailView):
    """All repeated mails."""

    @extend_schema(
        operation_id="repeats_list", parameters=page_parameters, responses=serializers.RepeatPage
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        rows, cursor = paged(Repeat.objects.all(), request)
        results = serializers.RepeatFull(rows, many=True).data
        return Response({"results": results, "next": cursor})

    @extend_schema(request=serializers.RepeatRequest, responses={201: serializers.RepeatFull})
    def post(self, request: Request) -> Response:
        """Have a mail sent again and again."""
        return Response(_written(Repeat(), request), status.HTTP_201_CREATED)


class OneRepeat(MailView):
    """One repeated mail."""

    @extend_schema(responses=serializers.RepeatFull)
    def get(self, request: Request, repeat_id: int) -> Response:  # noqa: ARG002
        """Show it."""
        return Response(serializers.RepeatFull(_repeat(repeat_id)).data)

    @extend_schema(request=serializers.RepeatRequest, responses=serializers.RepeatFull)
    def put(self, request: Request, repeat_id: int) -> Response:
        """Change it, in whole; its next time is counted from now."""
        return Response(_written(_repeat(repeat_id), request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, repeat_id: int) -> Response:  # noqa: ARG002
        """Never send it again; the mails that came of it stay."""
        _repeat(repeat_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def _written(repeat: Repeat, request: Request) -> dict[str, Any]:
    asked = serializers.RepeatRequest(data=request.data)
    asked.is_valid(raise_exception=True)
    for name, value in asked.validated_data.items():
        setattr(repeat, name, value)
    repeats.plan(repeat)
    repeat.save()
    shown: dict[str, Any] = serializers.RepeatFull(repeat).data
    return shown


def _repeat(repeat_id: int) -> Repeat:
    return get_object_or_404(Repeat, pk=repeat_id)
