"""A small SMTP server on loopback that answers as a script says and keeps what it was told.

Answers are given by command: ``{"RCPT": ["550 no", "250 ok"]}`` refuses the first recipient. Beyond
answers there are three deeds: CLOSE hangs up, SILENT says nothing, DRIP says a byte now and then.
The answer to the final dot is that of ``DOT``.
"""

import socket
import socketserver
import threading
from typing import Any, Self

CLOSE, SILENT, DRIP = "CLOSE", "SILENT", "DRIP"
DEFAULTS = {
    "GREETING": "220 scripted",
    "EHLO": "250-scripted\r\n250 8BITMIME",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "QUIT": "221 bye",
}


class ScriptedServer:
    """Use it as a context manager; ``messages`` has what was accepted."""

    def __init__(self) -> None:
        self.script: dict[str, list[str]] = {}
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.ended = threading.Event()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _converse(outer, self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, command: str) -> str:
        planned = self.script.get(command)
        if planned:
            return planned.pop(0) if len(planned) > 1 else planned[0]
        return DEFAULTS.get(command, "250 ok")


def _converse(server: ScriptedServer, handler: socketserver.StreamRequestHandler) -> None:
    try:
        if not _say(server, handler, "GREETING"):
            return
        while line := handler.rfile.readline().decode().rstrip("\r\n"):
            command = line.split()[0].upper()
            server.commands.append(command + line[len(command) :])
            if not _say(server, handler, command) or command == "QUIT":
                return
            if command == "DATA" and server.answer("DATA").startswith("354"):
                body = _read_body(handler)
                if body is None or not _say(server, handler, "DOT", body):
                    return
    except OSError:
        return


def _read_body(handler: socketserver.StreamRequestHandler) -> bytes | None:
    lines = []
    while (line := handler.rfile.readline()) != b".\r\n":
        if not line:
            return None
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


def _say(
    server: ScriptedServer,
    handler: socketserver.StreamRequestHandler,
    command: str,
    body: bytes | None = None,
) -> bool:
    """Give the scripted answer; return whether the conversation goes on."""
    answer = server.answer(command)
    if answer == CLOSE:
        handler.connection.shutdown(socket.SHUT_RDWR)
        return False
    if answer == SILENT:
        server.ended.wait(30)
        return False
    if answer == DRIP:
        while not server.ended.wait(0.05):
            handler.wfile.write(b"2")
        return False
    if body is not None and answer.startswith("2"):
        server.messages.append(body)
    handler.wfile.write(answer.encode() + b"\r\n")
    return not answer.startswith("421")
