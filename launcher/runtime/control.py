"""The control channel of the running instance: JSON lines over loopback TCP, opened by a token.

Port and token stand in `run/control.json`, which only the user can read. A request is one line
`{"token", "verb", ...}`; the answer is one line or, for verbs that go on, many; each is an object,
with `error` when it was refused.
"""

from __future__ import annotations

import contextlib
import hmac
import json
import secrets
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from launcher.paths import Home
from launcher.platform.system import System

Answer = Mapping[str, Any]
Handler = Callable[[Mapping[str, Any]], Iterable[Answer]]

_LINE = 4 * 1024 * 1024
"""Bytes of a request at most: a mail with its text."""
_LOOK_EVERY = 3600.0
"""Seconds between two looks of the server for its own end, which `close` need not wait for."""


class NotRunningError(Exception):
    """No instance holds this home."""


class RequestError(Exception):
    """The instance refused a request; the message says why."""


class ControlServer:
    """Answers requests by the handlers given, a thread a connection."""

    def __init__(self, home: Home, system: System, handlers: Mapping[str, Handler]) -> None:
        self._home = home
        token = secrets.token_hex(32)
        self._server = _Server(("127.0.0.1", 0), token, handlers)
        self._address = ("127.0.0.1", int(self._server.server_address[1]))
        system.write_private(
            home.run / "control.json", json.dumps({"port": self._address[1], "token": token})
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK_EVERY,), name="control", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Listen no more; requests under way are let go."""
        with contextlib.suppress(OSError):
            (self._home.run / "control.json").unlink(missing_ok=True)
        stop = threading.Thread(target=self._server.shutdown, name="control-stop")
        stop.start()
        while stop.is_alive():
            # The server looks for its end only between requests: a connection wakes it.
            with contextlib.suppress(OSError):
                socket.create_connection(self._address, timeout=0.1).close()
            stop.join(0.02)
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(
        self, address: tuple[str, int], token: str, handlers: Mapping[str, Handler]
    ) -> None:
        super().__init__(address, _Connection)
        self.token = token
        self.handlers = handlers


class _Connection(socketserver.StreamRequestHandler):
    server: _Server
    timeout = 30

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            for answer in self._answers(self.rfile.readline(_LINE)):
                self.wfile.write(json.dumps(answer).encode() + b"\n")

    def _answers(self, line: bytes) -> Iterable[Answer]:
        try:
            request = json.loads(line)
        except ValueError:
            return [{"error": "not a JSON object"}]
        token = request.get("token") if isinstance(request, dict) else None
        if not isinstance(token, str) or not hmac.compare_digest(
            token.encode(errors="replace"), self.server.token.encode()
        ):
            return [{"error": "wrong token"}]
        handler = self.server.handlers.get(str(request.get("verb")))
        if handler is None:
            return [{"error": f"there is no verb {request.get('verb')!r}"}]
        return _guarded(handler, request)


def _guarded(handler: Handler, request: Mapping[str, Any]) -> Iterator[Answer]:
    try:
        yield from handler(request)
    except RequestError as error:
        yield {"error": str(error)}


def request(home: Home, verb: str, *, timeout: float | None = 30, **words: Any) -> Iterator[Answer]:
    """Ask the running instance and yield its answers.

    Raises NotRunningError when none answers there, RequestError when it refuses, or is heard no
    more.
    """
    nothing = f"Nothing runs with the folder {home.root}."
    try:
        address = json.loads((home.run / "control.json").read_text(encoding="utf-8"))
        message = {"token": address["token"], "verb": verb, **words}
        connection = socket.create_connection(("127.0.0.1", address["port"]), timeout=5)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotRunningError(nothing) from error
    with connection:
        connection.settimeout(timeout)
        try:
            yield from _talk(connection, message)
        except OSError as error:
            why = "it takes too long" if isinstance(error, TimeoutError) else "it has hung up"
            raise RequestError(
                f"The running instance gave no whole answer to {verb}: {why}. See its log."
            ) from error
        except ValueError as error:
            # Left by an instance that was killed, and another program has its port now.
            raise NotRunningError(nothing) from error


def _talk(connection: socket.socket, message: Mapping[str, Any]) -> Iterator[Answer]:
    """Raises ValueError when the answer is none of ours, OSError when the connection breaks."""
    with connection.makefile("rwb") as file:
        file.write(json.dumps(message).encode() + b"\n")
        file.flush()
        for line in file:
            answer = json.loads(line)
            if not isinstance(answer, dict):
                raise ValueError("no object")
            if "error" in answer:
                raise RequestError(answer["error"])
            yield answer
