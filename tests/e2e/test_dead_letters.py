"""Messages that no worker can use, on a real broker: kept aside, never in a loop, mails go on."""

from __future__ import annotations

import json
import pickle
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Queue

from celerytutorial.queues import DEAD, MAILS
from tests.helpers import rabbit
from tests.helpers.needs import need_rabbitmq
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, environment, run
from tests.helpers.waiting import eventually

TASK = "send_mail.tasks.send_email_task"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    need_rabbitmq()
    port = free_port()
    with rabbit.plain_node(tmp_path_factory.mktemp("node") / "data", port):
        yield f"amqp://guest:guest@127.0.0.1:{port}//"


def depth(broker: str, queue: str) -> int:
    with Connection(broker) as connection, connection.channel() as channel:
        return int(channel.queue_declare(queue, passive=True).message_count)


def publish(broker: str, body: bytes, content_type: str, **headers: object) -> None:
    with Connection(broker) as connection, connection.channel() as channel:
        message = channel.prepare_message(
            body, content_type=content_type, content_encoding="utf-8", headers=headers
        )
        channel.basic_publish(message, exchange="", routing_key=MAILS)


def test_what_cannot_be_used_goes_to_the_dead_letters_and_mails_go_on(
    broker: str, tmp_path: Path
) -> None:
    # A queue of an earlier version, without the dead letters: the worker makes it anew.
    with Connection(broker) as connection, connection.channel() as channel:
        Queue(MAILS, routing_key=MAILS)(channel).declare()
    variables = environment(
        DJANGO_SETTINGS_MODULE="celerytutorial.settings",
        SECRET_KEY="dead-letters" * 5,
        DATABASE_URL=f"sqlite:///{tmp_path / 'db.sqlite3'}",
        CELERY_BROKER_URL=broker,
        EMAIL_URL="consolemail://",
        EVENTLET_NO_GREENDNS="yes",
    )
    prepared = run([sys.executable, "-m", "django", "prepare_database"], env=variables)
    assert prepared.returncode == 0, prepared.stderr
    words = ("-m", "celery", "-A", "celerytutorial", "worker", "-l", "INFO", "-P", "eventlet")
    worker = [sys.executable, *words, "-c", "4", "-E", "--without-gossip", "--without-mingle"]
    with Program(worker, env=variables) as program:
        program.wait_for("is made anew", 60)
        program.wait_for(" ready.", 60)
        arguments = [[1], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]
        task = {"task": TASK, "id": str(uuid.uuid4()), "lang": "py"}
        publish(broker, pickle.dumps(arguments), "application/x-python-serialize", **task)
        publish(broker, pickle.dumps({"task": TASK}), "application/x-python-serialize")
        publish(broker, b"{ no json", "application/json")
        publish(
            broker, json.dumps(arguments).encode(), "application/json", **{**task, "task": "x.y"}
        )
        eventually(lambda: depth(broker, DEAD) == 4, 30, lambda: f"four dead: {program.told()}")
        publish(broker, json.dumps(arguments).encode(), "application/json", **task)
        program.wait_for(f"Task {TASK}[{task['id']}] succeeded", 30)
        assert (depth(broker, MAILS), depth(broker, DEAD)) == (0, 4)
