"""Django's mail API, as the window and the terminal use it: blocking HTTP, no Qt, no thread.

`shapes` are questions and answers as data, `errors` the words for how asking fails, `reading` and
`writing` make the ones from JSON and JSON from them, `transport` asks, `client` has a method for
each thing that can be asked.
"""

from launcher.mail.client import MailClient
from launcher.mail.errors import LARGEST_FILES, MailRefused, MailUnavailable
from launcher.mail.shapes import (
    Attachment,
    Batch,
    BatchCheck,
    BatchLetter,
    Can,
    Chaos,
    Draft,
    InboxMail,
    InboxRow,
    Mail,
    MailRow,
    Meaning,
    Page,
    Queue,
    Recipient,
    RefusedLine,
    Relayed,
    Repeat,
    Rule,
    Step,
    Template,
    Try,
    Upload,
    Words,
)

__all__ = [
    "LARGEST_FILES",
    "Attachment",
    "Batch",
    "BatchCheck",
    "BatchLetter",
    "Can",
    "Chaos",
    "Draft",
    "InboxMail",
    "InboxRow",
    "Mail",
    "MailClient",
    "MailRefused",
    "MailRow",
    "MailUnavailable",
    "Meaning",
    "Page",
    "Queue",
    "Recipient",
    "RefusedLine",
    "Relayed",
    "Repeat",
    "Rule",
    "Step",
    "Template",
    "Try",
    "Upload",
    "Words",
]
