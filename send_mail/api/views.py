"""What every view of the API shares: refusals of the services as answers, pages by cursor."""

from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from send_mail.errors import NotPossibleError
from send_mail.paging import by_id
from send_mail.services.saving import KeyReusedError

PAGE = 50
LONGEST_PAGE = 200
LONGEST_SEARCH = 200
LONGEST_KEY = 255

page_parameters = [
    OpenApiParameter("after", int, description="The cursor `next` of the page before."),
    OpenApiParameter("limit", int, description=f"At most {LONGEST_PAGE}, {PAGE} if not given."),
]
key_parameter = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="One key, one mail or batch."
)


class ConflictError(APIException):
    """What is asked for is not possible now; the words say why."""

    status_code = status.HTTP_409_CONFLICT


class MailView(APIView):
    """A view whose services may refuse: 409 for a state, 400 with the field for a value."""

    def handle_exception(self, exc: Exception) -> Response:
        """Answer the services' refusals; all else is DRF's."""
        if isinstance(exc, (NotPossibleError, KeyReusedError)):
            exc = ConflictError(str(exc))
        elif isinstance(exc, DjangoValidationError):
            exc = ValidationError(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
        return super().handle_exception(exc)

    def refusal(self, request: HttpRequest, error: Exception) -> Response:
        """Answer *error* as if a method of the view had raised it."""
        self.headers = self.default_response_headers
        self.request = self.initialize_request(request)
        return self.finalize_response(self.request, self.handle_exception(error))


class Nowhere(MailView):
    """Whatever else is asked for below ``/api/``: refused as everything is, no page of HTML."""

    @extend_schema(exclude=True)
    def get(self, request: Request, **_: Any) -> Response:
        """Say that there is no such address."""
        raise NotFound("There is no such address.")

    post = put = patch = delete = get


def paged(rows: QuerySet[Any], request: Request) -> tuple[list[Any], int | None]:
    """Return one page by id, newest first, and the cursor of the next page."""
    return by_id(rows, *cursor_and_limit(request))


def cursor_and_limit(request: Request) -> tuple[int, int]:
    """Return the cursor, 0 for the first page, and how many rows are asked for."""
    limit = min(max(number(request, "limit", PAGE), 1), LONGEST_PAGE)
    return number(request, "after", 0), limit


def number(request: Request, name: str, default: int) -> int:
    """Return the query's *name* as a whole number that is no id out of range."""
    given = request.query_params.get(name, "")
    if not given:
        return default
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise ValidationError({name: ["Give a whole number."]})
    return int(given)


def words(request: Request) -> str:
    """Return what is searched for, without what no database takes."""
    return request.query_params.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]


def idempotency_key(request: Request | HttpRequest) -> str | None:
    """Return the key by which a repeated request is known, None when there is none."""
    key = request.headers.get("Idempotency-Key", "").replace("\0", "").strip()
    if len(key) > LONGEST_KEY:
        raise ValidationError({"Idempotency-Key": [f"At most {LONGEST_KEY} characters."]})
    return key or None
