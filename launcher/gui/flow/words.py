"""The words of the Flow page: numbers, places and ends of messages."""

from __future__ import annotations

from datetime import UTC, datetime

from launcher.core.explain import Tone
from launcher.core.flow_content import Content, plain
from launcher.core.flow_messages import Message, Place
from launcher.core.flow_topology import QueueNumbers
from launcher.gui.mail.words import STEPS as MAIL_STEPS
from launcher.mail import Mail

NOT_KNOWN = "–"

_PLACES = {
    Place.SENT: "waits in its queue",
    Place.RECEIVED: "with a worker, not begun",
    Place.RUNNING: "is executed",
}
_ENDS = {
    "succeeded": ("done", Tone.DONE),
    "failed": ("failed", Tone.FAILED),
    "retried": ("is tried again", Tone.TROUBLE),
    "revoked": ("revoked", Tone.OFF),
    "rejected": ("rejected", Tone.FAILED),
}
_MAILS = {
    "DELIVERED": ("mail delivered", Tone.DONE),
    "FAILED": ("mail failed", Tone.FAILED),
    "RETRYING": ("mail is tried again", Tone.TROUBLE),
    "UNKNOWN": ("mail may have arrived", Tone.TROUBLE),
    "QUEUED": ("mail waits", Tone.WAITING),
    "CANCELLED": ("mail was cancelled", Tone.OFF),
}
_STEPS = {
    "sent": "Published by",
    "received": "Received by",
    "started": "Begun by",
    "succeeded": "Done by",
    "failed": "Failed at",
    "retried": "To be tried again, by",
    "revoked": "Revoked at",
    "rejected": "Rejected by",
    "given back": "Back in its queue, from",
}


def rate(value: float | None) -> str:
    """Messages a second."""
    if value is None:
        return NOT_KNOWN
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def whole(value: int | None) -> str:
    """A count."""
    return NOT_KNOWN if value is None else f"{value:,}"


def queue_words(numbers: QueueNumbers) -> tuple[str, bool]:
    """How a queue stands, in a few words, and whether nobody takes what waits there."""
    ready = f"{whole(numbers.ready)} ready"
    if numbers.consumers == 0:
        return f"{ready} · no consumer", bool(numbers.ready)
    if numbers.unacked:
        return f"{ready} · {numbers.unacked:,} unacked", False
    return ready, False


def state_words(message: Message) -> tuple[str, Tone]:
    """Where a message is, or how it ended."""
    if message.place is not Place.ENDED:
        return _PLACES[message.place], Tone.WORKING if message.place else Tone.WAITING
    if message.end == "succeeded" and message.mail_state in _MAILS:
        return _MAILS[message.mail_state]
    return _ENDS.get(message.end, (message.end, Tone.DONE))


def dot_words(message: Message) -> str:
    """What is said beside a dot."""
    return f"{message.id}\n{message.task or 'task not known'}\n{state_words(message)[0]}"


def clock(at: float) -> str:
    """A time of day, with milliseconds."""
    local = datetime.fromtimestamp(at, UTC).astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"


def steps(message: Message, mail: Mail | None) -> list[tuple[str, str]]:
    """When and what: steps of the message, and of its mail, in the order of their times.

    The first is told by the clock, the others in milliseconds from there on.
    """
    all_ = []
    for step in message.steps:
        node = step.hostname.partition("@")[0]
        words = f"{_STEPS.get(step.word, step.word)} {node}".rstrip()
        all_.append((step.at, f"{words} · {step.detail}" if step.detail else words))
    for one in mail.timeline if mail is not None else ():
        at = _seconds(one.at)
        if at is not None:
            words = f"Mail {MAIL_STEPS.get(one.event, (one.event,))[0].lower()}"
            all_.append((at, f"{words} · {one.detail}" if one.detail else words))
    all_.sort(key=lambda one: one[0])
    return [
        (f"+{(at - all_[0][0]) * 1000:,.0f} ms" if number else clock(at), words)
        for number, (at, words) in enumerate(all_)
    ]


def _seconds(at: str) -> float | None:
    """Seconds since the epoch of a time that the mail API gave."""
    try:
        return datetime.fromisoformat(at).timestamp()
    except ValueError:
        return None


def message_text(message: Message, content: Content | None, why_not: str) -> str:
    """All that is known of a message, as text that can be copied."""
    lines = [
        f"id            {message.id}",
        f"task          {message.task or NOT_KNOWN}",
        f"arguments     {message.arguments or NOT_KNOWN} {message.keywords}".rstrip(),
        f"exchange      {message.exchange or '(default)'}" if message.routed else "",
        f"routing key   {message.key}" if message.routed else "",
        f"queue         {message.queue or NOT_KNOWN}",
        f"worker        {message.worker or NOT_KNOWN}",
        f"due           {message.eta}" if message.eta else "",
    ]
    text = plain("\n".join(line for line in lines if line))
    if content is None:
        text += f"\n\nHeaders and body: {why_not}"
    else:
        width = max((len(name) for name, _ in content.headers), default=0)
        pairs = "\n".join(f"{name:<{width}}  {value}" for name, value in content.headers)
        note = f" ({content.note})" if content.note else ""
        text += f"\n\nProperties and headers\n{pairs}\n\nBody{note}\n{content.body}"
    return f"{text}\n\n{plain(message.error)}" if message.error else text
