"""The queues: what each is for, and where a message goes that no worker can use.

A mail's message is a wake-up, so none of these queues holds anything that is not in a row. Classic
queues and the dead letters are reasoned in docs/decisions/0012-queues.md.
"""

from kombu import Exchange, Queue

MAILS = "celery"
RELAY = "celery.relay"
DEAD = "celery.dead"
DEAD_KEPT = 1000
"""Dead letters are kept to be looked at; the oldest of more than so many go."""

# The relay has a queue of its own: it must not wait behind a thousand mails, and the depth of
# `celery` is then the number of mails. A tick that nobody took in time is worth nothing.
TASK_QUEUES = [
    Queue(
        MAILS,
        Exchange(MAILS),
        routing_key=MAILS,
        queue_arguments={"x-dead-letter-exchange": DEAD, "x-dead-letter-routing-key": DEAD},
    ),
    Queue(RELAY, Exchange(RELAY), routing_key=RELAY, queue_arguments={"x-max-length": 1}),
]

# Declared by the worker and consumed by nobody.
DEAD_QUEUE = Queue(
    DEAD,
    Exchange(DEAD),
    routing_key=DEAD,
    queue_arguments={"x-max-length": DEAD_KEPT},
)
