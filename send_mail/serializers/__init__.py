"""What the API takes and gives, field by field; ``validation`` has the rules of content."""

from send_mail.serializers.batches import BatchAnswer, BatchPage, BatchRequest, BatchState
from send_mail.serializers.fields import Detail
from send_mail.serializers.files import Upload, UploadRequest
from send_mail.serializers.inbox import CaughtFull, CaughtPage, ChaosState, ReleaseRequest
from send_mail.serializers.mails import (
    ClearRequest,
    Count,
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
from send_mail.serializers.repeats import (
    RepeatFull,
    RepeatPage,
    RepeatRequest,
    RuleMeaning,
    RuleRequest,
)
from send_mail.serializers.templates import (
    Rendered,
    RenderRequest,
    TemplateFull,
    TemplatePage,
    TemplateRequest,
)

__all__ = (
    "BatchAnswer",
    "BatchPage",
    "BatchRequest",
    "BatchState",
    "CaughtFull",
    "CaughtPage",
    "ChaosState",
    "ClearRequest",
    "Count",
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
    "RenderRequest",
    "Rendered",
    "RepeatFull",
    "RepeatPage",
    "RepeatRequest",
    "ResendRequest",
    "RuleMeaning",
    "RuleRequest",
    "TemplateFull",
    "TemplatePage",
    "TemplateRequest",
    "Upload",
    "UploadRequest",
)
