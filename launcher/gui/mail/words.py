"""Mails as the lists and panes say them; pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html.parser import HTMLParser

from launcher.core.explain import Tone
from launcher.mail import Draft, InboxRow, MailRow, Step

STATE_TONES: Mapping[str, Tone] = {
    "DRAFT": Tone.OFF,
    "QUEUED": Tone.WAITING,
    "SCHEDULED": Tone.WAITING,
    "SENDING": Tone.WORKING,
    "DELIVERED": Tone.READY,
    "RETRYING": Tone.TROUBLE,
    "UNKNOWN": Tone.TROUBLE,
    "FAILED": Tone.FAILED,
    "CANCELLED": Tone.OFF,
}

STATE_WORDS: Mapping[str, str] = {
    "DRAFT": "Draft",
    "QUEUED": "Queued",
    "SCHEDULED": "Scheduled",
    "SENDING": "Sending",
    "DELIVERED": "Delivered",
    "RETRYING": "Retrying",
    "UNKNOWN": "May have arrived",
    "FAILED": "Failed",
    "CANCELLED": "Cancelled",
}

CANCELLABLE = frozenset({"DRAFT", "QUEUED", "SCHEDULED", "RETRYING"})
RESENDABLE = frozenset({"DELIVERED", "RETRYING", "UNKNOWN", "FAILED", "CANCELLED"})

STEPS: Mapping[str, tuple[str, Tone]] = {
    "saved": ("Saved", Tone.READY),
    "published": ("Published to the broker", Tone.READY),
    "received": ("Received by the worker", Tone.READY),
    "sending": ("Handed to the mail server", Tone.READY),
    "delivered": ("Delivered", Tone.READY),
    "retrying": ("Not now, will be tried again", Tone.TROUBLE),
    "failed": ("Failed", Tone.FAILED),
    "unknown": ("The connection was lost: it may have arrived", Tone.TROUBLE),
    "returned": ("Taken back into the queue", Tone.TROUBLE),
    "quarantined": ("Set aside: its worker died several times", Tone.FAILED),
    "cancelled": ("Cancelled", Tone.OFF),
    "resent": ("Sent again, as asked", Tone.READY),
}

SHOWN_LETTERS = 200_000
SHOWN_LINE = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list: its mark, two texts, and a short one at the right."""

    id: int
    tone: Tone
    title: str
    subtitle: str
    aside: str


def outbox_entry(row: MailRow) -> Entry:
    """A mail as the outbox lists it."""
    return Entry(
        row.id,
        STATE_TONES.get(row.state, Tone.OFF),
        row.subject or "(no subject)",
        addressees(row.to),
        STATE_WORDS.get(row.state, row.state),
    )


def inbox_entry(row: InboxRow) -> Entry:
    """A mail as the inbox lists it."""
    return Entry(
        row.id,
        Tone.DONE,
        row.subject or "(no subject)",
        f"to {addressees(row.recipients)}",
        clock(row.received_at),
    )


def addressees(addresses: Sequence[str]) -> str:
    """ "a@example.com", "a@example.com and 2 more"."""
    if not addresses:
        return "nobody"
    rest = len(addresses) - 1
    return f"{addresses[0]} and {rest} more" if rest else addresses[0]


def split_addresses(text: str) -> tuple[str, ...]:
    """What stands in an address field, parted by commas, semicolons or lines."""
    return tuple(part.strip() for part in re.split(r"[,;\n]", text) if part.strip())


def clock(iso: str, *, fine: bool = False) -> str:
    """The local time of an ISO 8601 moment: "14:12:03", "14:12:03.201"; "" when there is none."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone()
    return at.strftime("%H:%M:%S") + (f".{at.microsecond // 1000:03d}" if fine else "")


def day_and_clock(iso: str) -> str:
    """The local date and time: "14 Mar 2026, 14:12:03"."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone()
    return f"{at.day} {at.strftime('%b %Y, %H:%M:%S')}"


def offset(step: Step) -> str:
    """When a step was, since the mail was saved: "+ 9 ms", "+ 1.2 s", "+ 3 min"."""
    if step.at_ms < 1_000:
        return f"+ {step.at_ms} ms"
    if step.at_ms < 120_000:
        return f"+ {step.at_ms / 1_000:.1f} s"
    if step.at_ms < 7_200_000:
        return f"+ {step.at_ms // 60_000} min"
    return clock(step.at)


def outlook(row: MailRow) -> str:
    """What a mail that is not at its end waits for; "" when it is."""
    match row.state:
        case "RETRYING":
            return f"Next attempt at {clock(row.due_at)}"
        case "SCHEDULED":
            return f"Will be sent at {day_and_clock(row.due_at)}"
        case "QUEUED":
            return "Waits for the worker"
        case "SENDING":
            return "The mail server has not answered yet"
        case _:
            return ""


def bounded(text: str) -> str:
    """Text that a pane can show at once, however large or long-lined a mail is."""
    cut = text[:SHOWN_LETTERS]
    lines = [
        line if len(line) <= SHOWN_LINE else f"{line[:SHOWN_LINE]} … [line cut]"
        for line in cut.splitlines()
    ]
    if len(text) > SHOWN_LETTERS:
        lines.append(f"… [{len(text) - SHOWN_LETTERS:,} more letters are not shown]")
    return "\n".join(lines)


class _Words(HTMLParser):
    """Collects what a reader would see, without ever rendering anything."""

    _BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"})
    _HIDDEN = frozenset({"script", "style", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in self._HIDDEN
        if tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in self._BREAKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(re.sub(r"\s+", " ", data))


def html_as_text(html: str) -> str:
    """The words of an HTML mail as plain text: nothing is rendered, nothing is loaded."""
    words = _Words()
    words.feed(html[:SHOWN_LETTERS])
    words.close()
    lines = (line.strip() for line in "".join(words.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class DraftKey:
    """The idempotency key of what is being written.

    The same mail submitted again after a lost answer keeps its key, so it is saved once; another
    mail, or a changed one, gets a new key.
    """

    def __init__(self) -> None:
        self._draft: Draft | None = None
        self._key = ""

    def of(self, draft: Draft) -> str:
        """The key to submit this draft with."""
        if draft != self._draft:
            self._draft, self._key = draft, uuid.uuid4().hex
        return self._key

    def spent(self) -> None:
        """The draft was accepted: the next mail is another one, even with the same words."""
        self._draft = None
