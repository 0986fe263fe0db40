"""One message over an open conversation: the envelope, the content, and where it got to."""

import re
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from send_mail.delivery.causes import cause_of
from send_mail.delivery.conversation import CONNECTING, Conversation
from send_mail.delivery.servers import Server
from send_mail.delivery.verdicts import (
    TAKEN_BACK,
    Answer,
    AnsweredError,
    Outcome,
    Verdict,
    answer_of,
    need,
)
from send_mail.policy import PhaseLimits

GIVING_SENDER = "giving the sender"
GIVING_RECIPIENTS = "giving the recipients"
GIVING_MESSAGE = "giving the message"
AWAITING_RECEIPT = "waiting for the server's receipt"
NO_RECEIPT = "The server's answer to the mail is none that SMTP knows: it may have arrived."
_ABOUT_THE_LOGIN = frozenset({530, 535})
"""Answers to MAIL that every mail would get: a login is wanted first, or was none (RFC 4954)."""
_AT_ONCE = 64 * 1024
"""Bytes of a message that are given together with the final dot; of a longer one, before it."""
_LEADING_DOT = re.compile(rb"(?m)^\.")


@dataclass(frozen=True)
class Letter:
    """What is handed over: the MIME source with CRLF, and the envelope."""

    source: bytes
    sender: str
    recipients: Sequence[str]


@dataclass(frozen=True)
class Steps:
    """What the caller wants to be asked or told on the way."""

    before_dot: Callable[[float], bool]  # given the seconds the dot may take; False: do not send
    phase: Callable[[float], object]  # a phase of so many seconds begins


class HandOver:
    """One try to hand one letter over: its phase, and what each recipient was answered."""

    def __init__(self, letter: Letter, steps: Steps, limits: PhaseLimits) -> None:
        self.letter, self.steps, self.limits = letter, steps, limits
        self.phase = CONNECTING
        self.after_dot = False
        self.answers: dict[str, Answer] = {}

    @property
    def sender_accepted(self) -> bool:
        """Whether the server has taken MAIL: from then on a loss costs an attempt."""
        return self.phase not in {CONNECTING, GIVING_SENDER}

    def enter(self, phase: str, seconds: float) -> None:
        """Note the phase for who asks where it ended."""
        self.phase = phase
        self.steps.phase(seconds)

    def open(self, smtp: Conversation) -> None:
        """Open the connection, phase by phase."""

        def enter(phase: str, seconds: float) -> None:
            self.enter(phase, seconds)
            smtp.begin(seconds)

        smtp.open(enter)

    def give(self, smtp: Conversation) -> Answer:
        """Give envelope and content; return the server's answer to the final dot.

        Raises AnsweredError for every other answer that ends it, OSError and SMTPException for a
        connection that breaks.
        """
        self._envelope(smtp)
        return self._content(smtp)

    def broken_off(self, error: Exception, server: Server) -> Answer:
        """Name the phase: before the dot nothing was sent, after it nobody knows."""
        if isinstance(error, smtplib.SMTPResponseException) and error.smtp_code > 0:
            return answer_of(error.smtp_code, error.smtp_error)
        cause = cause_of(error, server)
        if self.after_dot:
            words = "The connection was lost after the mail was handed over: it may have arrived."
            return Answer(Verdict.UNKNOWN, 0, cause, words)
        words = f"No answer of the mail server while {self.phase}: {cause}"
        return Answer(Verdict.DEFERRED, 0, cause, words)

    def outcome(self, answer: Answer) -> Outcome:
        """Those whom the server accepted share the fate of the message; the others have theirs."""
        own = dict.fromkeys(self.letter.recipients, answer)
        for address, given in self.answers.items():
            if given.verdict is not Verdict.DELIVERED:
                own[address] = given
        return Outcome(answer, own, self.phase)

    def _envelope(self, smtp: Conversation) -> None:
        """Give sender and recipients: in one round trip with DATA where the server allows it."""
        command = self.limits.command
        self.enter(GIVING_SENDER, command)
        smtp.begin(command)
        reset, mail, recipients = self._commands(smtp)
        if smtp.has_extn("pipelining"):
            smtp.ask_ahead([*reset, mail, *recipients, "DATA"])
        for line in reset:
            need(smtp.ask(line), 250)
            smtp.must_reset = False
        sender = smtp.ask(mail)
        if sender[0] in _ABOUT_THE_LOGIN:
            raise AnsweredError(replace(answer_of(*sender), verdict=Verdict.REFUSED_LOGIN))
        need(sender, 250)
        self.enter(GIVING_RECIPIENTS, command)
        for address, line in zip(self.letter.recipients, recipients, strict=True):
            smtp.begin(command)
            answer = answer_of(*smtp.ask(line))
            if answer.code == 421:
                raise AnsweredError(answer)
            self.answers[address] = answer
        standing = list(self.answers.values())
        if not any(answer.verdict is Verdict.DELIVERED for answer in standing):
            deferred = [answer for answer in standing if answer.verdict is Verdict.DEFERRED]
            raise AnsweredError((deferred or standing)[0])

    def _commands(self, smtp: Conversation) -> tuple[list[str], str, list[str]]:
        options = " BODY=8BITMIME" if smtp.has_extn("8bitmime") else ""
        if smtp.has_extn("size"):
            options += f" SIZE={len(self.letter.source)}"
        recipients = [f"RCPT TO:<{address}>" for address in self.letter.recipients]
        reset = ["RSET"] if smtp.must_reset else []
        return reset, f"MAIL FROM:<{self.letter.sender}>{options}", recipients

    def _content(self, smtp: Conversation) -> Answer:
        self.enter(GIVING_MESSAGE, self.limits.data)
        smtp.begin(self.limits.data)
        need(smtp.ask("DATA"), 354)
        source = self.letter.source
        body = source if source.endswith(b"\r\n") else source + b"\r\n"
        rest = _LEADING_DOT.sub(b"..", body)
        if len(rest) > _AT_ONCE:  # the time in doubt is not to be that of a long way
            smtp.send(rest)
            rest = b""
        if not self.steps.before_dot(self.limits.final_dot):
            smtp.close()
            raise AnsweredError(TAKEN_BACK)
        self._dot(smtp, rest + b".\r\n")
        receipt = answer_of(*smtp.getreply())
        if receipt.code:
            return receipt
        return Answer(Verdict.UNKNOWN, 0, receipt.reply, NO_RECEIPT)

    def _dot(self, smtp: Conversation, end: bytes) -> None:
        """Give what ends with the final dot, from where on nobody knows until the receipt.

        Also when it could not be given: a broken connection may have taken all of it.
        """
        self.phase, self.after_dot = AWAITING_RECEIPT, True
        smtp.begin(self.limits.final_dot)
        smtp.send(end)
