"""What the API takes and gives, field by field; ``validation`` has the rules of content."""

from send_mail.serializers.fields import Detail
from send_mail.serializers.inbox import CaughtFull, CaughtPage
from send_mail.serializers.mails import MailBrief, MailFull, MailPage, MailRequest
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
    "Detail",
    "LoginLinkAnswer",
    "LoginLinkRequest",
    "MailBrief",
    "MailFull",
    "MailPage",
    "MailRequest",
    "QueueState",
    "QueueSwitch",
    "RelayResult",
)
