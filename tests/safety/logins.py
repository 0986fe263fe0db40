"""S2: Flower and RabbitMQ's dashboard without credentials. S3: guest and other usual logins."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, urlsplit

from amqp import Connection
from amqp.exceptions import AccessRefused, AMQPError, NotAllowed

from tests.helpers.measuring import NotMeasured
from tests.helpers.stack import Stack
from tests.safety.trying import Attempts, Door, basic

_METHODS = ("GET", "POST", "PUT", "DELETE")
_FLOWER_OPEN = {"/metrics", "/healthcheck"}
_FLOWER_WITHOUT_DATA = re.compile(r"/static/|/login/?$|/logout$|\.\*")
_DASHBOARD_WITHOUT_DATA = {
    # The page that asks for the login, its documentation and its command-line client: files of the
    # package, the same on every machine. /api/auth says whether another login server is used.
    *("/", "/api", "/api/", "/api/index.html", "/api/auth", "/doc/stats.html"),
    *("/cli/", "/cli/rabbitmqadmin", "/js/main.js"),
}


def s2(stack: Stack) -> dict[str, Any]:
    """Every route of both, each method, without and with wrong credentials."""
    attempts = Attempts("S2")
    canaries = _canaries(stack)
    _flower(stack, attempts, canaries)
    if stack.status()["broker"] == "rabbitmq":
        _dashboard(stack, attempts, canaries)
    return attempts.result()


def s3(stack: Stack) -> dict[str, Any]:
    """The logins that everybody knows, over AMQP and the dashboard."""
    if stack.status()["broker"] != "rabbitmq":
        raise NotMeasured("there is no RabbitMQ node of ours", "use --broker rabbitmq")
    attempts = Attempts("S3")
    user, password, vhost = _broker_login(stack)
    where = stack.service("rabbitmq")
    host = f"{where['address']}:{where['port']}"
    assert _amqp(host, user, password, vhost), "our own login does not work: nothing is proven"
    known = [
        *(("guest", "guest"), ("guest", ""), ("", ""), ("admin", "admin"), ("rabbit", "rabbit")),
        *((user, "guest"), (user, ""), (user, user), ("guest", password), (user, password[:-1])),
    ]
    for name, word in known:
        for place in ("/", vhost):
            for mechanism in ("PLAIN", "AMQPLAIN"):
                through = _amqp(host, name, word, place, mechanism)
                attempts.note(f"{name} on {place} by {mechanism}", through=through)
    # Our own user belongs to our own virtual host alone: "/" is not there.
    attempts.note("our user on /", through=_amqp(host, user, password, "/"))
    door = Door(str(where["url"]))
    assert door.ask("/api/whoami", basic(user, password))[0] == 200
    for name, word in known:
        status, _ = door.ask("/api/whoami", basic(name, word))
        attempts.note(f"{name} at the dashboard: {status}", through=status < 400)
    status, body = door.ask("/api/users", basic(user, password))
    assert status == 200
    attempts.note("guest among the users", through=b'"guest"' in body)
    door.close()
    return attempts.result()


def _flower(stack: Stack, attempts: Attempts, canaries: list[bytes]) -> None:
    from flower.urls import handlers

    door = Door(stack.url("flower"))
    right = basic("launcher", stack.secret("flower", "FLOWER_BASIC_AUTH").partition(":")[2])
    assert door.ask("/workers?json=1", right)[0] == 200, "our own login does not work"
    patterns = [
        str((getattr(entry, "regex", None) and entry.regex.pattern) or entry[0]).rstrip("$")
        for entry in handlers
    ]
    paths = [re.sub(r"\([^)]*\)", "x", pattern).replace("/?", "") for pattern in patterns]
    for pattern, path in zip(patterns, paths, strict=True):
        for method in _METHODS:
            for headers in _wrong_logins("launcher"):
                status, body = door.ask(path if path.startswith("/") else "/x", headers, method)
                _judge(
                    attempts,
                    f"Flower {method} {path}: {status}",
                    status,
                    body,
                    canaries,
                    agreed=path in _FLOWER_OPEN,
                    empty=_FLOWER_WITHOUT_DATA.search(pattern) is not None,
                )
    for path in (
        "/workers?json=1",
        "/tasks/datatable?draw=1",
        "/?refresh=1",
        "/api/workers?status=1",
    ):
        for headers in _wrong_logins("launcher"):
            status, body = door.ask(path, headers)
            _judge(attempts, f"Flower GET {path}: {status}", status, body, canaries)
    door.close()


def _dashboard(stack: Stack, attempts: Attempts, canaries: list[bytes]) -> None:
    user, password, vhost = _broker_login(stack)
    door = Door(str(stack.service("rabbitmq")["url"]))
    assert door.ask("/api/overview", basic(user, password))[0] == 200, "our own login fails"
    documentation = door.ask("/api/index.html")[1].decode()
    named = re.findall(r'<td class="path">\s*(/api/.*?)</td>', documentation, re.DOTALL)
    assert len(named) > 40, f"the dashboard documents {len(named)} routes: were they read?"
    paths = {re.sub(r"<i>\s*vhost\s*</i>", vhost, path) for path in named}
    paths = {re.sub(r"<[^>]+>|\s+", "", path) for path in paths} | _DASHBOARD_WITHOUT_DATA
    for path in sorted(paths):
        for method in _METHODS:
            for headers in _wrong_logins(user):
                status, body = door.ask(path, headers, method)
                _judge(
                    attempts,
                    f"dashboard {method} {path}: {status}",
                    status,
                    body,
                    canaries,
                    empty=path in _DASHBOARD_WITHOUT_DATA,
                )
    door.close()


def _judge(
    attempts: Attempts,
    words: str,
    status: int,
    body: bytes,
    canaries: list[bytes],
    *,
    agreed: bool = False,
    empty: bool = False,
) -> None:
    """Count the answer; `agreed` may answer, `empty` may answer what is no secret of anybody."""
    leaks = any(canary in body for canary in canaries)
    through = status < 400 and not agreed and (leaks or not empty)
    attempts.note(words, through=through)
    if status == 401:
        attempts.count("answered_401")
    elif status < 400:
        attempts.count("open_by_agreement" if agreed else "files_without_data")
    else:
        attempts.count("refused_otherwise")


def _wrong_logins(user: str) -> list[dict[str, str]]:
    return [
        {},
        basic(user, "wrong"),
        basic("guest", "guest"),
        {"Authorization": "Bearer x"},
        {"Cookie": "user=admin; auth=Z3Vlc3Q6Z3Vlc3Q=; m=2258:Z3Vlc3Q6Z3Vlc3Q%253D"},
    ]


def _canaries(stack: Stack) -> list[bytes]:
    """What no answer may hold: passwords, the worker's name, our queues and virtual host."""
    url = stack.secret("worker", "CELERY_BROKER_URL")
    words = [
        stack.secret("flower", "FLOWER_BASIC_AUTH").partition(":")[2],
        stack.secret("django", "SECRET_KEY"),
        f"launcher-{stack.run[:8]}@localhost",
        "celery.relay",
        unquote(urlsplit(url).password or url),
    ]
    return [word.encode() for word in words]


def _broker_login(stack: Stack) -> tuple[str, str, str]:
    parts = urlsplit(stack.secret("worker", "CELERY_BROKER_URL"))
    return unquote(parts.username or ""), unquote(parts.password or ""), parts.path.lstrip("/")


def _amqp(host: str, user: str, password: str, vhost: str, mechanism: str = "PLAIN") -> bool:
    connection = Connection(
        host=host,
        userid=user,
        password=password,
        virtual_host=vhost,
        login_method=mechanism,
        connect_timeout=10,
        read_timeout=10,
    )
    try:
        connection.connect()
    except (AccessRefused, NotAllowed, AMQPError, ConnectionError):
        return False
    finally:
        connection.collect()
    return True
