"""Which mail servers are used for what, in words; no password is known here."""

from urllib.parse import urlsplit

from django.conf import settings

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def project_words() -> str:
    """Return where the project's mail goes, ``127.0.0.1:1025 (the catcher)`` for instance."""
    if settings.EMAIL_BACKEND == CONSOLE:
        return "the worker's output"
    name = settings.MAIL_SERVER_NAME
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return f"{where} ({name})" if name else where


def release_words() -> str | None:
    """Return the real server that caught mails are released to, None when there is none."""
    if not settings.EMAIL_RELEASE_URL:
        return None
    parts = urlsplit(settings.EMAIL_RELEASE_URL)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
