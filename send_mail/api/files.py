"""Files in both directions: uploads in, attachments and sources out."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from send_mail import serializers
from send_mail.api.views import MailView
from send_mail.attachments import Attachment
from send_mail.models import Upload
from send_mail.services import uploads

ANY_FILE = {(200, "*/*"): OpenApiTypes.BINARY}
SOURCE = {(200, "message/rfc822"): OpenApiTypes.BINARY}


class TooLargeError(APIException):
    """The file is larger than a mail may carry."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        super().__init__(f"The file is too large: {uploads.limit_words()} at most in one mail.")


class RawParser(BaseParser):
    """The body as it came, of whatever type; the view has looked at its length before."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the bytes."""
        return stream.read(settings.MAIL_ATTACHMENTS_MAX_BYTES + 1)


class Uploads(MailView):
    """Files that mails will carry."""

    parser_classes = (RawParser,)

    @extend_schema(
        parameters=[OpenApiParameter("name", str, required=True, description="The file's name.")],
        request={"*/*": OpenApiTypes.BINARY},
        responses={201: serializers.Upload, 413: serializers.Detail},
    )
    def post(self, request: Request) -> Response:
        """Keep the body as a file for a day; its id goes into `uploads` of a mail."""
        given = request.content_type or ""
        if given.startswith("multipart/"):
            raise UnsupportedMediaType(given, "Send the file itself as the body, not a form.")
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.MAIL_ATTACHMENTS_MAX_BYTES:
            raise TooLargeError
        asked = serializers.UploadRequest(
            data={"name": request.query_params.get("name", ""), "content_type": given}
        )
        asked.is_valid(raise_exception=True)
        # DRF parses no body without length: an empty file, then.
        data = request.data if isinstance(request.data, bytes) else b""
        if len(data) > settings.MAIL_ATTACHMENTS_MAX_BYTES:
            raise TooLargeError
        kept = uploads.keep(**asked.validated_data, data=data)
        return Response(serializers.Upload(kept).data, status.HTTP_201_CREATED)


class OneUpload(MailView):
    """One file that was uploaded."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, upload_id: int) -> Response:
        """Remove it; mails that have taken it keep their copy."""
        get_object_or_404(Upload.objects.only("pk"), pk=upload_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


def download(files: list[Attachment], index: int) -> HttpResponse:
    """Answer with one of *files*, to be saved and never shown."""
    if index >= len(files):
        raise Http404("There is no such attachment.")
    chosen = files[index]
    return as_file(chosen.data, chosen.content_type, chosen.name)


def as_file(data: bytes, content_type: str, name: str) -> HttpResponse:
    """Answer with *data* as a file to be saved; ``nosniff`` is the project's rule for all."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": disposition}
    )
