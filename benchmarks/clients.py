"""Clients that post mails: `python -m benchmarks.clients PORT SECONDS [form]`.

With `form` they post to the tutorial's form, otherwise to the API. Each has one connection that
stays open, and posts as soon as the answer before is there. The token is taken from
LAUNCHER_API_TOKEN. Prints one JSON object: how many answers of each status, and the milliseconds
from the first byte sent to the last one received, once all clients are warm.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
import uuid
from collections import Counter
from urllib.parse import urlencode

CLIENTS = 20
WARM_UP_SECONDS = 2.0
MAIL = {
    "to": "ada@example.org",
    "subject": "A benchmark",
    "text": "Ten lines of text, as most mails have.\n" * 10,
}
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


def api_request(port: int) -> tuple[bytes, bytes]:
    """What goes before and after the key of a request to the API."""
    body = json.dumps({**MAIL, "to": [MAIL["to"]]})
    return (
        f"POST /api/mails HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Token {os.environ['LAUNCHER_API_TOKEN']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: "
    ).encode(), f"\r\n\r\n{body}".encode()


def form_request(port: int) -> tuple[bytes, bytes]:
    """The same for a form with Django's protection against foreign pages."""
    body = urlencode(MAIL)
    csrf = "c" * 32
    return (
        f"POST /sendmail/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: csrftoken={csrf}\r\nX-CSRFToken: {csrf}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Request: "
    ).encode(), f"\r\n\r\n{body}".encode()


class Client(asyncio.Protocol):
    """One of them. `answers` gets (when it was sent, milliseconds, status)."""

    def __init__(
        self, request: tuple[bytes, bytes], until: float, answers: list[tuple[float, float, int]]
    ) -> None:
        self._request = request
        self._until = until
        self._answers = answers
        self._got = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Post the first."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._post()

    def data_received(self, data: bytes) -> None:
        """Note an answer that is complete, and post the next."""
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return
        now = time.monotonic()
        self._answers.append((self._sent, (now - self._sent) * 1000, int(head.split()[1])))
        self._got = b""
        if now < self._until:
            self._post()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell that it has ended."""
        if error is None and time.monotonic() >= self._until:
            self.done.set_result(None)
        else:
            self.done.set_exception(error or ConnectionError("the server hung up"))

    def _post(self) -> None:
        self._sent = time.monotonic()
        before, after = self._request
        self._transport.write(before + uuid.uuid4().hex.encode() + after)


async def post(port: int, seconds: float, request: tuple[bytes, bytes]) -> dict[str, object]:
    """Let all clients post; return what is printed."""
    loop = asyncio.get_running_loop()
    answers: list[tuple[float, float, int]] = []
    warm = time.monotonic() + WARM_UP_SECONDS
    clients = [Client(request, warm + seconds, answers) for _ in range(CLIENTS)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    await asyncio.gather(*(client.done for client in clients))
    return {
        "ms": [round(took, 2) for sent, took, _ in answers if sent >= warm],
        "statuses": Counter(str(status) for _, _, status in answers),
    }


if __name__ == "__main__":
    to_port = int(sys.argv[1])
    made = (form_request if "form" in sys.argv else api_request)(to_port)
    print(json.dumps(asyncio.run(post(to_port, float(sys.argv[2]), made))))
