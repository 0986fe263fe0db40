"""Wake-ups on a real broker: taken by a worker's eyes as Celery's own, confirmed, never in the way.

In processes of their own: the settings of this one are those of the unit tests.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.helpers import rabbit
from tests.helpers.ports import free_port
from tests.helpers.programs import ROOT, environment, run

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.usefixtures("with_rabbitmq"),
]
PREPARE = """
import json, os, signal, sys, time
import django; django.setup()
from celery import current_app as app
from send_mail.services.wakeup_line import Wakeup, WakeupLine
TASK = "send_mail.tasks.send_email_task"
def group(*numbers): return [Wakeup(TASK, f"mail-{n}-1", n) for n in numbers]
def depth():
    with app.connection_for_read() as connection:
        queue = app.amqp.default_queue(connection.channel())
        return queue.queue_declare(passive=True).message_count
def taken():
    with app.connection_for_read() as connection:
        queue, found = app.amqp.default_queue(connection.channel()), []
        while (message := queue.get(no_ack=True)) is not None: found.append(message)
        return found
line = WakeupLine()
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A node's URL and the process id of its virtual machine."""
    port = free_port()
    with rabbit.plain_node(tmp_path_factory.mktemp("node"), port) as node:
        tree = [node.pid, *(child.pid for child in psutil.Process(node.pid).children(True))]
        beam = next(pid for pid in tree if psutil.Process(pid).name().startswith("beam"))
        yield f"amqp://guest:guest@127.0.0.1:{port}//", beam


def answer_of(code: str, url: str, folder: Path, *words: str) -> Any:
    """Run *code* in a process of the project and return the JSON it prints last."""
    env = environment(
        CELERY_BROKER_URL=url,
        DJANGO_SETTINGS_MODULE="celerytutorial.settings",
        SECRET_KEY="x" * 50,
        DATABASE_URL=f"sqlite:///{folder / 'db.sqlite3'}",
    )
    done = run([sys.executable, "-c", PREPARE + code, *words], env=env, folder=ROOT)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_a_group_is_in_the_queue_once_it_is_sent_and_reads_as_celerys_own(
    broker: tuple[str, int], tmp_path: Path
) -> None:
    code = """
line.send(group(*range(1, 51)))
at_once = depth()
ours = taken()
app.send_task(TASK, args=[7], task_id="mail-7-1")
theirs = taken()[0]
both = (ours[6], theirs)
print(json.dumps({"depth": at_once, "bodies": [m.decode()[0] for m in ours],
    "headers": [m.headers for m in both], "decoded": [m.decode() for m in both],
    "properties": [{**m.properties, "type": m.content_type} for m in both]}))
"""
    found = answer_of(code, broker[0], tmp_path)
    assert found["depth"] == 50
    assert found["bodies"] == [[number] for number in range(1, 51)]
    assert found["decoded"][0] == found["decoded"][1]
    # The origin names the process; results are ignored by setting; nobody is to be replied to.
    assert differing(*found["headers"]) <= {"origin", "ignore_result"}
    assert differing(*found["properties"]) <= {
        "application_headers",
        "reply_to",
        "priority",
    }


def differing(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    return {key for key in one | other if one.get(key) != other.get(key)}


def test_monitors_are_told_of_each_in_one_message(broker: tuple[str, int], tmp_path: Path) -> None:
    code = """
seen = []
receiver = app.events.Receiver(app.connection_for_read(), handlers={"task-sent": seen.append})
with receiver.consumer_context() as (connection, channel, consumers):
    line.send(group(1, 2, 3))
    while len(seen) < 3: connection.drain_events(timeout=5)
taken()
print(json.dumps([[e["uuid"], e["queue"], e["name"]] for e in seen]))
"""
    assert answer_of(code, broker[0], tmp_path) == [
        [f"mail-{n}-1", "celery", "send_mail.tasks.send_email_task"] for n in (1, 2, 3)
    ]


def test_a_connection_that_died_unseen_is_made_anew(
    broker: tuple[str, int], tmp_path: Path
) -> None:
    code = """
line.send(group(1))
import socket
line._channel._channel.connection.transport.sock.shutdown(socket.SHUT_RDWR)
line.send(group(2, 3))
print(json.dumps([m.decode()[0][0] for m in taken()]))
"""
    assert answer_of(code, broker[0], tmp_path) == [1, 2, 3]


def test_a_broker_that_hangs_is_given_up_and_taken_up_again(
    broker: tuple[str, int], tmp_path: Path
) -> None:
    code = """
beam = int(sys.argv[1])
line.send(group(1))
os.kill(beam, signal.SIGSTOP)
try:
    line.send(group(2)); outcome = "sent"
except Exception as error: outcome = type(error).__name__
finally: os.kill(beam, signal.SIGCONT)
line.send(group(3))
found = [m.decode()[0][0] for m in taken()]
print(json.dumps([outcome, found[0], found[-1]]))
"""
    try:
        outcome, first, last = answer_of(code, broker[0], tmp_path, str(broker[1]))
    finally:
        os.kill(broker[1], signal.SIGCONT)
    assert outcome != "sent"
    assert (first, last) == (1, 3)


@pytest.mark.parametrize("what", ["nobody listens", "wrong password"])
def test_what_is_in_the_way_is_raised(broker: tuple[str, int], tmp_path: Path, what: str) -> None:
    url = f"amqp://guest@127.0.0.1:{free_port()}//"
    if what == "wrong password":
        url = broker[0].replace("guest:guest", "guest:wrong")
    code = """
try: line.send(group(1)); print(json.dumps("sent"))
except Exception as error: print(json.dumps(type(error).__name__))
"""
    expected = "AccessRefused" if what == "wrong password" else "OperationalError"
    assert answer_of(code, url, tmp_path) == expected


def test_the_embedded_broker_takes_one_after_the_other(tmp_path: Path) -> None:
    code = """
line.send(group(1, 2, 3))
print(json.dumps(sorted(m.decode()[0][0] for m in taken())))
"""
    url = f"filesystem://localhost{tmp_path / 'broker'}"
    assert answer_of(code, url, tmp_path) == [1, 2, 3]


SAVE_AND_END = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from send_mail.services.saving import NewMail, save, save_many
print(json.dumps(save(NewMail(("ada@localhost",), "Hello")).pk))
"""


def test_a_command_that_saves_and_ends_has_its_wakeup_published(
    broker: tuple[str, int], tmp_path: Path
) -> None:
    mail_id = answer_of(SAVE_AND_END, broker[0], tmp_path)
    found = answer_of("print(json.dumps([m.decode()[0] for m in taken()]))", broker[0], tmp_path)
    assert found == [[mail_id]]


def test_a_command_that_saves_and_ends_without_a_broker_leaves_the_mail_to_the_relay(
    tmp_path: Path,
) -> None:
    url = f"amqp://guest@127.0.0.1:{free_port()}//"
    answer_of(SAVE_AND_END, url, tmp_path)
    code = """
from send_mail.models import Mail
print(json.dumps(list(Mail.objects.values_list("state", "published_at", "under_way_until"))))
"""
    assert answer_of(code, url, tmp_path) == [["QUEUED", None, None]]
