"""The rows: outbox, timeline, attempts, templates, repeats, batches, the catcher's inbox, switches.

Owns shapes and indexes. Leaves every rule, the change of a state above all, to
``send_mail.states`` and ``send_mail.services``.
"""

from send_mail.models.inbox import CaughtMail, Chaos
from send_mail.models.outbox import (
    Attempt,
    Event,
    Mail,
    MailContent,
    MailCount,
    MailEvent,
    Route,
)
from send_mail.models.switches import LoginLink, Pause
from send_mail.models.writing import Batch, Repeat, RepeatFile, Template, Upload

__all__ = (
    "Attempt",
    "Batch",
    "CaughtMail",
    "Chaos",
    "Event",
    "LoginLink",
    "Mail",
    "MailContent",
    "MailCount",
    "MailEvent",
    "Pause",
    "Repeat",
    "RepeatFile",
    "Route",
    "Template",
    "Upload",
)
