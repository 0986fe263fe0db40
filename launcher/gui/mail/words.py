"""Mails as the lists and panes say them; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from launcher.core.explain import Tone
from launcher.mail import Batch, Chaos, InboxRow, MailRow, Recipient, Step, Try

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

STEPS: Mapping[str, tuple[str, Tone]] = {
    "drafted": ("Draft saved", Tone.READY),
    "queued": ("Queued", Tone.READY),
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

RECIPIENT_TONES: Mapping[str, Tone] = {
    "waiting": Tone.WAITING,
    "delivered": Tone.READY,
    "deferred": Tone.TROUBLE,
    "unknown": Tone.TROUBLE,
    "failed": Tone.FAILED,
}

CHAOS_WORDS: Mapping[str, tuple[str, str]] = {
    "off": ("Behaves well", ""),
    "451": ("Says “try later” (451)", "says “try again later” (451) to"),
    "535": ("Refuses the login (535)", "refuses the login (535) for"),
    "552": ("Says “too big” (552)", "says “too big” (552) to"),
    "slow": ("Is slow", "answers slowly to"),
    "drop_before_dot": ("Hangs up before the final dot", "hangs up before the final dot of"),
    "drop_after_dot": ("Hangs up after the final dot", "hangs up after the final dot of"),
}
"""How the catcher misbehaves: as a choice, and as the verb of a sentence."""

SERVER_LETTERS = 26
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


def try_words(one: Try) -> str:
    """One attempt in a line: "2 · 14:12:03 · 0.4 s · RCPT · 451 4.3.0 mailbox busy"."""
    parts = [str(one.number), clock(one.began_at), _took(one), one.phase, one.reply or one.words]
    return " · ".join(part for part in parts if part)


def recipient_words(one: Recipient) -> str:
    """What became of one recipient: the server's reply and our words for it."""
    return " · ".join(part for part in (one.reply, one.words) if part) or one.state


def batch_counts(batch: Batch) -> str:
    """How far a batch has come: "998 of 1,000 at their end · 990 delivered · 8 failed"."""
    states = [
        f"{count:,} {STATE_WORDS.get(state, state).lower()}"
        for state, count in batch.counts.items()
        if count
    ]
    return " · ".join([f"{batch.final:,} of {batch.total:,} at their end", *states])


def chaos_sentence(chaos: Chaos) -> str:
    """What the catcher does to mails now: "The catcher says ... (451) to the next 3 mails."."""
    verb = CHAOS_WORDS.get(chaos.mode, ("", ""))[1] or f"misbehaves ({chaos.mode}) to"
    which = "every mail"
    if chaos.left is not None:
        which = "the next mail" if chaos.left == 1 else f"the next {chaos.left:,} mails"
    return f"The catcher {verb} {which}."


def server_brief(server: str) -> str:
    """The mail server in a few letters: its name, where it has one, else its address."""
    address, _, rest = server.partition(" (")
    brief = rest.rstrip(")") or address
    return brief if len(brief) <= SERVER_LETTERS else f"{brief[: SERVER_LETTERS - 1]}…"


def _took(one: Try) -> str:
    if not one.began_at or not one.ended_at:
        return ""
    began, ended = datetime.fromisoformat(one.began_at), datetime.fromisoformat(one.ended_at)
    return f"{(ended - began).total_seconds():.1f} s"
