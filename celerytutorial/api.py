"""What holds for every API of the project: how errors are told, and the schema's word on tokens.

Apart from ``access`` because DRF imports that while its own views are half loaded.
"""

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from celerytutorial.access import TooLarge

logger = logging.getLogger(__name__)

DISK_FULL = "The disk is full: nothing was saved. Free some space, then try again."
DATABASE_AWAY = "The database does not answer just now: nothing was saved. Try again in a moment."
_NO_SPACE = ("disk is full", "No space left")  # as SQLite and as PostgreSQL say it


class LauncherTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular has no types for it
    """Tells the OpenAPI schema about the launcher's token."""

    target_class = "celerytutorial.access.LauncherToken"
    name = "launcherToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002 - the extension's signature
        """Return the scheme as OpenAPI writes it."""
        return {"type": "apiKey", "in": "header", "name": "Authorization"}


def errors_by_field(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a validation error as ``{"errors": {field: [words]}}``, all else as DRF does.

    A database that cannot do its work is no fault of the program: it is said in words.
    """
    if isinstance(error, RequestDataTooBig):  # DRF's parser of JSON asks Django for the whole body
        error = TooLarge()
    response = exception_handler(error, context)
    if isinstance(error, OperationalError):
        logger.error("The database could not do its work: %s", error)
        if any(words in str(error) for words in _NO_SPACE):
            return Response({"detail": DISK_FULL}, status.HTTP_507_INSUFFICIENT_STORAGE)
        return Response({"detail": DATABASE_AWAY}, status.HTTP_503_SERVICE_UNAVAILABLE)
    if response is not None and isinstance(error, ValidationError):
        found = response.data
        named = found if isinstance(found, dict) else {"non_field_errors": found}
        response.data = {"errors": named}
    return response
