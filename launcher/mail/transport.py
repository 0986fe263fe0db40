"""Asks Django over HTTP: one connection a question, the launcher's token in every one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from launcher.mail.errors import TOO_LARGE, MailRefused, MailUnavailable, refusal

if TYPE_CHECKING:
    from http.client import HTTPConnection

TIMEOUT = 5.0
"""Seconds for connecting, and for each wait on an answer."""

LONG_TIMEOUT = 60.0
"""Seconds to wait where the API works on many rows or takes a large file before it answers."""

CHUNK = 64 * 1024

Json = dict[str, Any]
Progress = Callable[[int], None]


class Transport:
    """Questions to one Django. Every method raises MailUnavailable and MailRefused.

    `base_url` gives Django's address, or None while it is not ready.
    """

    def __init__(self, base_url: Callable[[], str | None], token: str) -> None:
        self._base_url = base_url
        self._token = token

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Json:
        """Send JSON, read JSON; {} for an answer without content."""
        sent = {"Content-Type": "application/json"} if body is not None else {}
        raw = None if body is None else json.dumps(body).encode()
        status, answer = self._exchange(method, path, raw, {**sent, **(headers or {})}, timeout)
        return _understood(status, answer)

    def read(self, path: str) -> bytes:
        """The bytes at a path, as they are."""
        status, raw = self._exchange("GET", path, None, {"Accept": "*/*"}, LONG_TIMEOUT)
        if 200 <= status < 300:
            return raw
        _understood(status, raw)
        raise MailUnavailable(f"Django answered {status}.")

    def send(self, path: str, data: bytes, content_type: str, progress: Progress) -> Json:
        """Send bytes in pieces; `progress` is told after each how many have gone."""

        def pieces() -> Iterator[bytes]:
            for begin in range(0, len(data), CHUNK):
                yield data[begin : begin + CHUNK]
                progress(min(len(data), begin + CHUNK))

        # The length is given, so that a file too big is refused before it is read.
        headers = {"Content-Type": content_type, "Content-Length": str(len(data))}
        status, raw = self._exchange("POST", path, pieces(), headers, LONG_TIMEOUT)
        return _understood(status, raw)

    def _exchange(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None,
        headers: Mapping[str, str],
        timeout: float | None,
    ) -> tuple[int, bytes]:
        # Imported at the first question: the window opens without it.
        from http.client import HTTPConnection, HTTPException  # noqa: PLC0415 - imported when somebody asks

        base = self._base_url()
        if base is None:
            raise MailUnavailable("Django is not ready yet.")
        where = urlsplit(base)
        seconds = TIMEOUT if timeout is None else timeout
        connection = HTTPConnection(where.hostname or "", where.port, timeout=seconds)
        sent = {"Authorization": f"Token {self._token}", "Accept": "application/json", **headers}
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return response.status, response.read()
        except TimeoutError as error:
            raise MailUnavailable(f"Django did not answer within {seconds:g} s.") from error
        except (BrokenPipeError, ConnectionResetError) as error:
            return _said_before_it_closed(connection, error)
        except (OSError, HTTPException) as error:
            _unanswered(error)
        finally:
            connection.close()


def _said_before_it_closed(connection: HTTPConnection, closed: OSError) -> tuple[int, bytes]:
    """What a server says that refuses a body without reading it to its end."""
    from http.client import HTTPException, HTTPResponse  # noqa: PLC0415 - as above

    if connection.sock is None:
        _unanswered(closed)
    response = HTTPResponse(connection.sock)
    try:
        response.begin()
        return response.status, response.read()
    except (OSError, HTTPException):
        _unanswered(closed)


def _unanswered(error: Exception) -> NoReturn:
    raise MailUnavailable(f"Django does not answer: {error}.") from error


def _understood(status: int, raw: bytes) -> Json:
    try:
        given = json.loads(raw) if raw else {}
    except ValueError as error:
        if status == 413:  # of the web server: no request of that size is let through to Django
            raise MailRefused({"": [TOO_LARGE]}, status) from error
        raise MailUnavailable(f"Django's answer ({status}) is no JSON; see its log.") from error
    if not isinstance(given, dict):
        raise MailUnavailable(f"Django's answer ({status}) has an unknown shape.")
    if 200 <= status < 300:
        return given
    detail = str(given.get("detail", ""))
    if status in (401, 403):
        raise MailUnavailable(f"Django refused the launcher's token. {detail}".strip())
    if 400 <= status < 500:
        raise refusal(given, status)
    raise MailUnavailable(detail or f"Django failed ({status}); its log says why.")
