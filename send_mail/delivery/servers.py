"""Which mail server a mail goes out by, and what may be said to it."""

import ipaddress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import environ
from django.conf import settings

from send_mail.delivery.verdicts import Answer, AnsweredError, Verdict

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
NO_RELEASE = "No real mail server is set up to release mail to: choose an SMTP profile for it."
NOT_ENCRYPTED = (
    "The password was not sent: the connection to {host} is not encrypted. "
    "Choose STARTTLS or TLS for this server."
)


@dataclass(frozen=True)
class Server:
    """Where a mail server is and how it is spoken to; two alike share their connections."""

    host: str
    port: int
    starttls: bool = False
    implicit_tls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    def check_password_is_safe(self) -> None:
        """Raise AnsweredError when the password would go over a network in the clear."""
        if self.user and not (self.starttls or self.implicit_tls or is_loopback(self.host)):
            words = NOT_ENCRYPTED.format(host=self.host)
            raise AnsweredError(Answer(Verdict.REFUSED_LOGIN, 0, words, words))


@lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine alone, by its address or as ``localhost``."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def project_server() -> Server | None:
    """Return the project's own server, None when its mail goes to another Django backend."""
    if settings.EMAIL_BACKEND != SMTP_BACKEND:
        return None
    return Server(
        settings.EMAIL_HOST,
        settings.EMAIL_PORT,
        starttls=settings.EMAIL_USE_TLS,
        implicit_tls=settings.EMAIL_USE_SSL,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
    )


def release_server() -> Server:
    """Return the server that *release* uses; raises AnsweredError when there is none."""
    if not settings.EMAIL_RELEASE_URL:
        raise AnsweredError(Answer(Verdict.FAILED, 0, NO_RELEASE, NO_RELEASE))
    return _server_of(settings.EMAIL_RELEASE_URL, settings.EMAIL_RELEASE_PASSWORD)


@lru_cache(maxsize=4)
def _server_of(url: str, password: str) -> Server:
    parts: dict[str, Any] = environ.Env.email_url_config(url)
    return Server(
        parts["EMAIL_HOST"] or "127.0.0.1",
        parts["EMAIL_PORT"] or 25,
        starttls=bool(parts.get("EMAIL_USE_TLS")),
        implicit_tls=bool(parts.get("EMAIL_USE_SSL")),
        user=parts["EMAIL_HOST_USER"] or "",
        password=password or parts["EMAIL_HOST_PASSWORD"] or "",
    )
