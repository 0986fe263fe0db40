"""`launcher.mail` against a real HTTP server on loopback that answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from launcher import mail
from launcher.mail import Draft, MailClient, MailRefused, MailUnavailable

ROW = {
    "id": 7,
    "state": "QUEUED",
    "state_words": "Saved, will be sent",
    "final": False,
    "to": ["a@example.com"],
    "subject": "Hi",
    "created_at": "2026-01-01T10:00:00Z",
    "due_at": "2026-01-01T10:00:00Z",
    "attempts": 0,
    "last_code": None,
    "last_reply": "",
}


class Answering:
    """A server that notes what it is asked and gives `answer`."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.answer: tuple[int, bytes] = (200, b"{}")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else None
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                status, raw = outer.answer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_DELETE = _serve  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def says(self, data: Any, status: int = 200) -> None:
        self.answer = (status, json.dumps(data).encode())

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server() -> Iterator[Answering]:
    made = Answering()
    yield made
    made.close()


@pytest.fixture
def client(server: Answering) -> MailClient:
    return MailClient(lambda: server.url, "the-token")


def test_a_submission_carries_token_key_and_all_fields(
    server: Answering, client: MailClient
) -> None:
    server.says(ROW, 202)
    row = client.submit(Draft(("a@example.com",), "Hi", "text", cc=("c@example.com",)), "key-1")
    method, path, headers, body = server.asked[0]
    assert (method, path) == ("POST", "/api/mails")
    assert headers["Authorization"] == "Token the-token"
    assert headers["Idempotency-Key"] == "key-1"
    assert body == {
        "to": ["a@example.com"],
        "cc": ["c@example.com"],
        "bcc": [],
        "subject": "Hi",
        "text": "text",
        "html": "",
    }
    assert row.id == 7
    assert row.to == ("a@example.com",)


def test_a_refusal_names_its_fields(server: Answering, client: MailClient) -> None:
    server.says(
        {"errors": {"to": ["Bad address."], "non_field_errors": [["x"], {"0": ["y"]}]}}, 400
    )
    with pytest.raises(MailRefused) as caught:
        client.submit(Draft(("x",)), "k")
    assert caught.value.errors == {"to": ["Bad address."], "": ["x", "y"]}
    assert str(caught.value) == "to: Bad address.; x y"


def test_a_conflict_is_a_refusal_in_the_servers_words(
    server: Answering, client: MailClient
) -> None:
    server.says({"detail": "It is being sent."}, 409)
    with pytest.raises(MailRefused, match="It is being sent"):
        client.cancel(7)


@pytest.mark.parametrize(
    ("status", "raw", "words"),
    [
        (401, b'{"detail": "No."}', "refused the launcher's token. No."),
        (500, b"{}", "Django failed \\(500\\)"),
        (502, b"<html>", "no JSON"),
        (200, b"[]", "unknown shape"),
    ],
)
def test_what_is_no_answer_says_so(
    server: Answering, client: MailClient, status: int, raw: bytes, words: str
) -> None:
    server.answer = (status, raw)
    with pytest.raises(MailUnavailable, match=words):
        client.queue()


def test_a_django_that_is_not_ready_is_said_and_not_asked(server: Answering) -> None:
    with pytest.raises(MailUnavailable, match="not ready"):
        MailClient(lambda: None, "t").relay()
    assert server.asked == []


def test_a_closed_port_is_unavailable_and_try_relay_gives_the_reason() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        client = MailClient(lambda: f"http://127.0.0.1:{held.getsockname()[1]}", "t")
        with pytest.raises(MailUnavailable, match="does not answer"):
            client.relay()
        assert "does not answer" in client.try_relay()


def test_a_silent_server_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = MailClient(lambda: f"http://127.0.0.1:{silent.getsockname()[1]}", "t")
        with pytest.raises(MailUnavailable, match="did not answer within"):
            client.queue()


def test_lists_send_only_what_was_asked_for(server: Answering, client: MailClient) -> None:
    server.says({"results": [ROW], "next": 3})
    page = client.list(after=9, state="FAILED", q="näh & x", limit=5)
    assert server.asked[0][1] == "/api/mails?state=FAILED&q=n%C3%A4h+%26+x&after=9&limit=5"
    assert (page.results[0].subject, page.next) == ("Hi", 3)
    client.list()
    assert server.asked[1][1] == "/api/mails?limit=50"


def test_a_mail_has_its_timeline_and_recipients(server: Answering, client: MailClient) -> None:
    server.says(
        {
            **ROW,
            "text": "Hello",
            "recipients": [{"address": "a@example.com", "state": "delivered", "reply": "250 OK"}],
            "timeline": [
                {"event": "saved", "at": "2026-01-01T10:00:00.000Z", "at_ms": 0, "detail": ""}
            ],
        }
    )
    given = client.get(7)
    assert given.timeline[0].event == "saved"
    assert given.recipients[0].reply == "250 OK"
    assert given.text == "Hello"


def test_the_inbox_reads_envelope_and_headers(server: Answering, client: MailClient) -> None:
    caught = {
        "id": 2,
        "received_at": "2026-01-01T10:00:00Z",
        "envelope": {"from": "f@example.com", "to": ["a@example.com"]},
        "subject": "Hi",
        "size": 400,
        "mail_id": 7,
    }
    server.says({"results": [caught], "next": None})
    assert client.inbox(limit=2).results[0].recipients == ("a@example.com",)
    server.says({**caught, "headers": [["Subject", "Hi"]], "source": "Subject: Hi\n"})
    given = client.inbox_mail(2)
    assert given.headers == (("Subject", "Hi"),)
    server.answer = (204, b"")
    client.delete_inbox(2)
    assert server.asked[-1][:2] == ("DELETE", "/api/inbox/2")


def test_the_rest_of_the_api(server: Answering, client: MailClient) -> None:
    server.says({"counts": {"QUEUED": 2}, "paused": True, "reason": "login"})
    assert client.queue().reason == "login"
    assert client.set_paused(paused=False).counts == {"QUEUED": 2}
    assert server.asked[-1][3] == {"paused": False}
    server.says({"published": 3, "taken_back": 1})
    assert client.relay().published == 3
    assert client.try_relay() == ""
    server.says({"url": "/login/abc/"}, 201)
    assert client.login_link("/admin/") == "/login/abc/"
    assert server.asked[-1][3] == {"next": "/admin/"}
    server.says(ROW, 202)
    assert client.resend(7).state == "QUEUED"
