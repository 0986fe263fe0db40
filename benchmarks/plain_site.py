"""The peer of P6: the same request on a plain site that checks it, answers, and saves nothing.

Django's settings for a new project, DRF's view and the serializer of the real API; served by
`python -m waitress --listen=HOST:PORT benchmarks.plain_site:application`, with its four threads.
"""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "celerytutorial.settings")
settings.ROOT_URLCONF = "benchmarks.plain_site"
settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - the settings come first
from django.utils import timezone  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from send_mail.serializers import MailRequest  # noqa: E402


class Mails(APIView):
    """Answers as the real one does."""

    def post(self, request: Request) -> Response:
        """Check the mail and forget it."""
        asked = MailRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        given: dict[str, Any] = asked.validated_data
        now = timezone.now()
        told = {
            "id": 1,
            "state": "QUEUED",
            "state_words": "Saved, will be sent",
            "final": False,
            "to": given["to"],
            "subject": given["subject"],
            "created_at": now,
            "due_at": now,
            "finished_at": None,
            "attempts": 0,
            "last_code": None,
            "last_reply": "",
            "message_id": "<0@celery-launcher.localhost>",
        }
        return Response(told, 202)


urlpatterns = [path("api/mails", Mails.as_view())]
application = get_wsgi_application()
