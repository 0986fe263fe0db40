"""What holds for every API of the project: how errors are told, and the schema's word on tokens.

Apart from ``access`` because DRF imports that while its own views are half loaded.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


class LauncherTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the OpenAPI schema about the launcher's token."""

    target_class = "celerytutorial.access.LauncherToken"
    name = "launcherToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:  # noqa: ARG002
        """Return the scheme as OpenAPI writes it."""
        return {"type": "apiKey", "in": "header", "name": "Authorization"}


def errors_by_field(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer a validation error as ``{"errors": {field: [words]}}``, all else as DRF does."""
    response = exception_handler(error, context)
    if response is not None and isinstance(error, ValidationError):
        found = response.data
        named = found if isinstance(found, dict) else {"non_field_errors": found}
        response.data = {"errors": named}
    return response
