"""What a server's answer means for a mail: verdicts, answers, outcomes."""

from dataclasses import dataclass, field
from enum import Enum

from send_mail.answers import in_words


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


TAKEN_BACK = Answer(Verdict.NOT_SENT, 0, *["Taken back before it was handed over."] * 2)


@dataclass(frozen=True)
class Outcome:
    """The answer that decided, each recipient's own, and the phase in which it ended."""

    answer: Answer
    recipients: dict[str, Answer] = field(default_factory=dict)
    phase: str = ""


class AnsweredError(Exception):
    """Ends a conversation with the answer it carries."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reply)
        self.answer = answer


def answer_of(code: int, raw: bytes | str) -> Answer:
    """Return the answer that a code and the server's words make."""
    reply = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    reply = reply.replace("\0", "\ufffd")  # PostgreSQL has no such character
    said = f"{code} {reply}".strip()
    if 200 <= code < 300:
        return Answer(Verdict.DELIVERED, code, said, "The server took it.")
    if not 400 <= code < 600:  # no SMTP at all, or an answer to another question
        return Answer(Verdict.DEFERRED, 0, said, in_words(code, reply))
    verdict = Verdict.DEFERRED if code < 500 else Verdict.FAILED
    return Answer(verdict, code, said, in_words(code, reply))


def need(answer: tuple[int, bytes], code: int) -> None:
    """Raise AnsweredError unless the server said *code*."""
    if answer[0] != code:
        given = answer_of(*answer)
        if given.verdict is Verdict.DELIVERED:  # a 2xx that does not belong here
            given = Answer(Verdict.DEFERRED, given.code, given.reply, "An answer out of turn.")
        raise AnsweredError(given)
