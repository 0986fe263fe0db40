"""Links that sign a browser in once, without a password in anybody's command line."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from launcher.runtime import one_time_login
from launcher.runtime.one_time_login import Login, offer
from tests.helpers.ports import free_port
from tests.helpers.waiting import eventually

PASSWORD = "a/b@c:d%<é>"


def get(url: str) -> HTTPResponse:
    """One answer, no redirect followed."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", parts.path)
    return connection.getresponse()


class Dashboard:
    """A server that has the dashboard's script."""

    def __init__(self, script: bytes) -> None:
        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.path == "/js/main.js" else 404)
                self.end_headers()
                self.wfile.write(script)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Page)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def old() -> Iterator[Dashboard]:
    made = Dashboard(b"store_cookie_value_with_expiration('auth', encodeURIComponent(b64), date);")
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def new() -> Iterator[Dashboard]:
    made = Dashboard(b"store_local_pref(CREDENTIALS, credentials);")
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_flowers_login_is_handed_over_by_a_redirect() -> None:
    link = offer(Login("http://127.0.0.1:5566/", "launcher", PASSWORD), dashboard=False)
    assert PASSWORD not in link
    answer = get(link)
    to = urlsplit(answer.headers["Location"])
    assert answer.status == 302
    assert (to.username, unquote(to.password or "")) == ("launcher", PASSWORD)
    assert (to.hostname, to.port) == ("127.0.0.1", 5566)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_works_once() -> None:
    link = offer(Login("http://127.0.0.1:5566/", "launcher", PASSWORD), dashboard=False)
    assert get(link).status == 302
    with pytest.raises(OSError, match=r"refused|reset"):
        eventually(lambda: get(link).status != 404, 5, lambda: "its end")


def test_whoever_does_not_know_the_token_gets_nothing_and_spends_nothing() -> None:
    link = offer(Login("http://127.0.0.1:5566/", "launcher", PASSWORD), dashboard=False)
    for guess in ("/", "/x", f"{urlsplit(link).path}x"):
        answer = get(f"{link.rpartition('/')[0]}{guess}")
        assert answer.status == 404
        assert b"launcher" not in answer.read()
    assert get(link).status == 302


def test_a_link_that_nobody_opens_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_time_login, "OFFERED_SECONDS", 0.1)
    link = offer(Login("http://127.0.0.1:5566/", "launcher", PASSWORD), dashboard=False)
    thread = next(one for one in threading.enumerate() if one.name == "login")
    thread.join(5)
    assert not thread.is_alive()
    with pytest.raises(OSError, match="refused"):
        get(link)


def test_a_dashboard_that_keeps_its_login_in_a_cookie_gets_it_there(old: Dashboard) -> None:
    answer = get(offer(Login(old.url, "launcher", PASSWORD), dashboard=True))
    name, _, rest = answer.headers["Set-Cookie"].partition("=")
    key, _, value = rest.partition(";")[0].partition(":")
    assert (name, answer.headers["Location"]) == ("m", old.url)
    assert key == "2258"  # its own hash of "auth"
    login = base64.b64decode(unquote(unquote(value))).decode()
    assert login == f"launcher:{PASSWORD}"


def test_another_dashboard_is_signed_in_by_hand_with_what_is_shown_once(new: Dashboard) -> None:
    answer = get(offer(Login(new.url, "launcher", PASSWORD), dashboard=True))
    body = answer.read().decode()
    assert answer.status == 200
    assert "a/b@c:d%&lt;é&gt;" in body
    assert "Set-Cookie" not in answer.headers


def test_a_dashboard_that_does_not_answer_is_no_reason_to_fail() -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    assert get(offer(Login(url, "launcher", PASSWORD), dashboard=True)).status == 200
