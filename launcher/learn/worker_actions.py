"""Actions with workers: nobody takes from a queue, beat's rhythm, monitors, one worker more."""

from __future__ import annotations

import base64
import http.client
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from launcher.core.lessons import Seen
from launcher.learn.mail_actions import delivered_after
from launcher.learn.stage import LessonError, Stage, Tell
from launcher.runtime.broker_connection import is_embedded, let_go, open_channel, open_connection
from launcher.runtime.celery_events import Event
from launcher.runtime.management import ManagementError
from launcher.runtime.remote_control import RemoteControl

QUEUE = "celery"
RELAY = "send_mail.tasks.relay"
TICKS = 3
MAILS = 20
_PATIENCE = 15.0
_START = 60.0
_EMBEDDED_LOOKS = 3.0
_MOST_BYTES = 4 * 1024 * 1024


def waiting(stage: Stage, tell: Tell) -> str:
    """A mail is published while no worker takes from the queue."""
    stage.need_inbox()
    with stage.control() as control:
        with _nobody_takes(stage, control):
            tell(Seen("Workers that take from the queue", "none: they were told to stop taking"))
            mail = stage.send("Lesson: nobody takes it")
            stage.wait_for(lambda: bool(_depth(control)), _PATIENCE, "The message in the queue")
            tell(Seen("Messages that wait in the queue", str(_depth(control))))
            stage.pause(1)
            state = stage.sent(mail).row.state
            tell(Seen("The mail, a second later", stage.sent(mail).row.state_words))
        stage.wait_delivered([mail], _PATIENCE)
        took = delivered_after(stage, mail)
        tell(Seen("Once workers take again, it is delivered", f"{took:.1f} s after it was saved"))
    tell(Seen("Brokers that Celery can speak to here", _brokers()))
    return "kept" if state == "QUEUED" else "refused"


def schedule(stage: Stage, tell: Tell) -> str:
    """Beat's next ticks: who publishes, who runs them, how far apart."""
    sent, received = _Ticks("task-sent"), _Ticks("task-received")

    def take(batch: list[Event]) -> None:
        for event in batch:
            sent.take(event)
            received.take(event)

    leave = stage.running.events.subscribe(take)
    try:
        stage.wait_for(
            lambda: len(sent.seen) >= TICKS and len(received.seen) >= TICKS,
            _PATIENCE,
            f"{TICKS} ticks of beat",
        )
    finally:
        leave()
    first = sent.seen[0]["at"]
    for number, event in enumerate(sent.seen[:TICKS], 1):
        after = event["at"] - first
        tell(Seen(f"Tick {number}, published by {event['hostname']}", f"at {after:.2f} s", after))
    takers = {str(event["hostname"]) for event in received.seen}
    tell(Seen("Taken from the queue by", ", ".join(sorted(takers))))
    return "worker" if takers <= set(stage.workers()) else "beat"


def monitors(stage: Stage, tell: Tell) -> str:
    """One mail, as Flower tells of it, and as RabbitMQ does."""
    stage.need_inbox()
    mail = stage.send("Lesson: seen by monitors")
    stage.wait_delivered([mail], _PATIENCE)
    found: list[dict[str, Any]] = []

    def told() -> bool:
        found[:] = [
            each
            for each in _flower(stage, "/api/tasks?limit=20&sort_by=-received").values()
            if str(each.get("args", "")).strip("()[], ") == str(mail)
            and each.get("state") == "SUCCESS"
        ]
        return bool(found)

    stage.wait_for(told, _PATIENCE, "The task in Flower")
    task = found[0]
    seconds = float(task.get("runtime") or 0)
    tell(Seen("Flower: the task", f"{task['name']}, arguments {task['args']}"))
    tell(Seen("Flower: how it went", f"{task['state']} in {seconds:.3f} s on {task['worker']}"))
    queue = _queue(stage)
    if queue is None:
        tell(Seen("RabbitMQ's dashboard", "not here: the embedded broker has none"))
        return "flower"
    tell(
        Seen(
            f"RabbitMQ: the queue {QUEUE}",
            f"{queue.get('messages_ready', 0)} ready, "
            f"{queue.get('messages_unacknowledged', 0)} unacknowledged, "
            f"{queue.get('consumers', 0)} consumers",
        )
    )
    named = str(task["name"]) in json.dumps(queue)
    tell(Seen("RabbitMQ: the task's name", "told" if named else "not told: it sees messages"))
    return "both" if named else "flower"


def more_workers(stage: Stage, tell: Tell) -> str:
    """A second worker for the length of the lesson, and how they share twenty mails."""
    stage.need_inbox()
    broker = urlsplit(stage.running.secret("broker_url"))
    tell(
        Seen("What a worker is told of the others", f"{broker.scheme}://…@{_place(broker.netloc)}")
    )
    settings = stage.running.settings
    before = settings.now.workers
    if before > 3:
        raise LessonError("There are four workers already.", "Remove one on the Services page.")
    known = set(stage.workers())
    django = stage.running.statuses()["django"].pid
    settings.change({("workers",): before + 1})
    try:
        stage.wait_for(lambda: len(stage.workers()) > len(known), _START, "The new worker")
        added = set(stage.workers()) - known
        tell(Seen("Started", ", ".join(sorted(added))))
        with stage.catcher_does("slow", MAILS):
            mails = [stage.send(f"Lesson: {each} of {MAILS}") for each in range(1, MAILS + 1)]
            stage.wait_delivered(mails, _START)
        done = Counter(stage.sent(mail).tries[-1].worker for mail in mails)
    finally:
        settings.change({("workers",): before})
    same = stage.running.statuses()["django"].pid == django
    tell(Seen("Django meanwhile", f"{'the same' if same else 'another'} process ({django})"))
    for worker, count in sorted(done.items()):
        tell(Seen(worker, f"sent {count} of {MAILS} mails"))
    return "nothing" if same and added & set(done) else "django"


class _Ticks:
    """Events of one type about the relay, once each."""

    def __init__(self, kind: str) -> None:
        self._kind = kind
        self.seen: list[Event] = []

    def take(self, event: Event) -> None:
        """Keep it if it is one."""
        if event.get("type") == self._kind and event.get("name") == RELAY:
            self.seen.append(event)


@contextmanager
def _nobody_takes(stage: Stage, control: RemoteControl) -> Iterator[None]:
    workers = stage.workers()
    try:
        for worker in workers:
            control.stop_consuming(worker, QUEUE)
        # A worker answers before it has told the broker.
        stage.wait_for(lambda: not _consumers(stage), _PATIENCE, "A queue that nobody takes from")
        yield
    finally:
        for worker in workers:
            control.consume(worker, QUEUE)


def _depth(control: RemoteControl) -> int:
    return control.depths([QUEUE])[QUEUE] or 0


def _consumers(stage: Stage) -> int:
    """How many take from the queue now, by the broker's own word."""
    from amqp.exceptions import AMQPError  # noqa: PLC0415 - 7 MB, when first needed

    connection = open_connection(stage.running.secret("broker_url"), _PATIENCE)
    try:
        if is_embedded(connection):
            # Files know of nobody who reads them: give the worker the time of a few looks.
            stage.pause(_EMBEDDED_LOOKS)
            return 0
        found = open_channel(connection).queue_declare(QUEUE, passive=True)
        return int(found.consumer_count)
    except (OSError, AMQPError) as error:
        raise LessonError(f"The broker was not reached: {error}.", "Restart it.") from error
    finally:
        let_go(connection)


def _brokers() -> str:
    from kombu.transport import TRANSPORT_ALIASES  # noqa: PLC0415 - 7 MB, when first needed

    named = {"amqp": "amqp (RabbitMQ)", "redis": "redis", "sqs": "sqs", "filesystem": "filesystem"}
    return ", ".join(words for name, words in named.items() if name in TRANSPORT_ALIASES)


def _place(netloc: str) -> str:
    return netloc.rpartition("@")[2]


def _flower(stage: Stage, path: str) -> dict[str, Any]:
    spec = stage.running.specs()["flower"]
    user, secret = spec.probe.user, spec.probe.secret
    login = base64.b64encode(f"{user}:{stage.running.secret(secret)}".encode()).decode()
    connection = http.client.HTTPConnection(spec.address, spec.port, timeout=5)
    try:
        connection.request("GET", path, headers={"Authorization": f"Basic {login}"})
        answer = connection.getresponse()
        body = answer.read(_MOST_BYTES)
        if answer.status != http.HTTPStatus.OK:
            raise LessonError(f"Flower answers with status {answer.status}.", "Restart Flower.")
        found = json.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise LessonError(f"Flower was not reached: {error}.", "Start Flower.") from error
    finally:
        connection.close()
    return found if isinstance(found, dict) else {}


def _queue(stage: Stage) -> dict[str, Any] | None:
    client = stage.running.management()
    if client is None:
        return None
    vhost = urlsplit(stage.running.secret("broker_url")).path[1:] or "/"
    try:
        return dict(client.get("queues", vhost, QUEUE))
    except ManagementError as error:
        raise LessonError(error.words, error.remedy) from error
    finally:
        client.close()
