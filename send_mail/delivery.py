"""Handing one message to an SMTP server, phase by phase, and saying exactly what became of it.

smtplib does the talking; this module adds what it does not tell apart: in which phase a
connection was lost, what each recipient's code was, and a limit for a whole phase instead of one
for each read. It knows no rows and no states of a mail.
"""

import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from send_mail.answers import in_words
from send_mail.policy import PhaseLimits, phase_limits

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_LEADING_DOT = re.compile(rb"(?m)^\.")
_READ = 8192


class Verdict(Enum):
    """What became of the message, or of one recipient."""

    DELIVERED = "delivered"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED_LOGIN = "refused login"
    NOT_SENT = "not sent"  # the caller took it back just before the final dot


@dataclass(frozen=True)
class Answer:
    """One answer of a server: code 0 means that there was none, and *reply* says why."""

    verdict: Verdict
    code: int
    reply: str
    words: str


@dataclass(frozen=True)
class Outcome:
    """The answer that decided, and each recipient's own."""

    answer: Answer
    recipients: dict[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Steps:
    """What the caller wants to be asked or told on the way."""

    before_dot: Callable[[float], bool]  # given the seconds the dot may take; False: do not send
    phase: Callable[[float], object]  # a phase of so many seconds begins


class _AnsweredError(Exception):
    """Ends a conversation with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reply)
        self.answer = answer


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


class _Conversation(smtplib.SMTP):
    """smtplib with a deadline for each phase."""

    def __init__(self, seconds: float) -> None:
        self._deadline = time.monotonic() + seconds
        super().__init__(local_hostname="localhost", timeout=seconds)

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

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer within the phase."""
        if self.file is None and self.sock is not None:
            self.file = _DeadlineReader(self.sock, self.left)
        return super().getreply()


class _ImplicitTLS(_Conversation):
    """The same inside TLS from the first byte on."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        plain = socket.create_connection((host, port), timeout)
        return _tls().wrap_socket(plain, server_hostname=host)


def deliver(
    message: Callable[[], EmailMessage],
    source: bytes,
    sender: str,
    recipients: Sequence[str],
    steps: Steps,
) -> Outcome:
    """Send *source* to *recipients* by the configured server; *message* is for other backends.

    Never raises for anything that a server or a network does.
    """
    if settings.EMAIL_BACKEND != SMTP_BACKEND:
        return _by_django(message(), recipients, steps)
    return _Delivery(source, sender, recipients, steps, phase_limits()).run()


class _Delivery:
    """One conversation: where it is, and who has been accepted so far."""

    def __init__(
        self,
        source: bytes,
        sender: str,
        recipients: Sequence[str],
        steps: Steps,
        limits: PhaseLimits,
    ) -> None:
        self.source, self.sender, self.recipients = source, sender, recipients
        self.steps, self.limits = steps, limits
        self.phase = "connecting"
        self.after_dot = False
        self.answers: dict[str, Answer] = {}

    def run(self) -> Outcome:
        smtp: _Conversation | None = None
        kind = _ImplicitTLS if settings.EMAIL_USE_SSL else _Conversation
        try:
            smtp = kind(self.limits.connect)
            self._greet(smtp)
            self._envelope(smtp)
            answer = self._content(smtp)
        except _AnsweredError as stop:
            answer = stop.answer
        except (smtplib.SMTPException, OSError) as error:
            answer = self._broken_off(error)
        finally:
            if smtp is not None:
                _leave(smtp, politely=not self.after_dot or Verdict.DELIVERED in self._verdicts())
        return self._outcome(answer)

    def _verdicts(self) -> set[Verdict]:
        return {answer.verdict for answer in self.answers.values()}

    def _enter(self, smtp: _Conversation, phase: str, seconds: float) -> None:
        self.phase = phase
        self.steps.phase(seconds)
        smtp.begin(seconds)

    def _greet(self, smtp: _Conversation) -> None:
        self._enter(smtp, "connecting", self.limits.connect)
        _need(smtp.connect(settings.EMAIL_HOST, settings.EMAIL_PORT), 220)
        self._enter(smtp, "greeting", self.limits.command)
        smtp.ehlo_or_helo_if_needed()
        if settings.EMAIL_USE_TLS:
            self._enter(smtp, "starting TLS", self.limits.command)
            _need(smtp.starttls(context=_tls()), 220)
            smtp.ehlo()
        if settings.EMAIL_HOST_USER:
            self._enter(smtp, "logging in", self.limits.command)
            try:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            except smtplib.SMTPAuthenticationError as error:
                refused = _answer(error.smtp_code, error.smtp_error)
                if refused.verdict is Verdict.FAILED:
                    refused = Answer(
                        Verdict.REFUSED_LOGIN, refused.code, refused.reply, refused.words
                    )
                raise _AnsweredError(refused) from error

    def _envelope(self, smtp: _Conversation) -> None:
        self._enter(smtp, "giving the sender", self.limits.command)
        options = ["BODY=8BITMIME"] if smtp.has_extn("8bitmime") else []
        if smtp.has_extn("size"):
            options.append(f"SIZE={len(self.source)}")
        _need(smtp.mail(self.sender, options), 250)
        self._enter(smtp, "giving the recipients", self.limits.command)
        for address in self.recipients:
            smtp.begin(self.limits.command)
            answer = _answer(*smtp.rcpt(address))
            if answer.code == 421:
                raise _AnsweredError(answer)
            self.answers[address] = answer
        if Verdict.DELIVERED not in self._verdicts():
            deferred = [a for a in self.answers.values() if a.verdict is Verdict.DEFERRED]
            raise _AnsweredError((deferred or list(self.answers.values()))[0])

    def _content(self, smtp: _Conversation) -> Answer:
        self._enter(smtp, "giving the message", self.limits.data)
        _need(smtp.docmd("DATA"), 354)
        body = self.source if self.source.endswith(b"\r\n") else self.source + b"\r\n"
        smtp.send(_LEADING_DOT.sub(b"..", body))
        if not self.steps.before_dot(self.limits.final_dot):
            smtp.close()
            reply = "Taken back before it was handed over."
            raise _AnsweredError(Answer(Verdict.NOT_SENT, 0, reply, reply))
        self.phase, self.after_dot = "waiting for the server's receipt", True
        smtp.begin(self.limits.final_dot)
        smtp.send(b".\r\n")
        return _answer(*smtp.getreply())

    def _broken_off(self, error: Exception) -> Answer:
        """Name the phase: before the dot nothing was sent, after it nobody knows."""
        if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
            return _answer(error.smtp_code, error.smtp_error)
        cause = _cause(error)
        if self.after_dot:
            words = "The connection was lost after the mail was handed over: it may have arrived."
            return Answer(Verdict.UNKNOWN, 0, cause, words)
        words = f"No answer of the mail server while {self.phase}: {cause}"
        return Answer(Verdict.DEFERRED, 0, cause, words)

    def _outcome(self, answer: Answer) -> Outcome:
        """Those whom the server accepted share the fate of the message; the others have theirs."""
        own = dict.fromkeys(self.recipients, answer)
        for address, given in self.answers.items():
            if given.verdict is not Verdict.DELIVERED:
                own[address] = given
        return Outcome(answer, own)


def _by_django(message: EmailMessage, recipients: Sequence[str], steps: Steps) -> Outcome:
    """Hand over to another of Django's backends, the console above all."""
    if not steps.before_dot(phase_limits().final_dot):
        reply = "Taken back before it was handed over."
        return Outcome(Answer(Verdict.NOT_SENT, 0, reply, reply))
    get_connection().send_messages([message])
    name = settings.EMAIL_BACKEND.split(".")[-2]
    answer = Answer(Verdict.DELIVERED, 0, f"Handed to the {name} backend", f"To the {name}.")
    return Outcome(answer, dict.fromkeys(recipients, answer))


def _answer(code: int, raw: bytes | str) -> Answer:
    reply = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    said = f"{code} {reply}".strip()
    if 200 <= code < 300:
        return Answer(Verdict.DELIVERED, code, said, "The server took it.")
    if not 400 <= code < 600:  # no SMTP at all, or an answer to another question
        return Answer(Verdict.DEFERRED, 0, said, in_words(code, reply))
    verdict = Verdict.DEFERRED if code < 500 else Verdict.FAILED
    return Answer(verdict, code, said, in_words(code, reply))


def _need(answer: tuple[int, bytes], code: int) -> None:
    if answer[0] != code:
        given = _answer(*answer)
        if given.verdict is Verdict.DELIVERED:  # a 2xx that does not belong here
            given = Answer(Verdict.DEFERRED, given.code, given.reply, "An answer out of turn.")
        raise _AnsweredError(given)


def _cause(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError):
        return "it took too long"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing listens at {settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not to be trusted ({error.verify_message})"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the connection was closed"
    return str(error) or type(error).__name__


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _leave(smtp: Any, *, politely: bool) -> None:
    """Say goodbye, briefly: what the server thinks of it changes nothing any more."""
    try:
        if politely and smtp.sock is not None:
            smtp.begin(1.0)
            smtp.putcmd("quit")
    except (OSError, smtplib.SMTPException):
        pass  # nothing: the outcome is known
    finally:
        smtp.close()
