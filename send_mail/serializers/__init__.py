"""What the API takes and gives, field by field; ``validation`` has the rules of content."""

from send_mail.serializers.fields import Detail
from send_mail.serializers.files import Upload, UploadRequest
from send_mail.serializers.inbox import CaughtFull, CaughtPage, ChaosState, ReleaseRequest
from send_mail.serializers.mails import (
    DraftRequest,
    MailBrief,
    MailFull,
    MailPage,
    MailRequest,
    ResendRequest,
)
from send_mail.serializers.queue import (
    LoginLinkAnswer,
    LoginLinkRequest,
    QueueState,
    QueueSwitch,
    RelayResult,
)

__all__ = (
    "CaughtFull",
    "CaughtPage",
    "ChaosState",
    "Detail",
    "DraftRequest",
    "LoginLinkAnswer",
    "LoginLinkRequest",
    "MailBrief",
    "MailFull",
    "MailPage",
    "MailRequest",
    "QueueState",
    "QueueSwitch",
    "RelayResult",
    "ReleaseRequest",
    "ResendRequest",
    "Upload",
    "UploadRequest",
)
