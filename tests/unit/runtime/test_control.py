"""The control channel over a real socket."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from launcher.paths import Home
from launcher.platform import current
from launcher.runtime.control import ControlServer, NotRunningError, RequestError, request


def echo(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield {"word": message["word"]}


def count(_: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for number in range(3):
        yield {"number": number}


def refuse(_: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    raise RequestError("not now")
    yield {}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    place = Home(tmp_path)
    place.prepare()
    server = ControlServer(place, current(), {"echo": echo, "count": count, "refuse": refuse})
    yield place
    server.close()


def raw(home: Home, line: bytes) -> dict[str, Any]:
    port = json.loads((home.run / "control.json").read_text())["port"]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(line)
        return dict(json.loads(connection.makefile().readline()))


def test_a_request_is_answered(home: Home) -> None:
    assert list(request(home, "echo", word="hello ü")) == [{"word": "hello ü"}]


def test_an_answer_may_have_many_lines(home: Home) -> None:
    assert [line["number"] for line in request(home, "count")] == [0, 1, 2]


def test_a_refusal_is_raised_with_its_words(home: Home) -> None:
    with pytest.raises(RequestError, match="not now"):
        list(request(home, "refuse"))


def test_an_unknown_verb_is_refused_by_name(home: Home) -> None:
    with pytest.raises(RequestError, match="explode"):
        list(request(home, "explode"))


@pytest.mark.parametrize(
    "line",
    [
        b'{"verb": "echo", "word": "x"}\n',
        b'{"token": "guess", "verb": "echo", "word": "x"}\n',
        b'{"token": null, "verb": "echo"}\n',
        '{"token": "ü", "verb": "echo"}\n'.encode(),
        b'{"token": "\\ud800", "verb": "echo"}\n',
        b"[]\n",
        b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"\n",
    ],
)
def test_without_the_token_nothing_is_done(home: Home, line: bytes) -> None:
    assert set(raw(home, line)) == {"error"}


def test_the_address_is_readable_by_the_user_alone(home: Home) -> None:
    assert (home.run / "control.json").stat().st_mode & 0o777 == 0o600


def test_where_nothing_runs_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match="Nothing runs"):
        list(request(Home(tmp_path), "echo"))


def test_an_address_left_by_a_killed_instance_is_nothing_that_runs(home: Home) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    (home.run / "control.json").write_text(json.dumps({"port": port, "token": "t"}))
    with pytest.raises(NotRunningError):
        list(request(home, "echo", word="x"))


@pytest.mark.parametrize("text", ["[]", "{}", '{"port": "x", "token": "t"}', '{"port": 1}', "{"])
def test_a_damaged_address_is_nothing_that_runs(home: Home, text: str) -> None:
    (home.run / "control.json").write_text(text)
    with pytest.raises(NotRunningError):
        list(request(home, "echo", word="x"))


@contextlib.contextmanager
def stranger(home: Home, says: bytes, *, hangs_up: bool) -> Iterator[None]:
    """Somebody else listens where control.json leads."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(says)
                if not hangs_up:
                    ended.wait(10)
                # Bytes that nobody has read make it a reset.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        thread = threading.Thread(target=serve)
        thread.start()
        address = {"port": listener.getsockname()[1], "token": "t"}
        (home.run / "control.json").write_text(json.dumps(address))
        yield
        ended.set()
        thread.join()


@pytest.mark.parametrize("says", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"[]\n", b"\xff\n"])
def test_another_program_at_the_address_is_nothing_that_runs(home: Home, says: bytes) -> None:
    with stranger(home, says, hangs_up=False), pytest.raises(NotRunningError, match="Nothing runs"):
        list(request(home, "echo", word="x"))


def test_an_instance_that_ends_in_the_midst_is_told_in_words(home: Home) -> None:
    words = "no whole answer to count: it has hung up"
    serving = stranger(home, b'{"number": 0}\n', hangs_up=True)
    with serving, pytest.raises(RequestError, match=words):
        list(request(home, "count"))


def test_an_instance_that_hangs_is_told_in_words(home: Home) -> None:
    serving = stranger(home, b"", hangs_up=False)
    with serving, pytest.raises(RequestError, match="it takes too long"):
        list(request(home, "echo", word="x", timeout=0.1))
