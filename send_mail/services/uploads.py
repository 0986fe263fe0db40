"""Files on their way into a mail: kept for a day, so that a repeated request finds them again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError

from send_mail.attachments import Attachment
from send_mail.models import Upload

KEPT = timedelta(days=1)
MOST = 100  # in one mail


def keep(name: str, content_type: str, data: bytes) -> Upload:
    """Keep a file whose name and type are clean already."""
    return Upload.objects.create(name=name, content_type=content_type, size=len(data), data=data)


def take(ids: Sequence[int]) -> tuple[Attachment, ...]:
    """Return the files in the order of *ids*; raises ValidationError naming one that is not."""
    if not ids:
        return ()
    if len(ids) > MOST:
        raise ValidationError({"uploads": [f"At most {MOST} attachments in one mail."]})
    found = Upload.objects.in_bulk(list(ids))
    for asked in ids:
        if asked not in found:
            msg = f"There is no upload {asked}; uploads are kept for a day."
            raise ValidationError({"uploads": [msg]})
    rows = (found[asked] for asked in ids)
    return tuple(Attachment(row.name, row.content_type, bytes(row.data)) for row in rows)


def check_size(attachments: Iterable[Attachment]) -> None:
    """Refuse more than one mail may carry."""
    size = sum(len(attachment.data) for attachment in attachments)
    if size > settings.MAIL_ATTACHMENTS_MAX_BYTES:
        msg = f"The attachments are {_mib(size)} in all; {limit_words()} at most."
        raise ValidationError({"uploads": [msg]})


def limit_words() -> str:
    """Return how much may be attached, for a person."""
    return _mib(settings.MAIL_ATTACHMENTS_MAX_BYTES)


def expire(now: datetime) -> int:
    """Remove what is older than a day; return how many. The relay asks."""
    gone, _ = Upload.objects.filter(created_at__lte=now - KEPT).delete()
    return gone


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
