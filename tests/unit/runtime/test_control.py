"""The control channel over a real socket."""

from __future__ import annotations

import json
import socket
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
