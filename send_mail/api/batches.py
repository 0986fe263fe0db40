"""Sending to each of many separately."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView, idempotency_key, key_parameter, page_parameters, paged
from send_mail.models import Batch
from send_mail.services import batches


class Batches(MailView):
    """All batches."""

    @extend_schema(
        operation_id="batches_list", parameters=page_parameters, responses=serializers.BatchPage
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        rows, cursor = paged(Batch.objects.all(), request)
        counts = batches.counts(rows)
        results = [batches.shown(row, counts[row.pk]) for row in rows]
        return Response({"results": results, "next": cursor})

    @extend_schema(
        parameters=[
            key_parameter,
            OpenApiParameter("dry_run", bool, description="Only check; nothing is sent."),
        ],
        request=serializers.BatchRequest,
        responses={
            200: serializers.BatchAnswer,
            202: serializers.BatchAnswer,
            409: serializers.Detail,
        },
    )
    def post(self, request: Request) -> Response:
        """Send to each line that can be sent to, and name the others."""
        key = idempotency_key(request)
        asked = serializers.BatchRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        checked = batches.check(asked.letter(), asked.entries())
        refused = [asdict(line) for line in checked.refused]
        if request.query_params.get("dry_run", "").lower() in {"1", "true"}:
            return Response({"id": None, "total": len(checked.news), "refused": refused})
        batch = batches.begin(checked, asked.validated_data["subject"], key)
        answer = {"id": batch.pk, "total": batch.total, "refused": refused}
        return Response(answer, status.HTTP_202_ACCEPTED)


class OneBatch(MailView):
    """One batch."""

    @extend_schema(responses=serializers.BatchState)
    def get(self, request: Request, batch_id: int) -> Response:
        """Say how far it has come."""
        return Response(_shown(get_object_or_404(Batch, pk=batch_id)))


class CancelBatch(MailView):
    """Taking back what of a batch no worker holds."""

    @extend_schema(request=None, responses=serializers.BatchState)
    def post(self, request: Request, batch_id: int) -> Response:
        """Cancel what waits."""
        batch = get_object_or_404(Batch, pk=batch_id)
        batches.cancel(batch)
        batch.refresh_from_db()
        return Response(_shown(batch))


def _shown(batch: Batch) -> dict[str, Any]:
    return batches.shown(batch, batches.counts([batch])[batch.pk])
