"""S5: the secrets stand where they are needed and nowhere else.

Those that the launcher generates, the token of the run and the user's mail password are looked for
in the words and environments of all processes, the logs, the rows, the messages, what Flower
shows, and what the launcher tells about itself.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import psutil

from launcher.mail import Draft
from launcher.paths import Home
from tests.faults import mails
from tests.helpers import processes
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.safety.trying import Attempts, basic

PASSWORD = "canary/of+the mail%40server"  # characters that a URL would write otherwise
_ALLOWED = {
    "broker_password": {"django", "worker", "beat", "flower", "migrate", "catcher"},
    "secret_key": {"django", "worker", "beat", "flower", "migrate", "catcher"},
    "flower_password": {"flower"},
    "admin_password": {"migrate"},
    "api_token": {"django"},
    "erlang_cookie": {"rabbitmq"},
    "mail_password": {"worker"},
}
"""In whose environment each may stand; the launcher itself was given the mail password by us."""


def s5(stack: Stack, server: MailServer) -> dict[str, Any]:
    """Delivered, refused and failed mails, a refused login too; then everything is searched."""
    attempts = Attempts("S5")
    canaries = _canaries(stack)
    mark = mails.word()
    _make_trouble(stack, server, mark)
    message = _message_on_the_queue(stack, mark)
    looks = {
        "argv": _argv(stack),
        "logs": _logs(stack),
        "rows": _rows(stack),
        "Flower": _flower(stack),
        "diagnostics": _diagnostics(stack),
        **({"task message": message} if message else {}),
    }
    for place, text in looks.items():
        assert text, f"nothing was seen of {place}: nothing is proven"
        for name, forms in canaries.items():
            attempts.note(f"{name} in {place}", through=any(form in text for form in forms))
        attempts.figures[f"{place.replace(' ', '_')}_bytes"] = len(text)
    _environments(stack, attempts, canaries)
    _files(stack, attempts, canaries)
    told = json.dumps(stack.ask("environment"))
    for name in canaries.keys() - {"broker_password", "secret_key"}:
        # What `env` prints is the environment for manage.py by hand: it needs these two.
        attempts.note(f"{name} in `env`", through=any(f.decode() in told for f in canaries[name]))
    attempts.figures["secrets"] = len(canaries)
    return attempts.result()


def _canaries(stack: Stack) -> dict[str, set[bytes]]:
    """Each secret as it is, quoted for a URL, and as the login of HTTP and SMTP would carry it."""
    known = json.loads(Home(stack.home).secrets_file.read_text(encoding="utf-8"))
    known = {name: word for name, word in known.items() if name in _ALLOWED}
    known["api_token"] = stack.secret("django", "LAUNCHER_API_TOKEN")
    known["mail_password"] = stack.secret("worker", "EMAIL_HOST_PASSWORD")
    assert known["mail_password"] == PASSWORD, "the canary did not reach the worker"
    assert len(known) == len(_ALLOWED), f"only {set(known)} are known"
    return {
        name: {word.encode(), quote(word, safe="").encode(), json.dumps(word)[1:-1].encode()}
        for name, word in known.items()
    }


def _make_trouble(stack: Stack, server: MailServer, mark: str) -> None:
    """All that may make a worker or Django speak of a password."""
    client = stack.mail()
    server.script({"DOT": ["554 no"]}, f"{mark}-1")
    server.script({"RCPT": ["450 busy", ""]}, f"{mark}-2")
    mails.submit(stack, mark, 4)
    mails.all_final(stack, mark, 4, 60)
    server.script({"AUTH": [f"535 wrong, {PASSWORD[:6]}"]})
    server.hang_up()
    client.submit(Draft((f"{mark}-x@example.com",), f"{mark} x", "x"), f"{mark}-x")
    stack.until(lambda: client.queue().paused, 60, "the login is refused")
    server.forget()
    client.set_paused(paused=False)
    mails.all_final(stack, mark, 5, 60)


def _message_on_the_queue(stack: Stack, mark: str) -> bytes:
    """The wake-up of a mail, properties and all, as it waits in RabbitMQ."""
    if stack.status()["broker"] != "rabbitmq":
        return b""
    parts = urlsplit(stack.secret("worker", "CELERY_BROKER_URL"))
    login = basic(unquote(parts.username or ""), unquote(parts.password or ""))
    stack.ask("stop", service="worker")
    stack.wait_state("worker", "stopped")
    try:
        stack.mail().submit(Draft((f"{mark}-q@example.com",), f"{mark} q", "x"), f"{mark}-q")
        path = f"/api/queues/{parts.path.lstrip('/')}/celery/get"
        body = {"count": 5, "ackmode": "ack_requeue_true", "encoding": "auto"}

        def peek() -> bytes:
            given = _http(str(stack.service("rabbitmq")["url"]), "POST", path, login, body)
            return given if b"send_mail.tasks" in given else b""

        return stack.until(peek, 30, "a wake-up on the queue")
    finally:
        stack.ask("start", service="worker")
        stack.wait_all_ready()


def _argv(stack: Stack) -> bytes:
    words = []
    for process in _all(stack):
        with contextlib.suppress(psutil.Error):
            words.append("\0".join(process.cmdline()))
    return "\n".join(words).encode("utf-8", "surrogateescape")


def _logs(stack: Stack) -> bytes:
    files = [file.read_bytes() for file in Home(stack.home).logs.rglob("*") if file.is_file()]
    return b"\n".join([*files, stack.log().encode()])


def _rows(stack: Stack) -> bytes:
    with mails.reading(stack) as database:
        return "\n".join(database.iterdump()).encode("utf-8", "surrogateescape")


def _flower(stack: Stack) -> bytes:
    """What it knows of workers, tasks and the broker: all of it came as events and answers."""
    login = basic("launcher", stack.secret("flower", "FLOWER_BASIC_AUTH").partition(":")[2])
    node = f"launcher-{stack.run[:8]}@localhost"
    paths = ("/api/workers?refresh=1", "/api/tasks?limit=500", f"/worker/{node}", "/broker")
    pages = [_http(stack.url("flower"), "GET", path, login) for path in paths]
    return b"\n".join(pages)


def _diagnostics(stack: Stack) -> bytes:
    told = []
    for words in (("status", "--json"), ("doctor", "--json"), ("logs",)):
        done = stack.cli(*words, timeout=120)
        told.append(done.stdout + done.stderr)
    return "\n".join(told).encode()


def _environments(stack: Stack, attempts: Attempts, canaries: dict[str, set[bytes]]) -> None:
    seen = set()
    for process in _all(stack):
        if process.pid == stack.pid:
            continue
        with contextlib.suppress(psutil.Error):
            environment = process.environ()
            service = environment.get(processes.SERVICE, "")
            seen.add(service)
            text = "\n".join(environment.values()).encode("utf-8", "surrogateescape")
            for name, forms in canaries.items():
                if service not in _ALLOWED[name]:
                    hit = any(form in text for form in forms)
                    attempts.note(
                        f"{name} in the environment of {service or process.name()}", through=hit
                    )
    assert {"django", "worker", "beat", "flower", "catcher"} <= seen, f"only {seen} were seen"


def _files(stack: Stack, attempts: Attempts, canaries: dict[str, set[bytes]]) -> None:
    """A file that holds one is the user's alone."""
    for file in Home(stack.home).root.rglob("*"):
        with contextlib.suppress(OSError):
            if not file.is_file() or file.is_symlink():
                continue
            text = file.read_bytes()
            for name, forms in canaries.items():
                if any(form in text for form in forms):
                    _held(attempts, file, name)


def _held(attempts: Attempts, file: Path, name: str) -> None:
    others = file.stat().st_mode & 0o077
    attempts.note(f"{name} in {file.name}, which others may read", through=bool(others))
    attempts.note(f"{name} in {file.name}", through=name in ("mail_password", "api_token"))
    attempts.count("private_files_with_a_secret")


def _all(stack: Stack) -> Iterator[psutil.Process]:
    yield psutil.Process(stack.pid)
    yield from processes.of_run(stack.run)


def _http(
    url: str, method: str, path: str, headers: dict[str, str], body: dict[str, Any] | None = None
) -> bytes:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status == 200, f"{path}: {answer.status} {told[:200]!r}"
        return told
    finally:
        connection.close()
