"""What happened in a lab, as sentences for its story."""

from __future__ import annotations

from launcher.core.lab import Settle
from launcher.core.lab_events import (
    ConsumerGone,
    Consuming,
    Delivered,
    LabEvent,
    LabPhase,
    LabStands,
    Refused,
    Sent,
    Settled,
    Waiting,
    shown_body,
)
from launcher.core.matching import ExchangeKind

EXCHANGE_WORDS = {
    ExchangeKind.DEFAULT: "The default exchange has no name and no bindings of yours: the routing "
    "key is the name of the queue. This is what Celery uses for a simple queue.",
    ExchangeKind.DIRECT: "A direct exchange gives a message to every queue whose binding key "
    "equals the routing key.",
    ExchangeKind.FANOUT: "A fanout exchange gives a copy to every queue bound to it and looks at "
    "no key: publish/subscribe.",
    ExchangeKind.TOPIC: "A topic exchange compares words between dots: * is exactly one word, "
    "# any number of words, also none.",
    ExchangeKind.HEADERS: "A headers exchange compares the message's headers with each binding's "
    "arguments; the routing key plays no part.",
}
NO_BROKER = LabStands(
    LabPhase.FAILED,
    "The embedded broker cannot show this: it has no exchanges, no acknowledgements, no dead "
    "letters. The page says where a message would go, and why; nothing is sent.",
    "With RabbitMQ it also sends, consumes, acknowledges, and shows dead letters.",
)
_SETTLED = {
    Settle.ACK: "acknowledges {0}: RabbitMQ forgets it",
    Settle.REQUEUE: "gives {0} back: it is queued again",
    Settle.REJECT: "rejects {0}: it becomes a dead letter, or is gone",
}


def told(event: LabEvent) -> str:
    """The event in one sentence, "" for what the story need not hold."""
    match event:
        case LabStands(phase=LabPhase.OPEN):
            return f"The lab stands on its own virtual host {event.vhost}."
        case LabStands(phase=LabPhase.CLOSED):
            return "The lab's virtual host was removed, with all that was in it."
        case LabStands(phase=LabPhase.FAILED):
            return event.words
        case Sent(queues=None):
            return (
                f"{_number(event.number)} was taken by RabbitMQ, which did not say where it went."
            )
        case Sent(queues=()):
            return f"{_number(event.number)} reached no queue: RabbitMQ dropped it."
        case Sent():
            return f"{_number(event.number)} went to {', '.join(event.queues or ())}."
        case Delivered():
            return _delivered(event)
        case Settled():
            return f"{event.consumer} {_SETTLED[event.how].format(_number(event.number))}."
        case Consuming():
            return f"{event.consumer} consumes from {event.queue}."
        case ConsumerGone():
            held = "what it held goes" if event.held else "nothing was in its hands, nothing goes"
            return f"{event.consumer} {event.words}; {held} back to the queue."
        case Refused():
            return f"{event.words} {event.remedy}".strip()
        case LabStands() | Waiting():
            return ""


def shown_message(event: Delivered) -> str:
    """A message in a consumer's hands, in one line."""
    notes = [*(["redelivered"] if event.redelivered else []), *([event.died] if event.died else [])]
    more = f" ({', '.join(notes)})" if notes else ""
    return f"{_number(event.number)}{more} {shown_body(event.body, 60)}"


def _delivered(event: Delivered) -> str:
    again = " again" if event.redelivered else ""
    died = f", a dead letter: it {event.died}" if event.died else ""
    done = "" if event.held else ", which counts as done at once"
    return f"{event.consumer} gets {_number(event.number)}{again}{died}{done}."


def _number(number: int | None) -> str:
    return "A message of somebody else" if number is None else f"#{number}"
