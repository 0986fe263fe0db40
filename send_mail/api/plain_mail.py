"""The request that a program sends for nearly every mail, read without DRF's machinery.

Addresses, subject and text as JSON, with the launcher's token: to make fields, negotiate and parse
for that takes DRF longer than the database needs to save it. The rules are the same, asked of
``validation`` directly. What is not as plain, or is to be refused, is left to the serializer, so
that refusals are worded in one place; a test compares the two over whatever comes.
"""

import json
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, ValidationError
from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from send_mail import validation
from send_mail.services.saving import NewMail

LONGEST_BODY = 64 * 1024
_FIELDS = {"to", "cc", "bcc", "subject", "text", "html"}
_ANY_ANSWER = {None, "*/*", "application/json"}


def asked_in(request: HttpRequest, token: BaseAuthentication) -> NewMail | None:
    """Return the valid mail of a plain request with a right *token*; None for any other request."""
    meta = request.META
    if (
        request.method != "POST"
        or meta.get("CONTENT_TYPE") != "application/json"
        or meta.get("HTTP_ACCEPT") not in _ANY_ANSWER
        or meta.get("QUERY_STRING")
    ):
        return None
    try:
        length = int(meta.get("CONTENT_LENGTH") or 0)
        if length > min(LONGEST_BODY, settings.MAIL_API_MAX_BYTES):
            return None
        known = token.authenticate(cast("Request", request))  # headers are all that it looks at
        if known is None or not known[0].is_staff:
            return None
        return read(json.loads(str(request.body, "utf-8")))
    except (ValueError, AuthenticationFailed, RequestDataTooBig):
        return None


def read(given: Any) -> NewMail | None:
    """Return the mail that a parsed body asks for; None when it is not plain, or not valid."""
    if not isinstance(given, dict) or not given.keys() <= _FIELDS:
        return None
    words = [given.get(name, "") for name in ("subject", "text", "html")]
    if not all(isinstance(each, str) for each in words):
        return None
    subject, text, html = words
    try:
        to, cc, bcc = (
            tuple(validation.clean_addresses(given.get(name, ()))) for name in ("to", "cc", "bcc")
        )
        validation.check_count(to, cc, bcc)
        validation.clean_subject(subject)
        validation.clean_text(text)
        validation.clean_text(html)
    except ValidationError:
        return None
    if not to:
        return None
    return NewMail(to, subject.strip(), text, html, cc, bcc)


def answer(told: dict[str, Any], status: int) -> HttpResponse:
    """Return *told* as DRF would write it."""
    return HttpResponse(JSONRenderer().render(told), status=status, content_type="application/json")
