"""The scripted SMTP server: asyncio, on loopback, every accepted mail written down durably.

`SmtpServer` is the server; `ScriptedServer` runs it on a thread of this process, for tests that
want no other one.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Mapping
from email import message_from_bytes, policy
from pathlib import Path
from ssl import SSLContext, SSLError
from typing import Any, Self

from tests.helpers.smtp.script import (
    DRIP,
    LATE,
    TAKE,
    TWICE,
    Answers,
    Script,
    unruly,
    usual,
)

_DRIP_SECONDS = 0.05
_NO_LINGER = struct.pack("ii", 1, 0)
_READ = 65536


class _HungUp(Exception):  # noqa: N818 - not a fault: the script says so
    """The conversation is over."""


class SmtpServer:
    """Follows `script`, and for a mail whose first recipient's name has one, that of `by_name`.

    `tls` holds a context a certificate's name; with any, STARTTLS is offered. `login` offers
    AUTH. `record` is a file: one JSON line a mail taken, on disk before it is answered.
    `messages` and `commands` are what this process has seen, oldest first.
    """

    def __init__(
        self,
        *,
        record: Path | None = None,
        tls: Mapping[str, SSLContext] | None = None,
        login: bool = False,
        keep: bool = True,
        delay: float = 0.0,
    ) -> None:
        self.script = Script()
        self.by_name: dict[str, Script] = {}
        self.messages: list[bytes] = []
        self.commands: list[str] = []
        self.delay = delay
        self.connections = 0
        self.taken = 0
        self.tls = dict(tls or {})
        self.login = login
        self.port = 0
        self.tls_port = 0
        self._keep = keep
        self._record = record
        self._file: int | None = None
        self._servers: list[asyncio.Server] = []
        self._open: set[_Conversation] = set()
        self.ended = asyncio.Event()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback: on `port` in plain, on another one in TLS from the first byte."""
        if self._record is not None:
            self._file = os.open(self._record, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._servers.append(
            await asyncio.start_server(self._plain, "127.0.0.1", port, backlog=500)
        )
        self.port = self._servers[0].sockets[0].getsockname()[1]
        if self.tls:
            self._servers.append(await asyncio.start_server(self._wrapped, "127.0.0.1", 0))
            self.tls_port = self._servers[1].sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody."""
        self.ended.set()
        for server in self._servers:
            server.close()
        self.hang_up()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def hang_up(self) -> None:
        """Close all connections, used or idle: the next mail begins with a greeting."""
        for conversation in list(self._open):
            conversation.abort()

    def take(self, source: bytes, sender: str, recipients: list[str]) -> None:
        """Write a mail down before anybody is told that it was taken."""
        self.taken += 1
        if self._keep:
            self.messages.append(source)
        if self._file is None:
            return
        message = message_from_bytes(source, policy=policy.compat32)
        line = {
            "at": time.time(),
            "from": sender,
            "to": recipients,
            "message_id": str(message["Message-ID"] or "").strip(),
            "subject": str(message["Subject"] or ""),
            "sha256": hashlib.sha256(source).hexdigest(),
            **({"source": source.decode("latin-1")} if self._keep else {}),
        }
        os.write(self._file, json.dumps(line).encode() + b"\n")
        os.fsync(self._file)

    async def _plain(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._converse(_Conversation(self, reader, writer))

    async def _wrapped(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = _Conversation(self, reader, writer)
        with contextlib.suppress(OSError, SSLError):
            await conversation.wrap()
            await self._converse(conversation)
        conversation.abort()

    async def _converse(self, conversation: _Conversation) -> None:
        self.connections += 1
        self._open.add(conversation)
        try:
            await conversation.run()
        except (_HungUp, OSError, asyncio.IncompleteReadError, ValueError, EOFError):
            pass  # the client, the script or the test has ended it
        finally:
            self._open.discard(conversation)
            conversation.abort(gently=True)


class _Conversation:
    """One connection."""

    def __init__(
        self, server: SmtpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self._own: Script | None = None
        self._sender = ""
        self._recipients: list[str] = []
        self._encrypted = False

    def abort(self, *, gently: bool = False) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError, RuntimeError):
            if gently:
                self._writer.close()
            else:
                self._writer.transport.abort()

    async def wrap(self) -> None:
        """Begin TLS with the certificate that the script names."""
        name = self._server.script.next("TLS") or usual("TLS")
        await self._writer.start_tls(self._server.tls[name])
        self._encrypted = True

    async def run(self) -> None:
        await self._say("GREETING")
        while line := (await self._reader.readuntil(b"\n")).decode("utf-8", "surrogateescape"):
            line = line.rstrip("\r\n")
            command = (line.split() or ["?"])[0].upper()
            self._server.commands.append(command + line[len(command) :])
            await self._one(command, line)
            if command == "QUIT":
                return

    async def _one(self, command: str, line: str) -> None:
        match command:
            case "EHLO" | "HELO":
                await self._say("EHLO")
            case "STARTTLS":
                answer = await self._say("STARTTLS")
                if answer.startswith("220"):
                    await self.wrap()
            case "MAIL":
                self._own, self._recipients = None, []
                self._sender = _address(line)
                await self._say("MAIL")
            case "RCPT":
                await self._recipient(_address(line))
            case "DATA":
                if (await self._say("DATA")).startswith("354"):
                    await self._body()
            case _:
                await self._say(command)

    async def _recipient(self, address: str) -> None:
        if self._own is None:
            self._own = self._server.by_name.get(address.partition("@")[0])
        answer = await self._say("RCPT", f"RCPT {address}", "RCPT")
        if answer.startswith("2"):
            self._recipients.append(address)

    async def _body(self) -> None:
        deed = self._script().next("BODY")
        if deed:
            await self._reader.readuntil(b"\n")
            await self._do(deed, "BODY")
        lines = []
        while (line := await self._reader.readuntil(b"\n")) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        if self._server.delay:
            await asyncio.sleep(self._server.delay)
        answer = self._script().next("DOT") or self._server.script.next("DOT") or usual("DOT")
        if _without_wait(answer).startswith((TAKE, "2", "MANY", TWICE)):
            self._server.take(b"".join(lines), self._sender, list(self._recipients))
        await self._do(answer.removeprefix(TAKE), "DOT")

    def _script(self) -> Script:
        return self._own or self._server.script

    async def _say(self, phase: str, *names: str) -> str:
        answer = self._script().next(*(names or (phase,)))
        if answer is None and self._own is not None:
            answer = self._server.script.next(*(names or (phase,)))
        answer = answer or self._usual(phase)
        await self._do(answer, phase)
        said = _without_wait(answer)
        return said if said[:3].isdigit() else usual(phase)

    def _usual(self, phase: str) -> str:
        answer = usual(phase)
        if phase == "EHLO":
            more = ["250-STARTTLS"] if self._server.tls and not self._encrypted else []
            more += ["250-AUTH PLAIN"] if self._server.login else []
            answer = "\r\n".join([*answer.splitlines()[:1], *more, *answer.splitlines()[1:]])
        return answer

    async def _do(self, answer: str, phase: str) -> None:
        """Answer, or do what the script says instead."""
        if answer.startswith(LATE):
            _, seconds, answer = answer.split(" ", 2)
            await asyncio.sleep(float(seconds))
        match answer:
            case "":
                return
            case "CLOSE":
                raise _HungUp
            case "RESET":
                raw = self._writer.get_extra_info("socket")
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
                self.abort()
                raise _HungUp
            case "SILENT":
                await (self._stop_reading() if phase == "BODY" else self._until_over())
            case "DRIP" | "ENDLESS":
                piece = usual(phase)[:1] if answer == DRIP else f"{usual(phase)[:3]}-more\r\n"
                while not self._server.ended.is_set():
                    self._writer.write(piece.encode())
                    await self._writer.drain()
                    await asyncio.sleep(_DRIP_SECONDS)
                raise _HungUp
            case "HALF":
                self._writer.write(usual(phase)[:2].encode())
                await self._writer.drain()
                raise _HungUp
            case "GARBAGE" | "LONG" | "MANY" | "TWICE":
                self._writer.write(unruly(answer, self._usual(phase)))
            case _:
                self._writer.write(answer.encode() + b"\r\n")
        await self._writer.drain()
        if answer.startswith("421"):
            raise _HungUp

    async def _stop_reading(self) -> None:
        """Leave what comes where it is, until the client gives up or the server ends."""
        while not self._server.ended.is_set() and not self._writer.is_closing():
            await asyncio.sleep(_DRIP_SECONDS)
        raise _HungUp

    async def _until_over(self) -> None:
        """Say nothing until the client gives up or the server ends; what comes is thrown away."""
        over = asyncio.ensure_future(self._server.ended.wait())
        try:
            while not over.done():
                reading = asyncio.ensure_future(self._reader.read(_READ))
                await asyncio.wait({reading, over}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    reading.cancel()
                elif not reading.result():
                    break
        finally:
            over.cancel()
        raise _HungUp


def _without_wait(answer: str) -> str:
    return answer.split(" ", 2)[2] if answer.startswith(LATE) else answer


def _address(line: str) -> str:
    return line.partition("<")[2].rpartition(">")[0]


class ScriptedServer:
    """The server on a thread of this process, as a context manager."""

    def __init__(self, *, tls: Mapping[str, SSLContext] | None = None, login: bool = False) -> None:
        self._tls, self._login = tls, login
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: SmtpServer
        self._script: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._make())
        return self

    def __exit__(self, *_: Any) -> None:
        self._do(self._server.stop())
        self._do(_settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def tls_port(self) -> int:
        return self._server.tls_port

    @property
    def messages(self) -> list[bytes]:
        """What was taken, oldest first."""
        return self._server.messages

    @property
    def commands(self) -> list[str]:
        """Every command, its verb in capitals, oldest first."""
        return self._server.commands

    @property
    def connections(self) -> int:
        """How many there were."""
        return self._server.connections

    @property
    def script(self) -> Answers:
        """What it says. Set it whole: it then begins anew."""
        return self._script

    @script.setter
    def script(self, answers: Answers) -> None:
        self._script = {name: list(given) for name, given in answers.items()}
        self._server.script = Script(answers)

    def hang_up(self) -> None:
        """Close every connection that a client keeps."""
        self._loop.call_soon_threadsafe(self._server.hang_up)
        self._do(_settle(cancel=False))

    def _do(self, awaited: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(awaited, self._loop).result(10)

    async def _make(self) -> None:
        self._server = SmtpServer(tls=self._tls, login=self._login)
        await self._server.start()


async def _settle(*, cancel: bool = True) -> None:
    """Let what was told to end do so."""
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    if cancel:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    else:
        await asyncio.sleep(0.01)
