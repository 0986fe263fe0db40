"""The worker's side of the broker, where Celery's own would lose or slow something.

- A message that cannot be decoded or is no task's is rejected, so that it goes to the dead letters;
  Celery acknowledges it, and it is gone, or falls over it, and the worker ends.
- Queues are declared before Celery does it, the dead letters' first. A queue of an earlier version
  with other arguments is made anew: its messages are wake-ups, which the relay publishes again.
- Events of tasks are sent in groups on green, thread and solo pools too. Celery does that on
  prefork alone and says beside it that it should elsewhere (celery/worker/consumer/events.py).
"""

import logging
from typing import Any

from amqp.exceptions import PreconditionFailed
from celery import bootsteps
from celery.worker.consumer import Consumer as CeleryConsumer
from celery.worker.consumer.events import Events
from kombu import Queue

from celerytutorial.queues import DEAD, DEAD_QUEUE

EVENTS_AT_ONCE = 50
EVENTS_WAIT_SECONDS = 0.03

logger = logging.getLogger(__name__)


class GroupEvents(bootsteps.StartStopStep):  # type: ignore[misc, unused-ignore]  # Celery's classes may be untyped
    """Has the dispatcher of the consumer send events of tasks in groups."""

    requires = (Events,)

    def __init__(self, c: Any, **more: Any) -> None:
        self._waiting = False
        super().__init__(c, **more)

    def start(self, c: Any) -> None:
        """Change the dispatcher that this connection has got."""
        dispatcher = c.event_dispatcher
        if c.hub is not None or not dispatcher.enabled:
            return

        def flush() -> None:
            self._waiting = False
            _flush(dispatcher)

        def flush_soon() -> None:
            if not self._waiting:
                self._waiting = True
                c.timer.call_after(EVENTS_WAIT_SECONDS, flush)

        self._waiting = False
        dispatcher.buffer_group = frozenset({"task"})
        dispatcher.buffer_limit = EVENTS_AT_ONCE
        dispatcher.on_send_buffered = flush_soon

    def shutdown(self, c: Any) -> None:
        """Send what waits, before Celery closes the dispatcher's connection."""
        if c.event_dispatcher is not None and c.hub is None:
            _flush(c.event_dispatcher)


class Consumer(CeleryConsumer):  # type: ignore[misc, unused-ignore]  # Celery's classes may be untyped
    """Celery's consumer, but that it sees to its queues and loses no message."""

    def connect(self) -> Any:
        """Connect, and on AMQP see that every queue is there as it should be."""
        connection = super().connect()
        if connection.transport.driver_type == "amqp":
            for queue in (DEAD_QUEUE, *self.app.amqp.queues.values()):
                _declare(connection, queue)
        return connection

    def create_task_handler(self, *args: Any, **more: Any) -> Any:
        """Return Celery's handler, but that no content of a message ends the worker.

        Bytes without a type, or JSON that is a mere number, have Celery raise in its loop; as
        nothing acknowledged the message, it would end every worker that comes after, too.
        """
        handle = super().create_task_handler(*args, **more)

        def handle_any(message: Any) -> None:
            try:
                handle(message)
            except (TypeError, ValueError, LookupError, AttributeError) as error:
                if message.acknowledged:
                    raise
                self.on_decode_error(message, error)

        return handle_any

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """Reject the message: the broker moves it to the dead letters."""
        logger.error("A message that cannot be decoded goes to %s: %s", DEAD, exc)
        message.reject()


def _flush(dispatcher: Any) -> None:
    """Send what waits. Monitors may miss an event for a lost connection's sake; no mail does."""
    try:
        dispatcher.flush()
    except Exception:
        logger.debug("Events could not be sent", exc_info=True)


def _declare(connection: Any, queue: Queue) -> None:
    try:
        with connection.channel() as channel:
            queue(channel).declare()
    except PreconditionFailed:
        # The channel is gone with its error; the connection lives.
        logger.warning("Queue %s is of an earlier version and is made anew", queue.name)
        with connection.channel() as channel:
            queue(channel).delete()
            queue(channel).declare()
