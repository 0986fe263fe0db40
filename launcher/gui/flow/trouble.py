"""What the Flow page cannot show, in words: why, and what helps."""

from __future__ import annotations

from launcher.runtime.celery_events import EventsState
from launcher.runtime.flow_source import Look

EMBEDDED = (
    "The embedded broker shows queues, messages and workers. It has no bindings but by name, "
    "counts no rates and consumers, and keeps no message that was taken."
)


def trouble_words(look: Look | None, events: EventsState, remedy: str) -> tuple[str, str, bool]:
    """The one sentence that matters most, what helps, and whether it is trouble.

    `remedy` is how to get RabbitMQ instead of the embedded broker.
    """
    trouble = None if look is None else look.broker or look.management
    if trouble is not None:
        return trouble.words, trouble.remedy, True
    if events.problem:
        return events.problem, "", True
    if look is not None and look.embedded:
        return EMBEDDED, remedy, False
    if events.clocks:
        return events.clocks, "", False
    if events.unreadable:
        return f"{events.unreadable:,} of Celery's events could not be read.", "", False
    return "", "", False


def why_no_content(look: Look | None, *, wanted: bool) -> str:
    """Why headers and body of a message are not there."""
    if look is not None and look.embedded:
        return "the embedded broker keeps none once the message is taken."
    if not wanted:
        return "press Record contents to have RabbitMQ copy what comes from then on."
    if look is not None and look.no_contents:
        return look.no_contents
    if look is not None and look.management is not None:
        return "RabbitMQ's management, which has them copied, does not answer."
    return (
        "not recorded. RabbitMQ copies messages for this page while it is open and few come; this "
        "one was published before, or among too many."
    )
