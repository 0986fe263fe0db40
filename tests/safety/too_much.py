"""S7: what a worker must not take from its queue, and what the API must not take at all."""

from __future__ import annotations

import json
import os
import pickle
import tempfile
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kombu import Connection, Exchange, Producer

from launcher.mail import Draft, MailRefused
from tests.faults import mails
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.safety.trying import Attempts

MB = 2**20


class _Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self._path,)


def s7(stack: Stack, server: MailServer) -> dict[str, Any]:
    """Messages first, then mails; both leave everybody alive and the next mail delivered."""
    attempts = Attempts("S7")
    before = stack.pids()
    if stack.status()["broker"] == "rabbitmq":
        _messages(stack, attempts)
    _mails(stack, attempts)
    mark = mails.word()
    mails.submit(stack, mark, 3)
    found = mails.all_final(stack, mark, 3, 60)
    delivered = {row.state for row in found} == {"DELIVERED"}
    attempts.note(f"a good mail behind them: {found}", through=not delivered)
    after = stack.pids()
    attempts.note(f"a service was lost: {before} became {after}", through=after != before)
    assert server.counts()["taken"]
    return attempts.result()


def _messages(stack: Stack, attempts: Attempts) -> None:
    folder = Path(tempfile.mkdtemp(prefix="celery-launcher-s7-"))
    mark = folder / "unpickled"
    bomb = pickle.dumps([[_Bomb(mark)], {}, {}])
    good = json.dumps([[1], {}, {}]).encode()
    task = "send_mail.tasks.send_email_task"
    before = len(mails.rows(stack))
    messages = {
        "a pickle": (bomb, "application/x-python-serialize", "binary", task),
        "a pickle that says it is JSON": (bomb, "application/json", "utf-8", task),
        "a pickle without a type": (bomb, "application/data", "binary", task),
        "YAML": (b"!!python/object/apply:os.mkdir [x]", "application/x-yaml", "utf-8", task),
        "msgpack": (b"\x93\x91\x01\x80\x80", "application/x-msgpack", "binary", task),
        "an unknown task": (good, "application/json", "utf-8", "os.system"),
        "an argument of another kind": (b'[["x"], {}, {}]', "application/json", "utf-8", task),
        "a mail that is not there": (b"[[99999999], {}, {}]", "application/json", "utf-8", task),
        "arguments that are too many": (b"[[1, 2, 3], {}, {}]", "application/json", "utf-8", task),
        "bytes without a type": (b"\x00args\xff", "application/data", "binary", task),
        "a number": (b"5", "application/json", "utf-8", task),
        "a list that is too short": (b"[[1]]", "application/json", "utf-8", task),
        "a word": (b'"args"', "application/json", "utf-8", task),
        "no JSON": (b"{not json", "application/json", "utf-8", task),
        "20 MB": (
            json.dumps([["x" * 20 * MB], {}, {}]).encode(),
            "application/json",
            "utf-8",
            task,
        ),
    }
    url = stack.secret("worker", "CELERY_BROKER_URL")
    with Connection(url) as connection:
        producer = Producer(connection.channel(), Exchange(""), serializer=None)
        for number, (name, (body, kind, encoding, called)) in enumerate(messages.items()):
            producer.publish(
                body,
                routing_key="celery",
                content_type=kind,
                content_encoding=encoding,
                headers={"id": f"s7-{number}", "task": called, "lang": "py"},
                correlation_id=f"s7-{number}",
            )
            attempts.count("messages")
            stack.until(lambda: _depth(url) == 0, 30, f"the queue empty after {name}")
            attempts.note(f"{name} was unpickled", through=mark.exists())
            alive = stack.service("worker")["state"] == "ready"
            attempts.note(f"{name} ended the worker", through=not alive)
    attempts.note("a message made a mail", through=len(mails.rows(stack)) != before)
    if not mark.exists():
        folder.rmdir()


def _depth(url: str) -> int:
    """Messages that wait in the queue of the mails."""
    with Connection(url) as connection:
        return int(connection.channel().queue_declare("celery", passive=True).message_count)


def _mails(stack: Stack, attempts: Attempts) -> None:
    client = stack.mail()
    before = len(mails.rows(stack))
    plain = Draft(("a@example.com",), "s7", "x")
    many = tuple(f"a{number}@example.com" for number in range(10_000))
    drafts = {
        "10,000 recipients": Draft(many, "s7", "x"),
        "10,000 in Bcc": Draft(("a@example.com",), "s7", "x", bcc=many),
        "a text of 9 MB": Draft(("a@example.com",), "s7", "x" * 9 * MB),
        "a subject of 1 MB": Draft(("a@example.com",), "x" * MB, "x"),
        "a file that is not there": Draft(("a@example.com",), "s7", "x", uploads=(99999999,)),
        "nobody": Draft((), "s7", "x"),
        "nothing": Draft(("a@example.com",)),
    }
    for name, draft in drafts.items():
        try:
            row = client.submit(draft, f"s7-{name}")
            attempts.note(f"{name} was saved as {row.id}", through=name != "nothing")
        except MailRefused as refused:
            attempts.note(f"{name} is not named: {refused}", through=not str(refused).strip())
            attempts.count("refused_in_words")
    try:
        client.upload("big.bin", "application/octet-stream", b"x" * 60 * MB, lambda _: None)
        attempts.note("a file of 60 MB was taken", through=True)
    except MailRefused as refused:
        attempts.note(f"60 MB without the limit: {refused}", through="25.0 MiB" not in str(refused))
        attempts.count("refused_in_words")
    status, words = _post(stack, 60 * MB)
    attempts.note(f"60 MB of JSON: {status} {words[:80]!r}", through=status != 413)
    mine = client.submit(plain, "s7-same-key")
    again = client.submit(plain, "s7-same-key")
    attempts.note("the same key made two mails", through=mine.id != again.id)
    saved = len(mails.rows(stack)) - before
    attempts.note(f"{saved} rows were saved", through=saved > 2)


def _post(stack: Stack, size: int) -> tuple[int, bytes]:
    """A request that promises a body of `size` bytes and sends as much as is wanted."""
    where = urlsplit(stack.url("django"))
    connection = HTTPConnection(where.hostname or "", where.port, timeout=30)
    connection.putrequest("POST", "/api/mails")
    connection.putheader("Content-Length", str(size))
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Authorization", f"Token {stack.secret('django', 'LAUNCHER_API_TOKEN')}")
    connection.endheaders()
    try:
        piece = b"x" * MB
        for _ in range(size // MB):
            connection.send(piece)
    except OSError:
        pass  # it was refused before it was read
    try:
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError as error:
        return 599, str(error).encode()
    finally:
        connection.close()
