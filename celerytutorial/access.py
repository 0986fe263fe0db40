"""Who gets in: the origin check, the launcher's token, and what every answer carries.

Owns the rules that hold for the whole project. Leaves sessions, CSRF and the Host check to
Django, and one-time login links to the app.
"""

import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "frame-src 'self'",  # the HTML of a caught mail, under a stricter policy of its own
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class OwnPagesOnly:
    """Refuse what another page asks for, whatever the method, and set the security headers.

    The Host is checked first, which ends DNS rebinding. An ``Origin`` that is not ours, ``null``
    included, gets nothing, and neither does a browser's request from another site that is not a
    plain navigation.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a refusal, or what the next in line answers, with the headers."""
        refusal = self._refusal(request)
        response = refusal or self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    @staticmethod
    def _refusal(request: HttpRequest) -> HttpResponse | None:
        try:
            host = request.get_host()
        except DisallowedHost:
            return JsonResponse({"detail": "This host name is not served here."}, status=400)
        origin = request.headers.get("Origin")
        foreign_origin = origin is not None and origin != f"{request.scheme}://{host}"
        foreign_site = request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
        navigation = request.headers.get("Sec-Fetch-Mode") == "navigate"
        if foreign_origin or (foreign_site and not (navigation and request.method == "GET")):
            return JsonResponse({"detail": "Requests of other pages are refused."}, status=403)
        return None


_LONGEST_PATH = 200
"""Characters of a path that is worth to be remembered: the API's own are shorter."""
_view_at = lru_cache(maxsize=256)(resolve)


class StraightToTheApi:
    """Take a request that offers the launcher's token to its view at once.

    Sessions, messages and the CSRF check are for browsers, whose cookies come along unasked; a
    token does not. The view checks it. Stands behind OwnPagesOnly.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer what the view answers; without a token, what the next in line answers."""
        if not (request.path_info.startswith("/api/") and LauncherToken.offered(request)):
            return self.get_response(request)
        path = request.path_info
        match = _view_at(path) if len(path) <= _LONGEST_PATH else resolve(path)
        request.resolver_match = match
        response: Any = match.func(request, *match.args, **match.kwargs)
        if isinstance(response, SimpleTemplateResponse):  # DRF's are
            response.render()
        if not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        response.headers.setdefault("X-Frame-Options", settings.X_FRAME_OPTIONS)
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        answer: HttpResponse = response
        return answer


class Launcher:
    """The user behind a request that carries the launcher's token; no row in any table."""

    is_authenticated = True
    is_active = True
    is_staff = True
    is_anonymous = False
    pk = None

    def __str__(self) -> str:
        return "launcher"


class LauncherToken(BaseAuthentication):
    """``Authorization: Token <LAUNCHER_API_TOKEN>``; without that setting nobody gets in so."""

    keyword = "Token"

    @classmethod
    def offered(cls, request: Request | HttpRequest) -> str | None:
        """Return the token that is offered, right or wrong; None when none is."""
        scheme, _, offered = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        return offered.strip() if scheme.lower() == cls.keyword.lower() else None

    def authenticate(self, request: Request | HttpRequest) -> tuple[Any, str] | None:
        """Return the launcher, None when no token is offered; raise on a wrong one."""
        offered = self.offered(request)
        if offered is None:
            return None
        wanted = settings.LAUNCHER_API_TOKEN
        if not wanted or not secrets.compare_digest(offered.encode(), wanted.encode()):
            raise AuthenticationFailed("This token is not the launcher's.")
        return Launcher(), "launcher"

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        """Make an unauthenticated answer 401 instead of 403."""
        return self.keyword


class TooLarge(APIException):
    """The request's body is over ``MAIL_API_MAX_BYTES``."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The request is too large."


class SizedJSONParser(JSONParser):
    """JSON of a bounded size: DRF reads the stream past Django's own limit."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Return the parsed body; raise TooLarge before reading one that is too large."""
        meta = parser_context["request"].META if parser_context else {}
        length = int(meta.get("CONTENT_LENGTH") or 0)
        if length > settings.MAIL_API_MAX_BYTES:
            raise TooLarge
        return super().parse(stream, media_type, parser_context)
