"""One-time links into the admin, for the user whom the launcher already knows."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from send_mail.models import LoginLink


def is_local(path: str) -> bool:
    """Return whether *path* leads to a page of ours and nowhere else."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


def issue(next_path: str) -> str:
    """Return a new token of 256 bits; only its hash is kept."""
    token = secrets.token_urlsafe(32)
    LoginLink.objects.create(
        token_hash=_hash(token),
        next_path=next_path,
        expires_at=timezone.now() + timedelta(seconds=settings.LOGIN_LINK_SECONDS),
    )
    return token


def redeem(token: str) -> str | None:
    """Use *token* up; return where it leads, None when it is unknown, used or too old."""
    with transaction.atomic():
        link = LoginLink.objects.filter(token_hash=_hash(token)).first()
        if link is None:
            return None
        used, _ = LoginLink.objects.filter(pk=link.pk).delete()
    return link.next_path if used and link.expires_at > timezone.now() else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
