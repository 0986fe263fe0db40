"""A connection to a mail server, opened as the settings say, with one deadline for each phase.

smtplib does the talking; this adds a limit for a whole phase instead of one for each read, and
tells apart how a login was refused.
"""

import smtplib
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from send_mail.delivery.login import log_in
from send_mail.delivery.servers import Server
from send_mail.delivery.verdicts import AnsweredError, Verdict, answer_of, need
from send_mail.policy import PhaseLimits

CONNECTING = "connecting"
_READ = 8192
_SETTLE_SECONDS = 5.0


class _DeadlineReader:
    """A socket's lines under one deadline, so that a byte a second does not last for ever."""

    def __init__(self, sock: socket.socket, left: Callable[[], float]) -> None:
        self._sock, self._left, self._buffer = sock, left, b""

    def readline(self, limit: int) -> bytes:
        """Return a line of at most *limit* bytes, b"" at the end; raises TimeoutError."""
        while b"\n" not in self._buffer and len(self._buffer) < limit:
            self._sock.settimeout(self._left())
            got = self._sock.recv(_READ)
            if not got:
                break
            self._buffer += got
        end = self._buffer.find(b"\n") + 1 or len(self._buffer)
        line, self._buffer = self._buffer[: min(end, limit)], self._buffer[min(end, limit) :]
        return line

    def close(self) -> None:
        """Do nothing: the socket is closed by who opened it."""

    def holds_unread(self) -> bool:
        """Return whether something was read that nobody asked for."""
        return bool(self._buffer)


class Conversation(smtplib.SMTP):
    """One connection, and how it stands: who counts its mails and whether it may be used again."""

    def __init__(self, server: Server, limits: PhaseLimits) -> None:
        self.server, self.limits = server, limits
        self.mails = 0
        self.must_reset = False
        self.idle_since = 0.0
        self._ahead: deque[str] = deque()
        self._deadline = time.monotonic() + limits.connect
        super().__init__(local_hostname="localhost", timeout=limits.connect)
        self._host = server.host  # the name that STARTTLS checks the certificate for

    def open(self, enter: Callable[[str, float], None]) -> None:
        """Connect, greet, encrypt and log in; *enter* is told each phase and its seconds.

        Raises AnsweredError for what the server says, OSError and SMTPException for the rest.
        """
        server, command = self.server, self.limits.command
        server.check_password_is_safe()
        enter(CONNECTING, self.limits.connect)
        need(self.connect(server.host, server.port), 220)
        enter("greeting", command)
        self.ehlo_or_helo_if_needed()
        if server.starttls:
            enter("starting TLS", command)
            need(self.starttls(context=tls_context()), 220)
            self.ehlo()
        if server.user:
            enter("logging in", command)
            self._log_in()

    def begin(self, seconds: float) -> None:
        """Start a phase."""
        self._deadline = time.monotonic() + seconds
        if self.sock is not None:
            self.sock.settimeout(seconds)

    def left(self) -> float:
        """Return the seconds left to the phase; raises TimeoutError when there are none."""
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds

    def ask_ahead(self, commands: Sequence[str]) -> None:
        """Send *commands* at once (PIPELINING, RFC 2920); ``ask`` then reads answer by answer."""
        if any("\r" in command or "\n" in command for command in commands):
            msg = "A command holds a line break."
            raise ValueError(msg)
        self._ahead.extend(commands)
        self.send("".join(f"{command}\r\n" for command in commands))

    def ask(self, command: str) -> tuple[int, bytes]:
        """Return the answer to *command*, which is sent now unless it was ahead."""
        if self._ahead:
            self._ahead.popleft()
        else:
            self.putcmd(command)
        return self.getreply()

    def settle(self) -> bool:
        """Read the answers that nobody has asked for any more; False: it cannot be used again.

        After a refusal the server has the rest of the commands still. Where it has been led to
        wait for a message, there is no way back.
        """
        self.begin(_SETTLE_SECONDS)
        try:
            while self._ahead:
                if self.ask(self._ahead[0])[0] in {354, 421, -1}:
                    return False
        except (OSError, smtplib.SMTPException):
            return False
        return True

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer within the phase."""
        if self.file is None and self.sock is not None:
            self.file = _DeadlineReader(self.sock, self.left)
        try:
            return super().getreply()
        except smtplib.SMTPResponseException as error:
            # smtplib's own 500 for a line that is too long: the server has refused nothing.
            raise smtplib.SMTPException("a line of its answer is too long") from error

    def is_quiet(self) -> bool:
        """Return whether an idle connection is open and the server has said nothing unasked.

        A server that closes an idle connection says 421, or ends it: both can be read.
        """
        if self.sock is None or (self.file is not None and self.file.holds_unread()):
            return False
        try:
            self.sock.settimeout(0)
            self.sock.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False
        return False

    def leave(self, *, politely: bool = True) -> None:
        """Say goodbye, briefly: what the server thinks of it changes nothing any more."""
        try:
            if politely and self.sock is not None:
                self.begin(1.0)
                self.putcmd("quit")
        except (OSError, smtplib.SMTPException):
            pass  # nothing: it is closed in any case
        finally:
            self.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        # The final dot must not wait for the acknowledgement of what went before it.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.implicit_tls:
            return tls_context().wrap_socket(plain, server_hostname=host)
        return plain

    def _log_in(self) -> None:
        answer = answer_of(*log_in(self, self.server.user, self.server.password))
        if answer.verdict is Verdict.FAILED:
            answer = replace(answer, verdict=Verdict.REFUSED_LOGIN)
        if answer.verdict is not Verdict.DELIVERED:
            raise AnsweredError(answer)


@cache  # reading a system's authorities takes tens of milliseconds
def tls_context() -> ssl.SSLContext:
    """Return what checks the server's certificate and name by this machine's authorities."""
    return ssl.create_default_context()
