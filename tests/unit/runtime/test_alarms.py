"""RabbitMQ's alarms as its management API tells them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from launcher.runtime.probes.alarms import Alarms, alarm_problem

GOOD = (200, {"status": "ok"})


class Management(HTTPServer):
    """Answers what it is told to, and keeps what it was asked."""

    answer: tuple[int, object] = GOOD

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/health/checks/local-alarms"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Management

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Authorization"]))
        status, body = self.server.answer
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def management() -> Iterator[Management]:
    server = Management()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def alarmed(*resources: object) -> tuple[int, object]:
    return 503, {"status": "failed", "alarms": [{"resource": each} for each in resources]}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (alarmed("disk"), "less free space"),
        (alarmed("disk space"), "less free space"),
        (alarmed("memory"), "more memory"),
        (alarmed("memory", "disk"), "more memory than its limit and the disk"),
        (alarmed("file_descriptor"), "its file_descriptor alarm is set"),
        (alarmed(), "an alarm is set"),
        ((503, ["nothing that one knows"]), "an alarm is set"),
        ((503, {"alarms": [5]}), "an alarm is set"),
    ],
)
def test_an_alarm_is_told_with_what_it_means_and_a_remedy(
    management: Management, answer: tuple[int, object], words: str
) -> None:
    management.answer = answer
    problem = Alarms(management.url, 1).problem("launcher", "secret")
    assert problem is not None
    assert words in problem.words
    assert "Mails are saved" in problem.words
    assert problem.remedy
    assert "secret" not in problem.words + problem.remedy


@pytest.mark.parametrize("answer", [GOOD, (401, {}), (404, {}), (500, {})])
def test_what_is_no_alarm_is_none(management: Management, answer: tuple[int, object]) -> None:
    management.answer = answer
    assert Alarms(management.url, 1).problem("launcher", "secret") is None


def test_it_asks_with_our_login_and_keeps_its_connection(management: Management) -> None:
    alarms = Alarms(management.url, 1)
    for _ in range(2):
        alarms.problem("launcher", "secret")
    assert (
        management.asked == [("/api/health/checks/local-alarms", "Basic bGF1bmNoZXI6c2VjcmV0")] * 2
    )
    alarms.close()


def test_a_dashboard_that_is_away_is_no_alarm() -> None:
    assert (
        Alarms("http://127.0.0.1:1/api/health/checks/local-alarms", 0.2).problem("u", "p") is None
    )


def test_the_same_remedy_is_given_once() -> None:
    assert alarm_problem(["disk", "disk space"]).remedy.count("Free some space") == 1
