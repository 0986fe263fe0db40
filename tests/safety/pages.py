"""S1: what a web page of somebody else can do to Django, Flower and RabbitMQ's dashboard.

A page may name any host it likes (DNS rebinding), its browser says where it comes from, and a
browser adds by itself what it holds for a host: the session cookie, and for Flower its login.
Other hosts' names get neither. The dashboard's login is a header that its own script adds, so no
page can make a browser send it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from tests.helpers.stack import Stack
from tests.safety.trying import Attempts, basic

EVIL = "evil.example"
WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@dataclass(frozen=True)
class Form:
    """One way a page may ask: its headers, and whether the browser adds what it holds."""

    name: str
    headers: Mapping[str, str]
    adds_login: bool = True


def forms(host: str, port: int) -> list[Form]:
    """The twelve: six foreign hosts, six foreign origins."""
    foreign = [
        EVIL,
        f"{EVIL}:{port}",
        f"{host}.{EVIL}:{port}",
        f"localhost.{EVIL}:{port}",
        f"{host}.nip.io:{port}",
        f"[::ffff:7f00:1]:{port}",
    ]
    origins = {
        "null": "cross-site",
        f"http://{EVIL}": "cross-site",
        f"https://{host}:{port}": "same-site",
        f"http://{host}:{port + 1}": "same-site",
        f"http://localhost:{port}": "cross-site",
        f"http://{host}.{EVIL}:{port}": "cross-site",
    }
    return [
        *(Form(f"Host {name}", {"Host": name}, adds_login=False) for name in foreign),
        *(
            Form(
                f"Origin {origin}",
                {"Origin": origin, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"},
            )
            for origin, site in origins.items()
        ),
    ]


@dataclass(frozen=True)
class Target:
    """One server: what shows data, what changes something, and what a browser holds for it."""

    name: str
    url: str
    shows: tuple[str, ...]
    changes: tuple[tuple[str, str, str, str], ...]  # method, path, type of the body, body
    held: Mapping[str, str]
    data: tuple[bytes, ...] = field(default=())


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def s1(stack: Stack) -> dict[str, Any]:
    """Every form at every server: reading, changing, asking beforehand, and a websocket."""
    attempts = Attempts("S1")
    targets = [_django(stack), _flower(stack)]
    if stack.status()["broker"] == "rabbitmq":
        targets.append(_dashboard(stack))
    before = _state(stack)
    for target in targets:
        own = _ask(target.url, "GET", target.shows[0], {**target.held})
        assert own.status == 200, f"{target.name} does not answer its own page: {own.status}"
        where = urlsplit(target.url)
        for form in forms(where.hostname or "", where.port or 0):
            _try(attempts, target, form)
    assert stack.services()["worker"]["state"] == "ready"
    after = _state(stack)
    attempts.note(f"the state changed: {before} became {after}", through=after != before)
    attempts.figures["servers"] = len(targets)
    attempts.figures["forms"] = 12
    return attempts.result()


def _try(attempts: Attempts, target: Target, form: Form) -> None:
    held = target.held if form.adds_login else {}
    headers = {**held, **form.headers}
    for path in target.shows:
        answer = _ask(target.url, "GET", path, headers)
        _judge(attempts, target, form, f"GET {path}", answer)
        answer = _ask(target.url, "GET", path, {**headers, **WEBSOCKET})
        attempts.note(
            f"{target.name} opened a websocket to {form.name}", through=answer.status == 101
        )
    for method, path, kind, body in target.changes:
        answer = _ask(target.url, method, path, {**headers, "Content-Type": kind}, body)
        changed = answer.status < 400
        attempts.note(f"{target.name} {method} {path} by {form.name}", through=changed)
        asked = {**headers, "Access-Control-Request-Method": method}
        answer = _ask(target.url, "OPTIONS", path, asked)
        attempts.note(
            f"{target.name} allows {method} {path} to {form.name}",
            through="access-control-allow-origin" in answer.headers,
        )


def _judge(attempts: Attempts, target: Target, form: Form, words: str, answer: _Answer) -> None:
    """A page reads an answer of a host that it named, or one that allows its origin."""
    readable = not form.adds_login or "access-control-allow-origin" in answer.headers
    leaks = any(word in answer.body for word in target.data)
    through = answer.status < 400 and readable and (leaks or target.name == "Django")
    # Django gives a page of somebody else nothing, whether it could read it or not.
    through = through or (target.name == "Django" and answer.status < 400)
    attempts.note(f"{target.name} {words} by {form.name}: {answer.status}", through=through)


def _django(stack: Stack) -> Target:
    url = stack.url("django")
    cookie = _session(url, str(stack.mail().login_link("/admin/")))
    form = urlencode({"to": "victim@example.com", "subject": "s1", "message": "s1", "text": "s1"})
    body = json.dumps({"to": ["victim@example.com"], "subject": "s1", "text": "s1"})
    return Target(
        "Django",
        url,
        ("/api/mails", "/api/queue", "/", "/admin/"),
        (
            ("POST", "/api/mails", "text/plain", body),
            ("POST", "/api/mails", "application/json", body),
            ("POST", "/sendmail/", "application/x-www-form-urlencoded", form),
            ("POST", "/api/queue", "application/json", '{"paused": true}'),
        ),
        {"Cookie": cookie},
    )


def _flower(stack: Stack) -> Target:
    password = stack.secret("flower", "FLOWER_BASIC_AUTH").partition(":")[2]
    node = f"launcher-{stack.run[:8]}@localhost"
    return Target(
        "Flower",
        stack.url("flower"),
        ("/api/workers", "/tasks/datatable?draw=1&start=0&length=10", "/broker"),
        (
            ("POST", f"/api/worker/shutdown/{node}", "text/plain", ""),
            ("POST", f"/api/worker/pool/grow/{node}?n=1", "text/plain", ""),
            ("POST", "/api/task/send-task/s1.nothing", "text/plain", '{"args": []}'),
        ),
        basic("launcher", password),
        (node.encode(), b"celery.relay"),
    )


def _dashboard(stack: Stack) -> Target:
    parts = urlsplit(stack.secret("worker", "CELERY_BROKER_URL"))
    vhost = parts.path.lstrip("/")
    login = basic(unquote(parts.username or ""), unquote(parts.password or ""))
    url = str(stack.service("rabbitmq")["url"])
    assert _ask(url, "GET", "/api/overview", login).status == 200, "our own login fails"
    publish = json.dumps(
        {"properties": {}, "routing_key": "celery", "payload": "s1", "payload_encoding": "string"}
    )
    return Target(
        "dashboard",
        url,
        ("/", "/api/overview", f"/api/queues/{vhost}"),
        (
            ("PUT", "/api/vhosts/s1", "application/json", "{}"),
            ("POST", f"/api/exchanges/{vhost}/amq.default/publish", "text/plain", publish),
        ),
        {"Cookie": f"auth={login['Authorization'].partition(' ')[2]}; m=2258:x"},
        (vhost.encode() + b'"', b"rabbitmq_version"),
    )


def _session(url: str, link: str) -> str:
    """The cookies that a browser has after it was signed in by the launcher."""
    answer = _ask(url, "GET", link, {})
    cookies = [line.partition(";")[0] for line in answer.headers["set-cookie"].split("\n")]
    assert any("session" in each for each in cookies), f"no session: {cookies}"
    return "; ".join(cookies)


def _state(stack: Stack) -> dict[str, Any]:
    """What a change would show in."""
    client = stack.mail()
    queue = client.queue()
    return {
        "mails": len(client.list(q="s1").results),
        "paused": queue.paused,
        "worker": stack.pids()["worker"],
    }


def _ask(url: str, method: str, path: str, headers: Mapping[str, str], body: str = "") -> _Answer:
    where = urlsplit(url)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body or method in ("POST", "PUT"):
            connection.putheader("Content-Length", str(len(body.encode())))
        connection.endheaders(body.encode() if body else None)
        answer = connection.getresponse()
        told: dict[str, str] = {}
        for name, value in answer.getheaders():
            told[name.lower()] = "\n".join(filter(None, (told.get(name.lower()), value)))
        return _Answer(answer.status, told, b"" if answer.status == 101 else answer.read())
    except (TimeoutError, ConnectionError):
        return _Answer(599, {}, b"")
    finally:
        connection.close()
