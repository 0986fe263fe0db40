"""The labs of the lessons: what stands on the lessons' virtual host, and is opened in the lab."""

from __future__ import annotations

from collections.abc import Mapping

from launcher.core.lab import AckMode, Lab, LabBinding, LabConsumer, LabMessage, LabQueue
from launcher.core.matching import ExchangeKind

TOPIC = Lab(
    "Lesson: exchanges",
    ExchangeKind.TOPIC,
    queues=(
        LabQueue("welcome-mails"),
        LabQueue("german"),
        LabQueue("two-words"),
        LabQueue("all-mail"),
    ),
    bindings=(
        LabBinding("welcome-mails", "mail.welcome.*"),
        LabBinding("german", "*.*.de"),
        LabBinding("two-words", "mail.*"),
        LabBinding("all-mail", "mail.#"),
    ),
    message=LabMessage("mail.reminder.de", body=b"a reminder in German"),
    note="Change the routing key, say where it goes, then send it.",
)
ANSWERS: Mapping[str, set[str]] = {
    "german and all": {"german", "all-mail"},
    "all": {"all-mail"},
    "three": {"german", "two-words", "all-mail"},
    "none": set(),
}
"""The queues that each choice of the lesson names, by the choice's key."""
_TWO = (LabQueue("german"), LabQueue("english"))
OTHER_KINDS = (
    Lab(
        "Direct",
        ExchangeKind.DIRECT,
        queues=_TWO,
        bindings=(LabBinding("german", "de"), LabBinding("english", "en")),
        message=LabMessage("de", body=b"Hallo"),
        note="keys de and en are bound, de is sent",
    ),
    Lab(
        "Fanout",
        ExchangeKind.FANOUT,
        queues=_TWO,
        bindings=(LabBinding("german"), LabBinding("english")),
        message=LabMessage("de", body=b"Hallo"),
        note="two queues are bound, de is sent",
    ),
    Lab(
        "Headers",
        ExchangeKind.HEADERS,
        queues=_TWO,
        bindings=(
            LabBinding("german", arguments=(("language", "de"),)),
            LabBinding("english", arguments=(("language", "en"),)),
        ),
        message=LabMessage("en", headers=(("language", "de"),), body=b"Hallo"),
        note="key en, header language=de",
    ),
    Lab(
        "Default",
        ExchangeKind.DEFAULT,
        queues=_TWO,
        message=LabMessage("english", body=b"Hello"),
        note="nothing is bound, english is sent",
    ),
)
"""One message each; the note says what is bound and sent."""

CARELESS = LabConsumer("careless", "acknowledged-at-once", AckMode.AUTOMATIC)
CAREFUL = LabConsumer("careful", "acknowledged-when-done", AckMode.BY_HAND, prefetch=0)
TAKER = LabConsumer("the next", "acknowledged-when-done", AckMode.AUTOMATIC)
HELD = Lab(
    "Lesson: acknowledgement",
    ExchangeKind.DEFAULT,
    queues=(LabQueue(CARELESS.queue), LabQueue(CAREFUL.queue)),
    consumers=(CARELESS, CAREFUL),
    message=LabMessage(CAREFUL.queue, body=b"work"),
    note="Send some, let a consumer die with messages in hand, and see which of them come back.",
)
SHARED = Lab(
    "Lesson: point-to-point",
    ExchangeKind.DEFAULT,
    queues=(LabQueue("work"),),
    consumers=(
        LabConsumer("worker 1", "work", AckMode.AUTOMATIC),
        LabConsumer("worker 2", "work", AckMode.AUTOMATIC),
    ),
    message=LabMessage("work", body=b"one mail to send"),
    note="Two consumers compete for one queue. Add a third and send again.",
)
SUBSCRIBED = Lab(
    "Lesson: publish/subscribe",
    ExchangeKind.FANOUT,
    queues=(LabQueue("mailer"), LabQueue("auditor")),
    bindings=(LabBinding("mailer"), LabBinding("auditor")),
    consumers=(
        LabConsumer("mailer", "mailer", AckMode.AUTOMATIC),
        LabConsumer("auditor", "auditor", AckMode.AUTOMATIC),
    ),
    message=LabMessage(body=b"a user has signed up"),
    note="Each queue gets a copy. Remove a binding and send again.",
)
