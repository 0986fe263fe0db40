"""Test connection: reaches a mail server, changes to TLS, logs in, and sends nothing.

Owns the order of the steps; what is said on the way is told line by line, the password never. How
the end is put into words stands in `launcher.runtime.smtp_words`.
"""

from __future__ import annotations

import enum
import queue
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from launcher.runtime.smtp_dialogue import Dialogue, Said
from launcher.smtp.profile import Security, SmtpProfile

CONNECT_LIMIT = 10.0
"""Seconds for an address to answer."""
REPLY_LIMIT = 20.0
"""Seconds for each reply."""


class Phase(enum.StrEnum):
    """Where a test stands."""

    LOOK_UP = "look up"
    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "TLS"
    EHLO = "EHLO"
    LOGIN = "login"
    NOOP = "NOOP"


class CheckFailedError(Exception):
    """Why the test ended; `cause` is the error or the reply, `code` the reply's number."""

    def __init__(self, phase: Phase, cause: Exception | str, code: int | None = None) -> None:
        super().__init__(f"{phase}: {type(cause).__name__}")
        self.phase, self.cause, self.code = phase, cause, code


class CheckCancelledError(Exception):
    """The user does not want to wait any longer."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What a good server said of itself."""

    encryption: str
    logged_in: bool
    milliseconds: int


class SmtpCheck:
    """One test of one profile; `run` may be called once, on any thread.

    `tell` gets every line as it is said, on the thread of `run`. `context` replaces the system's
    trusted authorities.
    """

    def __init__(
        self,
        profile: SmtpProfile,
        password: str,
        tell: Callable[[Said], None],
        *,
        context: ssl.SSLContext | None = None,
        connect_limit: float = CONNECT_LIMIT,
        reply_limit: float = REPLY_LIMIT,
    ) -> None:
        self._profile = profile
        self._password = password
        self._context = context
        self._connect_limit = connect_limit
        self._reply_limit = reply_limit
        self._dialogue = Dialogue(profile.host, profile.user, password, tell)
        self._cancelled = threading.Event()
        self._found: queue.SimpleQueue[list[tuple[Any, ...]] | Exception | None]
        self._found = queue.SimpleQueue()
        self._socket: socket.socket | None = None
        self._phase = Phase.LOOK_UP

    def cancel(self) -> None:
        """End the test soon: `run` raises CheckCancelledError. From any thread, at any time."""
        self._cancelled.set()
        self._found.put(None)
        connection = self._socket
        if connection is not None:
            try:
                # Wakes a connect or a read that waits; close() alone would not.
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def run(self) -> Passed:
        """Talk to the server; blocks. Raises CheckFailedError or CheckCancelledError."""
        began = time.monotonic()
        try:
            encryption = self._talk()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            if self._cancelled.is_set():
                raise CheckCancelledError from None
            raise CheckFailedError(self._phase, error) from None
        except CheckFailedError:
            if self._cancelled.is_set():
                raise CheckCancelledError from None
            raise
        finally:
            self._dialogue.close()
        took = round((time.monotonic() - began) * 1000)
        return Passed(encryption, bool(self._profile.user), took)

    def _talk(self) -> str:
        dialogue, profile = self._dialogue, self._profile
        encryption = ""
        connection = self._connect()
        connection.settimeout(self._reply_limit)
        if profile.security is Security.TLS:
            self._phase = Phase.TLS
            connection = self._secured(connection)
            encryption = dialogue.describe(connection)
        self._phase = Phase.GREETING
        dialogue.use(connection)
        self._expect(dialogue.getreply(), 220)
        self._ehlo()
        if profile.security is Security.STARTTLS:
            encryption = self._starttls()
            self._ehlo()
        if profile.user:
            self._login()
        self._phase = Phase.NOOP
        self._expect(dialogue.noop(), 250)
        dialogue.docmd("QUIT")
        return encryption

    def _starttls(self) -> str:
        self._phase = Phase.TLS
        if not self._dialogue.has_extn("starttls"):
            raise CheckFailedError(self._phase, "no STARTTLS")
        self._expect(self._dialogue.docmd("STARTTLS"), 220)
        connection = self._dialogue.sock
        assert connection is not None  # noqa: S101 - it has just answered
        secured = self._secured(connection)
        self._dialogue.use(secured)
        return self._dialogue.describe(secured)

    def _secured(self, connection: socket.socket) -> ssl.SSLSocket:
        # The system's authorities take a while to load: only where they are needed.
        context = self._context or ssl.create_default_context()
        secured = context.wrap_socket(connection, server_hostname=self._profile.host)
        self._socket = secured
        return secured

    def _ehlo(self) -> None:
        self._phase = Phase.EHLO
        self._expect(self._dialogue.ehlo(), 250)

    def _login(self) -> None:
        self._phase = Phase.LOGIN
        if not self._password:
            raise CheckFailedError(self._phase, "no password")
        code, text = self._dialogue.log_in()
        if code != 235:
            raise CheckFailedError(self._phase, text, code)

    def _expect(self, reply: tuple[int, bytes], code: int) -> None:
        if reply[0] != code:
            raise CheckFailedError(self._phase, self._dialogue.masked(reply[1]), reply[0])

    def _connect(self) -> socket.socket:
        addresses = self._look_up()
        self._phase = Phase.CONNECT
        failure: OSError = OSError("no address")
        for family, kind, protocol, _, address in addresses:
            connection = socket.socket(family, kind, protocol)
            connection.settimeout(self._connect_limit)
            self._socket = connection
            if self._cancelled.is_set():
                connection.close()
                raise CheckCancelledError
            self._dialogue.note(f"connecting to {address[0]} port {address[1]}")
            try:
                connection.connect(address)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure

    def _look_up(self) -> list[tuple[Any, ...]]:
        """In a thread of its own: the system's look-up cannot be broken off."""

        def work() -> None:
            try:
                host, port = self._profile.host, self._profile.port
                self._found.put(list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))
            except (OSError, UnicodeError) as error:
                self._found.put(error)

        threading.Thread(target=work, name="look-up", daemon=True).start()
        found = self._found.get()
        if found is None:
            raise CheckCancelledError
        if isinstance(found, Exception):
            raise found
        return found
