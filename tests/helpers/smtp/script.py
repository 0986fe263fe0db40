"""What the scripted server says, phase by phase, and the deeds beyond an answer.

A script gives answers by phase: ``{"RCPT": ["550 no", "250 ok"]}`` refuses the first recipient; the
last answer is given again and again. ``RCPT ada@localhost`` is for that recipient alone, ``TLS``
names the certificate. An answer is the text of a reply, lines joined by CRLF, or one of the deeds;
``LATE 0.5 250 ok`` waits first, ``TAKE CLOSE`` at DOT takes the mail before it hangs up.
"""

from __future__ import annotations

from collections.abc import Mapping

CLOSE, RESET, SILENT, DRIP = "CLOSE", "RESET", "SILENT", "DRIP"
"""Hang up; hang up with a reset; say nothing; say a byte now and then."""
GARBAGE, LONG, MANY, ENDLESS = "GARBAGE", "LONG", "MANY", "ENDLESS"
"""Bytes that are no SMTP; a line that is too long; 200 lines; lines of which none is the last."""
HALF, TWICE = "HALF", "TWICE"
"""Half an answer, then hang up; the answer and another one before anybody asked."""
TAKE, LATE = "TAKE ", "LATE "

PHASES = ("GREETING", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "BODY", "DOT", "QUIT")

Answers = Mapping[str, list[str]]

USUAL = {
    "GREETING": "220 scripted",
    "EHLO": "250-scripted\r\n250 8BITMIME",
    "STARTTLS": "220 go on",
    "AUTH": "235 welcome",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "QUIT": "221 bye",
    "BODY": "",
    "TLS": "good",
}


class Script:
    """Answers in turn. Shared by all conversations it is meant for, so that a second try is told
    the second answer.
    """

    def __init__(self, answers: Answers | None = None) -> None:
        self._left = {name: list(given) for name, given in (answers or {}).items()}

    def next(self, *names: str) -> str | None:
        """The next answer of the first of `names` that has some, None when none has."""
        for name in names:
            left = self._left.get(name)
            if left:
                return left.pop(0) if len(left) > 1 else left[0]
        return None


def usual(phase: str) -> str:
    """What a server that means well says."""
    return USUAL.get(phase, "250 ok")


def unruly(deed: str, answer: str) -> bytes:
    """The bytes of the deeds that say too much instead of `answer`; the conversation goes on."""
    lines = answer.split("\r\n")
    code, words = lines[-1][:3], lines[-1][4:]
    match deed:
        case "GARBAGE":
            return b"\x00\xff\xfe\x80 \x1b[31mnot SMTP\r\n"
        case "LONG":
            return f"{code} {'x' * 20_000}\r\n".encode()
        case "MANY":
            more = [f"{code}-line {number}" for number in range(199)]
            return "\r\n".join([*more, *lines]).encode() + b"\r\n"
        case "TWICE":
            return f"{code} {words}\r\n{code} and again\r\n".encode()
    raise ValueError(f"{deed} is no such deed")
