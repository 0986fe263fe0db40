"""`launcher.mail` against a real HTTP server on loopback that answers as it is told."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from launcher.mail import (
    BatchLetter,
    Chaos,
    Draft,
    MailClient,
    MailRefused,
    MailUnavailable,
    Rule,
    Words,
    transport,
)

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
                raw = self.rfile.read(length)
                is_json = self.headers.get("Content-Type", "").endswith("json")
                body = json.loads(raw) if is_json else raw or None
                outer.asked.append((self.command, self.path, dict(self.headers), body))
                status, answer = outer.answer
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

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
        (507, b'{"detail": "The disk is full."}', "^The disk is full.$"),
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
    monkeypatch.setattr(transport, "TIMEOUT", 0.05)
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


# -- drafts, files, templates, batches, repeats, chaos -----------------------------------------


def test_a_draft_is_kept_changed_and_sent(server: Answering, client: MailClient) -> None:
    server.says({**ROW, "state": "DRAFT"}, 201)
    assert client.save_draft(Draft((), uploads=(4,)), "key").state == "DRAFT"
    assert server.asked[-1][3]["draft"] is True
    assert server.asked[-1][3]["uploads"] == [4]
    client.change_draft(7, Draft(("a@x.org",), keep=(0, 2), due_at="2030-01-01T09:00Z"), send=True)
    method, path, _, body = server.asked[-1]
    assert (method, path) == ("PUT", "/api/mails/7")
    assert (body["keep"], body["draft"], body["due_at"]) == ([0, 2], False, "2030-01-01T09:00Z")


def test_what_can_be_done_and_how_it_was_tried_is_read(
    server: Answering, client: MailClient
) -> None:
    one = {"number": 1, "phase": "RCPT", "verdict": "deferred", "code": 451, "reply": "busy"}
    file = {"index": 0, "name": "a.txt", "content_type": "text/plain", "size": 3}
    server.says(
        {**ROW, "tries": [one], "attachments": [file], "can": {"resend": True}, "resend_asks": True}
    )
    mail = client.get(7)
    assert (mail.tries[0].phase, mail.tries[0].code) == ("RCPT", 451)
    assert mail.attachments[0].name == "a.txt"
    assert (mail.can.resend, mail.can.delete, mail.resend_asks) == (True, False, True)


def test_the_words_of_the_user_go_with_a_doubtful_resend(
    server: Answering, client: MailClient
) -> None:
    server.says({"detail": "It may arrive twice."}, 409)
    with pytest.raises(MailRefused) as caught:
        client.resend(7)
    assert caught.value.status == 409
    server.says(ROW, 202)
    client.resend(7, sure=True)
    assert server.asked[-1][3] == {"sure": True}


def test_mails_are_copied_deleted_retried_and_cleared(
    server: Answering, client: MailClient
) -> None:
    server.says({**ROW, "id": 8, "state": "DRAFT"}, 201)
    assert client.copy(7).row.id == 8
    server.answer = (204, b"")
    client.delete(7)
    assert server.asked[-1][:2] == ("DELETE", "/api/mails/7")
    server.says({"count": 12})
    assert client.retry_failed() == 12
    assert client.clear(30) == 12
    assert server.asked[-1][3] == {"older_than_days": 30}


def test_a_file_goes_up_in_pieces_and_comes_down_as_it_is(
    server: Answering, client: MailClient
) -> None:
    server.says({"id": 3, "name": "ä b.bin", "content_type": "image/png", "size": 100_000}, 201)
    data = bytes(range(250)) * 400
    gone: list[int] = []
    upload = client.upload("ä b.bin", "image/png", data, gone.append)
    _, path, headers, body = server.asked[-1]
    assert path == "/api/uploads?name=%C3%A4%20b.bin"
    assert (headers["Content-Type"], body) == ("image/png", data)
    assert gone == [65_536, 100_000]
    assert upload.id == 3
    server.answer = (200, b"\x00\xff")
    assert client.attachment(7, 1) == b"\x00\xff"
    assert client.source(7) == b"\x00\xff"
    assert client.inbox_attachment(2, 0) == b"\x00\xff"
    server.says({"detail": "It is gone."}, 404)
    with pytest.raises(MailRefused, match="It is gone"):
        client.source(7)


def test_a_file_that_is_refused_unread_is_a_refusal_with_its_words() -> None:
    answer = b'{"detail": "At most 25 MB."}'
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def refuse() -> None:
            one, _ = listening.accept()
            with one:
                one.recv(1000)
                one.sendall(b"HTTP/1.1 413 Too big\r\nContent-Length: 28\r\n\r\n" + answer)
                one.shutdown(socket.SHUT_WR)

        threading.Thread(target=refuse).start()
        client = MailClient(lambda: f"http://127.0.0.1:{listening.getsockname()[1]}", "t")
        with pytest.raises((MailRefused, MailUnavailable)) as caught:
            client.upload("big", "text/plain", bytes(30_000_000), lambda _gone: None)
    # Which of the two depends on whether the system still has the words when the pipe breaks.
    if isinstance(caught.value, MailRefused):
        assert str(caught.value) == "At most 25 MB."


def test_what_the_web_server_itself_finds_too_large_is_a_refusal_in_our_words() -> None:
    with pytest.raises(MailRefused, match=r"25\.0 MiB"):
        transport._understood(413, b"Request Entity Too Large\r\n\r\n(generated by waitress)")
    with pytest.raises(MailUnavailable, match="no JSON"):
        transport._understood(500, b"Server Error")


def test_templates_are_kept_and_filled(server: Answering, client: MailClient) -> None:
    given = {
        "id": 1,
        "name": "Hi",
        "subject": "s",
        "text": "{{ a }}",
        "html": "",
        "variables": ["a"],
    }
    server.says({"results": [given], "next": None})
    assert client.templates()[0].variables == ("a",)
    server.says(given)
    assert client.save_template("Hi", Words("s")).words.text == "{{ a }}"
    client.save_template("Hi", Words("s"), 1)
    assert server.asked[-1][:2] == ("PUT", "/api/templates/1")
    assert client.render(1, {"a": "b"}) == Words("s", "{{ a }}")
    assert server.asked[-1][3] == {"variables": {"a": "b"}}


def test_a_batch_is_checked_begun_followed_and_cancelled(
    server: Answering, client: MailClient
) -> None:
    letter = BatchLetter("s", "t", "", "email\na@x.org\nb")
    server.says({"total": 1, "refused": [{"line": 3, "value": "b", "reason": "no @"}]})
    check = client.check_batch(letter)
    assert server.asked[-1][1] == "/api/batches?dry_run=1"
    assert (check.id, check.total, check.refused[0].line) == (None, 1, 3)
    server.says({"id": 5, "total": 1, "refused": []}, 202)
    assert client.begin_batch(letter, "key-5").id == 5
    assert server.asked[-1][2]["Idempotency-Key"] == "key-5"
    server.says({"id": 5, "total": 1, "final": 1, "counts": {"DELIVERED": 1}, "cancelled_at": "x"})
    assert client.batch(5).final == 1
    assert client.cancel_batch(5).cancelled


def test_a_repeat_has_its_rule_in_words(server: Answering, client: MailClient) -> None:
    rule = {"every": "week", "days": [0, 4], "at": "09:00"}
    given = {"id": 2, "rule": rule, "words": "Every Monday and Friday at 09:00", "to": ["a@x.org"]}
    server.says({"results": [given], "next": None})
    (repeat,) = client.repeats()
    assert repeat.rule == Rule("week", "09:00", (0, 4))
    server.says(given, 201)
    client.add_repeat(Draft(("a@x.org",)), repeat.rule, "Europe/Berlin")
    assert server.asked[-1][3]["rule"] == rule
    client.add_repeat(Draft(("a@x.org",)), Rule(cron="0 9 * * *"), "UTC")
    assert server.asked[-1][3]["rule"] == {"cron": "0 9 * * *"}
    client.switch_repeat(repeat, enabled=False)
    assert server.asked[-1][3]["enabled"] is False


def test_a_repeat_takes_the_files_of_its_draft_and_keeps_them_when_paused(
    server: Answering, client: MailClient
) -> None:
    files = [{"index": 0, "name": "a"}, {"index": 1, "name": "b"}]
    rule = {"every": "day", "at": "09:00"}
    server.says({"id": 2, "rule": rule, "to": ["a@x.org"], "attachments": files}, 201)
    draft = Draft(("a@x.org",), uploads=(7,), keep=(3,))
    repeat = client.add_repeat(draft, Rule(), "UTC", 41)
    asked = server.asked[-1][3]
    assert (asked["mail"], asked["keep"], asked["uploads"]) == (41, [3], [7])
    client.switch_repeat(repeat, enabled=False)
    asked = server.asked[-1][3]
    assert ("mail" in asked, asked["keep"], asked["uploads"]) == (False, [0, 1], [])


def test_the_catcher_is_told_how_to_misbehave(server: Answering, client: MailClient) -> None:
    server.says({"mode": "451", "left": 3})
    assert client.set_chaos(Chaos("451", 3)) == Chaos("451", 3)
    assert server.asked[-1][0] == "PUT"
    server.says({"mode": "off", "left": None})
    assert client.chaos() == Chaos()
