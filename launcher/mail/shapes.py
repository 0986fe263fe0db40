"""What the mail API takes and gives, as frozen data. Times are ISO 8601, "" when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail as it was written; addresses are checked by the API.

    `uploads` are ids of files that were uploaded to be attached, `keep` the indexes of attachments
    that a saved draft has already and keeps. `due_at` is when it shall go out, "" for now.
    """

    to: tuple[str, ...]
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    uploads: tuple[int, ...] = ()
    keep: tuple[int, ...] = ()
    due_at: str = ""


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in a list; `last_reply` is the mail server's own."""

    id: int
    state: str
    state_words: str
    final: bool
    to: tuple[str, ...]
    subject: str
    created_at: str
    due_at: str
    attempts: int
    last_code: int | None
    last_reply: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of the envelope; `words` explain the server's `reply`."""

    address: str
    state: str
    reply: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a timeline; `at_ms` counts from the moment the mail was saved."""

    event: str
    at: str
    at_ms: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to hand the mail over: how far it came and what the server said to it."""

    number: int
    worker: str
    began_at: str
    ended_at: str
    phase: str
    verdict: str
    code: int | None
    reply: str
    words: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail; `size` in bytes, `index` names it in its mail."""

    index: int
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Can:
    """What may be done with a mail as it stands."""

    resend: bool = False
    cancel: bool = False
    edit: bool = False
    delete: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail of the outbox with all that belongs to it.

    `resend_asks` says that it may have arrived, so that sending again needs the user's word.
    """

    row: MailRow
    sender: str
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    text: str
    html: str
    recipients: tuple[Recipient, ...]
    timeline: tuple[Step, ...]
    tries: tuple[Try, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    can: Can = field(default_factory=Can)
    resend_asks: bool = False


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A caught mail in a list; `mail_id` names the mail of our outbox that it is, if any."""

    id: int
    received_at: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    size: int
    mail_id: int | None


@dataclass(frozen=True, slots=True)
class InboxMail:
    """A caught mail with all that came."""

    row: InboxRow
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    source: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some results, newest first; `next` is the cursor of the page after, None at the end.

    `kept` is how many are kept at most, where the API says so.
    """

    results: tuple[T, ...]
    next: int | None
    kept: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """How many mails are in each state, whether sending is paused and why, and where mail goes.

    `safe_mode` is the one address that every mail goes to instead, "" when off. `server` and
    `release_to` are words for the mail server and for the real one; "" when there is none.
    """

    counts: Mapping[str, int]
    paused: bool
    reason: str
    safe_mode: str = ""
    server: str = ""
    release_to: str = ""


@dataclass(frozen=True, slots=True)
class Relayed:
    """What one run of the relay did."""

    published: int
    taken_back: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded and waits to be attached."""

    id: int
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Words:
    """What a template has, or gives when its variables are filled in."""

    subject: str = ""
    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A text to start a mail from; `variables` are the names that stand in it as {{ name }}."""

    id: int
    name: str
    words: Words
    variables: tuple[str, ...] = ()
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a mail repeats: every "day" or "week" `at` a time ("09:00"), or by a cron expression.

    `days` are those of the week, Monday is 0.
    """

    every: str = "day"
    at: str = "09:00"
    days: tuple[int, ...] = ()
    cron: str = ""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A rule in words, and when it is due next."""

    words: str
    next_at: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A mail that is sent again and again; `words` say its rule."""

    id: int
    draft: Draft
    rule: Rule
    time_zone: str
    enabled: bool
    words: str
    next_at: str
    last_at: str


@dataclass(frozen=True, slots=True)
class BatchLetter:
    """One text for many people, to each separately; `csv` has a header line and a line each."""

    subject: str
    text: str
    html: str
    csv: str
    uploads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A line of the list that is no recipient, and why."""

    line: int
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class BatchCheck:
    """What became of a list: how many recipients it has, and the lines that are none.

    `id` names the batch that was begun, None when the list was only checked.
    """

    id: int | None
    total: int
    refused: tuple[RefusedLine, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """How far a batch has come; `counts` by state, `final` of `total` are at their end."""

    id: int
    subject: str
    total: int
    final: int
    counts: Mapping[str, int]
    cancelled: bool


@dataclass(frozen=True, slots=True)
class Chaos:
    """How the catcher misbehaves; `left` mails are still treated so, None means all of them."""

    mode: str = "off"
    left: int | None = None
