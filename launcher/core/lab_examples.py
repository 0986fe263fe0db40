"""Labs to begin with, one an idea; each note says what to try."""

from __future__ import annotations

from launcher.core.lab import AckMode, Lab, LabBinding, LabConsumer, LabMessage, LabQueue
from launcher.core.matching import ExchangeKind, HeaderMatch

WORK_QUEUE = Lab(
    "Work queue: point-to-point",
    ExchangeKind.DEFAULT,
    queues=(LabQueue("mails"),),
    consumers=(LabConsumer("worker-1", "mails"), LabConsumer("worker-2", "mails")),
    message=LabMessage("mails", body=b"one mail to send"),
    note="Two consumers compete for one queue: each message goes to one of them. Send ten, then "
    "let one worker die with a message in hand and see the other get it.",
)
PUBLISH_SUBSCRIBE = Lab(
    "Publish/subscribe",
    ExchangeKind.FANOUT,
    queues=(LabQueue("send-mail"), LabQueue("write-audit"), LabQueue("update-search")),
    bindings=(LabBinding("send-mail"), LabBinding("write-audit"), LabBinding("update-search")),
    consumers=(
        LabConsumer("mailer", "send-mail", AckMode.AUTOMATIC),
        LabConsumer("auditor", "write-audit", AckMode.AUTOMATIC),
    ),
    message=LabMessage(body=b"a user has signed up"),
    note="Every queue gets a copy of its own, whoever consumes it. Compare with the work queue: a "
    "queue is shared, an exchange is heard by all.",
)
SEVERITIES = Lab(
    "Direct: by severity",
    ExchangeKind.DIRECT,
    queues=(LabQueue("disk"), LabQueue("pager")),
    bindings=(
        LabBinding("disk", "info"),
        LabBinding("disk", "warning"),
        LabBinding("disk", "error"),
        LabBinding("pager", "error"),
    ),
    message=LabMessage("error", body=b"no space left"),
    note="The routing key must equal the binding key. Send info, then error, then Error.",
)
ANIMALS = Lab(
    "Topic: word by word",
    ExchangeKind.TOPIC,
    queues=(LabQueue("orange"), LabQueue("rabbits"), LabQueue("lazy")),
    bindings=(
        LabBinding("orange", "*.orange.*"),
        LabBinding("rabbits", "*.*.rabbit"),
        LabBinding("lazy", "lazy.#"),
    ),
    message=LabMessage("quick.orange.rabbit", body=b"speed.colour.species"),
    note="* is exactly one word, # any number of words. Guess before you send: "
    "lazy.orange.elephant, quick.orange.new.rabbit, lazy.",
)
REPORTS = Lab(
    "Headers: all or any",
    ExchangeKind.HEADERS,
    queues=(LabQueue("pdf-reports"), LabQueue("either"), LabQueue("signed")),
    bindings=(
        LabBinding("pdf-reports", arguments=(("format", "pdf"), ("type", "report"))),
        LabBinding(
            "either", arguments=(("format", "pdf"), ("type", "report")), match=HeaderMatch.ANY
        ),
        LabBinding("signed", arguments=(("signature", None),)),
    ),
    message=LabMessage(headers=(("format", "pdf"), ("type", "log")), body=b"%PDF"),
    note="The routing key plays no part. A name without a value only asks for the header's "
    "presence.",
)
DEAD_LETTERS = Lab(
    "Dead letters and time to live",
    ExchangeKind.DIRECT,
    queues=(LabQueue("orders", 8000, "failed-orders"), LabQueue("failed-orders")),
    bindings=(LabBinding("orders", "order"),),
    consumers=(LabConsumer("shop", "orders", prefetch=2),),
    message=LabMessage("order", body=b"three carrots"),
    note="Reject an order and it becomes a dead letter; stop the shop, send one, and after eight "
    "seconds it is one too. Requeue, and it comes back as redelivered.",
)
EXAMPLES = (ANIMALS, WORK_QUEUE, PUBLISH_SUBSCRIBE, SEVERITIES, REPORTS, DEAD_LETTERS)
