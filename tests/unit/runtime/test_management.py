"""The management client against scripted servers: what goes wrong is told by its kind.

Against the real API: tests/e2e/test_management.py.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from launcher.runtime.management import (
    Management,
    ManagementAccess,
    ManagementDenied,
    ManagementError,
    ManagementGone,
    ManagementMissing,
    ManagementOff,
    ManagementRefused,
    ManagementTimeout,
)
from tests.helpers.ports import free_port

Talk = Callable[[socket.socket, bytes], bool]
"""Answers one request; False ends the connection."""


class Scripted:
    """A server that reads requests and answers as its script says."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.requests: list[bytes] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def client(self, timeout: float = 5.0) -> Management:
        access = ManagementAccess(f"http://127.0.0.1:{self.port}", "ada", "pässword")
        return Management(access, timeout)

    def close(self) -> None:
        for each in (self._listener, *self._open):
            # A thread blocked in accept() keeps a listener alive that is only closed.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while request := _request(connection):
                self.requests.append(request)
                if not self.talk(connection, request):
                    break
        connection.close()


def _request(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(65536)
        if not piece:
            return b""
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(
        (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-l")),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(status: int, value: object = None, raw: bytes | None = None) -> Talk:
    body = raw if raw is not None else json.dumps(value).encode()
    head = f"HTTP/1.1 {status} Words\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    def talk(connection: socket.socket, _request: bytes) -> bool:
        connection.sendall(head + body)
        return True

    return talk


Serve = Callable[[Talk], Scripted]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[Scripted] = []

    def start(talk: Talk) -> Scripted:
        servers.append(Scripted(talk))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def test_names_are_encoded_and_the_connection_is_kept(serve: Serve) -> None:
    server = serve(answer(200, {"name": "x"}))
    client = server.client()
    client.get("queues", "/", "a b/c?ü%")
    client.get("queues", columns="name,messages")
    lines = [request.split(b"\r\n")[0] for request in server.requests]
    assert lines == [
        b"GET /api/queues/%2F/a%20b%2Fc%3F%C3%BC%25 HTTP/1.1",
        b"GET /api/queues?columns=name%2Cmessages HTTP/1.1",
    ]
    assert server.connections == 1
    client.close()


def test_a_long_list_is_read_page_by_page(serve: Serve) -> None:
    def talk(connection: socket.socket, request: bytes) -> bool:
        number = int(request.split(b"&page=")[1].split()[0])
        items = [{"name": f"q{number}-{n}"} for n in range(2)]
        page = {"items": items, "page": number, "page_count": 3, "total_count": 6}
        return answer(200, page)(connection, request)

    client = serve(talk).client()
    names = [queue["name"] for queue in client.listing("queues", "/", columns="name")]
    assert names == ["q1-0", "q1-1", "q2-0", "q2-1", "q3-0", "q3-1"]


@pytest.mark.parametrize(
    ("status", "said", "kind", "words"),
    [
        (401, {"error": "not_authorised", "reason": "Login failed"}, ManagementDenied, "login"),
        (
            401,
            {"error": "not_authorised", "reason": "Not management user"},
            ManagementDenied,
            "no permission",
        ),
        (403, {}, ManagementDenied, "refuses the login of ada"),
        (404, {"error": "Object Not Found", "reason": "Not Found"}, ManagementMissing, "queues x"),
        (400, {"error": "bad_request", "reason": "no\nway"}, ManagementRefused, "refuses: no way."),
        (200, "not json", ManagementOff, "is not RabbitMQ's"),
        (404, "<html>nginx</html>", ManagementOff, "is not RabbitMQ's"),
    ],
)
def test_what_rabbitmq_refuses_is_told_by_its_kind(
    serve: Serve, status: int, said: object, kind: type[ManagementError], words: str
) -> None:
    talk = answer(status, raw=said.encode()) if isinstance(said, str) else answer(status, said)
    client = serve(talk).client()
    with pytest.raises(kind, match=words) as caught:
        client.get("queues", "x")
    assert "pässword" not in str(caught.value)


def test_nobody_listens() -> None:
    client = Management(ManagementAccess(f"http://127.0.0.1:{free_port()}", "a", "b"))
    with pytest.raises(ManagementOff, match="rabbitmq-plugins enable rabbitmq_management"):
        client.get("overview")


def test_another_protocol_answers(serve: Serve) -> None:
    def talk(connection: socket.socket, _request: bytes) -> bool:
        connection.sendall(b"AMQP\x00\x00\x09\x01\r\n")
        return False

    with pytest.raises(ManagementOff, match="not RabbitMQ's management"):
        serve(talk).client().get("overview")


def test_silence_and_an_answer_that_drips_end_at_the_time_limit(serve: Serve) -> None:
    released = threading.Event()

    def drip(connection: socket.socket, _request: bytes) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while not released.wait(0.05):
            connection.sendall(b" ")
        return False

    def silent(_connection: socket.socket, _request: bytes) -> bool:
        released.wait(20)
        return False

    for talk in (silent, drip):
        with pytest.raises(ManagementTimeout, match=r"within 0\.3 s"):
            serve(talk).client(timeout=0.3).get("overview")
    released.set()


def test_a_connection_lost_in_the_middle_is_told_and_the_next_question_works(serve: Serve) -> None:
    def cut(connection: socket.socket, _request: bytes) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        return False

    server = serve(cut)
    client = server.client()
    with pytest.raises(ManagementGone, match="was lost"):
        client.get("overview")
    server.talk = answer(200, {})
    assert client.get("overview") == {}


def test_a_kept_connection_that_was_closed_is_opened_anew_but_no_post_is_sent_twice(
    serve: Serve,
) -> None:
    def once(connection: socket.socket, request: bytes) -> bool:
        answer(200, [])(connection, request)
        return False

    server = serve(once)
    client = server.client()
    for _ in range(2):
        assert client.get("vhosts") == []
    assert server.connections == 2
    with pytest.raises(ManagementGone):
        client.post("queues", "/", "x", "get", body={"count": 1})
    assert sum(request.startswith(b"POST") for request in server.requests) == 0
    assert client.post("queues", "/", "x", "get", body={"count": 1}) == []
