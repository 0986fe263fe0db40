"""A link that signs the browser in to Flower or RabbitMQ's dashboard, once.

A browser is told where to go in its command line, which other programs may read: no password may
stand there. So the link leads to a page of ours on loopback, with a token of 256 bits, that is
served once, within a minute, and hands the login over: by a redirect for HTTP's basic
authentication (Flower), by the cookie in which the dashboard keeps its login (RabbitMQ up to 3.10;
cookies know no ports), or, where the dashboard lets only its own page do it, as words to copy.
"""

from __future__ import annotations

import base64
import html
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler

OFFERED_SECONDS = 60.0
_ASK_SECONDS = 3.0
_COOKIE_LOGIN = b"store_cookie_value_with_expiration('auth'"
"""What stands in a dashboard's script that keeps its login in a cookie."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where a browser is to be signed in: a page's URL and who signs in."""

    url: str
    user: str
    password: str


def offer(login: Login, *, dashboard: bool) -> str:
    """The link. `dashboard` says that RabbitMQ's answers there. Blocks: asks it for its kind.

    Raises OSError when no page can be served.
    """
    from http.server import BaseHTTPRequestHandler, HTTPServer  # noqa: PLC0415 - when first asked

    token = secrets.token_urlsafe(32)
    answer = _dashboard_answer(login) if dashboard else _redirect(login)
    served = threading.Event()

    class Page(BaseHTTPRequestHandler):
        """Answers the token once; anything else is not found."""

        timeout = _ASK_SECONDS

        def do_GET(self) -> None:
            """Hand the login over."""
            right = secrets.compare_digest(self.path.encode(), f"/{token}".encode())
            if not right or served.is_set():
                _reply(self, _Answer(404, {}, b"This link was used, or is too old."))
                return
            served.set()
            _reply(self, answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing: what is asked for is a secret."""

    host = urlsplit(login.url).hostname or "127.0.0.1"
    server = HTTPServer((host, 0), Page)
    server.timeout = 0.5
    thread = threading.Thread(target=_serve, args=(server, served), name="login", daemon=True)
    thread.start()
    return f"http://{host}:{server.server_port}/{token}"


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


def _serve(server: Any, served: threading.Event) -> None:
    import time  # noqa: PLC0415 - the thread's own

    until = time.monotonic() + OFFERED_SECONDS
    with server:
        while not served.is_set() and time.monotonic() < until:
            server.handle_request()


def _reply(page: BaseHTTPRequestHandler, answer: _Answer) -> None:
    page.send_response(answer.status)
    for name, value in answer.headers.items():
        page.send_header(name, value)
    page.send_header("Content-Type", "text/html; charset=utf-8")
    page.send_header("Content-Length", str(len(answer.body)))
    page.send_header("Cache-Control", "no-store")
    page.send_header("Referrer-Policy", "no-referrer")
    page.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
    page.end_headers()
    page.wfile.write(answer.body)


def _redirect(login: Login) -> _Answer:
    parts = urlsplit(login.url)
    user, password = quote(login.user, safe=""), quote(login.password, safe="")
    to = parts._replace(netloc=f"{user}:{password}@{parts.netloc}").geturl()
    return _Answer(302, {"Location": to})


def _dashboard_answer(login: Login) -> _Answer:
    if not _keeps_login_in_cookie(login.url):
        return _Answer(200, {}, _words(login))
    value = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
    # Escaped twice, as its script does it: for the value, and for the list of values.
    kept = quote(quote(value, safe=""), safe="*@-_+./")
    cookie = f"m={_short('auth')}:{kept}; Path=/; SameSite=Strict"
    return _Answer(302, {"Location": login.url, "Set-Cookie": cookie})


def _keeps_login_in_cookie(url: str) -> bool:
    from urllib.request import urlopen  # noqa: PLC0415 - when first asked

    try:
        with urlopen(f"{url.rstrip('/')}/js/main.js", timeout=_ASK_SECONDS) as script:  # noqa: S310 - http
            return _COOKIE_LOGIN in script.read(1_000_000)
    except (OSError, ValueError):
        return False


def _short(name: str) -> str:
    """The dashboard's name of a value in its cookie: a hash of 16 bits (`short_key`, prefs.js)."""
    value = 0
    for letter in name:
        value = (31 * value + ord(letter)) & 0xFFFFFFFF
    low = value & 0xFFFF
    return format(abs(low - 0x10000 if low >= 0x8000 else low), "x")


def _words(login: Login) -> bytes:
    url, user, password = (html.escape(each) for each in (login.url, login.user, login.password))
    return f"""<!doctype html><meta charset="utf-8"><title>RabbitMQ</title>
<body style="font: 16px sans-serif; max-width: 40em; margin: 4em auto; line-height: 1.5">
<h1 style="font-size: 1.3em">Sign in to RabbitMQ's dashboard</h1>
<p>The dashboard of this version lets only its own page sign in. Copy these;
this page is shown once.
<p>User <code style="user-select: all">{user}</code><br>
Password <code style="user-select: all">{password}</code>
<p><a href="{url}" rel="noreferrer">Open the dashboard</a>""".encode()
