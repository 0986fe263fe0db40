"""What a mail server may do wrong, phase by phase, and what has to become of the mail.

One table for two readers: tests/django/test_smtp_cases.py hands each mail over within the test's
process, `mail_server` (row R7) has the real worker do it. Each misdeed happens once; afterwards
the server behaves, so that a mail which is tried again arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.helpers.smtp.script import (
    CLOSE,
    DRIP,
    ENDLESS,
    GARBAGE,
    HALF,
    LONG,
    MANY,
    RESET,
    SILENT,
    TWICE,
    Answers,
)

CONNECTING, GREETING, TLS, LOGIN = "connecting", "greeting", "starting TLS", "logging in"
SENDER, RECIPIENTS = "giving the sender", "giving the recipients"
MESSAGE, RECEIPT = "giving the message", "waiting for the server's receipt"
"""The phases as `send_mail.delivery` names them, and as an Attempt's row keeps them."""

LARGE = 6_000_000
"""Characters of a mail that does not fit into the buffers of a connection."""

AGAIN, NEVER, MAYBE, PAUSED, SENT = "RETRYING", "FAILED", "UNKNOWN", "QUEUED", "DELIVERED"
_EACH = {
    AGAIN: "deferred",
    NEVER: "failed",
    MAYBE: "unknown",
    PAUSED: "waiting",
    SENT: "delivered",
}


@dataclass(frozen=True, eq=False)
class Case:
    """One misdeed: what the server does, and what the first try must come to.

    `recipients` are the states of ada, ben and cy, as many as there are; `phase` and `code` stand
    in the row of the attempt. `size` is that of the text. `words` must be in what the user reads.
    """

    name: str
    script: Answers
    state: str
    phase: str
    code: int | None = None
    recipients: tuple[str, ...] = ()
    size: int = 0
    words: str = ""
    first: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "first", self.recipients or (_EACH[self.state],))

    @property
    def names(self) -> tuple[str, ...]:
        """The recipients' names, before the @."""
        return ("ada", "ben", "cy")[: len(self.first)]

    @property
    def needs_tls(self) -> bool:
        """Whether it is about a connection with TLS and a login."""
        return any(name in ("STARTTLS", "TLS", "AUTH") for name in self.script)

    @property
    def stalls(self) -> bool:
        """Whether the client has to wait for one of its limits."""
        deeds = [deed for given in self.script.values() for deed in given]
        return any(word in deed for deed in deeds for word in (SILENT, DRIP, ENDLESS))

    @property
    def by_name(self) -> bool:
        """Whether the mail can be told by its recipient before the misdeed: many at once then."""
        return all(
            name.partition(" ")[0] in ("RCPT", "DATA", "BODY", "DOT") for name in self.script
        )


def _once(phase: str, deed: str) -> Answers:
    return {phase: [deed, ""]}


def _phase(
    command: str,
    phase: str,
    expected: dict[str, str],
) -> list[Case]:
    """A row for each deed or answer of `expected`, in one phase."""
    made = []
    for deed, state in expected.items():
        code = int(deed[:3]) if deed[:3].isdigit() and state != SENT else None
        made.append(Case(f"{command} {deed}", _once(command, deed), state, phase, code))
    return made


_GONE = {CLOSE: AGAIN, SILENT: AGAIN}
_SILENCES = {**_GONE, DRIP: AGAIN, GARBAGE: AGAIN}
_BROKEN = {RESET: AGAIN, HALF: AGAIN, LONG: AGAIN, ENDLESS: AGAIN}

CASES: tuple[Case, ...] = (
    *_phase(
        "GREETING",
        CONNECTING,
        {"421 busy": AGAIN, "451 later": AGAIN, "554 go away": NEVER, **_SILENCES, **_BROKEN},
    ),
    *_phase("EHLO", GREETING, {**_GONE, DRIP: AGAIN, HALF: AGAIN}),
    # A client that is refused its EHLO tries HELO: refused as well.
    Case("EHLO 421 twice", {"EHLO": ["421 busy", "421 busy", ""]}, AGAIN, GREETING),
    Case("EHLO 550 twice", {"EHLO": ["550 never", "550 never", ""]}, NEVER, GREETING, 550),
    Case("EHLO GARBAGE twice", {"EHLO": [GARBAGE, GARBAGE, ""]}, AGAIN, GREETING),
    *_phase(
        "STARTTLS", TLS, {"454 not now": AGAIN, "421 busy": AGAIN, CLOSE: AGAIN, SILENT: AGAIN}
    ),
    Case("STARTTLS missing", {"EHLO": ["250 scripted", ""], "STARTTLS": [""]}, AGAIN, TLS),
    *(
        Case(f"certificate {kind}", {"TLS": [kind]}, AGAIN, TLS, words="certificate")
        for kind in ("expired", "wrong_host", "self_signed")
    ),
    *_phase("AUTH", LOGIN, {"454 not now": AGAIN, "421 busy": AGAIN, **_GONE}),
    Case("AUTH 535", _once("AUTH", "535 5.7.8 no"), PAUSED, LOGIN, 535, words="login"),
    *_phase(
        "MAIL",
        SENDER,
        {
            "451 later": AGAIN,
            "421 closing": AGAIN,
            "550 never": NEVER,
            "552 full": NEVER,
            **_SILENCES,
            **_BROKEN,
        },
    ),
    Case("MAIL 530", _once("MAIL", "530 5.7.0 log in"), PAUSED, SENDER, 530, words="login"),
    Case("MAIL 535", _once("MAIL", "535 5.7.8 no"), PAUSED, SENDER, 535, words="login"),
    Case("MAIL TWICE", _once("MAIL", TWICE), AGAIN, MESSAGE, 250),
    *_phase(
        "RCPT",
        RECIPIENTS,
        {"450 busy": AGAIN, "421 closing": AGAIN, "550 5.1.1 nobody": NEVER, **_SILENCES},
    ),
    Case(
        "RCPT each its own",
        {"RCPT ben": ["450 busy", ""], "RCPT cy": ["550 nobody"]},
        AGAIN,
        RECEIPT,
        recipients=("delivered", "deferred", "failed"),
        words="ben@",
    ),
    Case(
        "RCPT some refused",
        {"RCPT ben": ["550 nobody"]},
        NEVER,
        RECEIPT,
        recipients=("delivered", "failed"),
        words="Delivered to 1 of 2",
    ),
    Case(
        "RCPT lost at the second",
        {"RCPT ben": [CLOSE, ""]},
        AGAIN,
        RECIPIENTS,
        recipients=("deferred", "deferred"),
    ),
    Case(
        "RCPT closing at the second",
        {"RCPT ben": ["421 closing", ""]},
        AGAIN,
        RECIPIENTS,
        421,
        recipients=("deferred", "deferred"),
    ),
    *_phase(
        "DATA",
        MESSAGE,
        {
            "451 later": AGAIN,
            "421 closing": AGAIN,
            "554 never": NEVER,
            "250 ok": AGAIN,
            **_SILENCES,
        },
    ),
    Case("BODY CLOSE", _once("BODY", RESET), AGAIN, MESSAGE, size=LARGE),
    Case("BODY SILENT", _once("BODY", SILENT), AGAIN, MESSAGE, size=LARGE),
    Case(
        "BODY answered early",
        {"BODY": ["552 5.3.4 too large"], "DOT": [CLOSE]},
        NEVER,
        RECEIPT,
        552,
    ),
    *_phase(
        "DOT",
        RECEIPT,
        {
            "451 later": AGAIN,
            "421 closing": AGAIN,
            "552 full": NEVER,
            "554 spam": NEVER,
            **dict.fromkeys((CLOSE, RESET, SILENT, DRIP, GARBAGE, HALF, LONG, ENDLESS), MAYBE),
            "TAKE CLOSE": MAYBE,
            "TAKE SILENT": MAYBE,
            "TAKE GARBAGE": MAYBE,
            MANY: SENT,
            "LATE 0.2 250 ok": SENT,
        },
    ),
    Case("DOT for two, lost", _once("DOT", CLOSE), MAYBE, RECEIPT, recipients=("unknown",) * 2),
    *_phase("GREETING", RECEIPT, {MANY: SENT, "LATE 0.1 220 ok": SENT}),
    *_phase("EHLO", RECEIPT, {MANY: SENT}),
    *_phase("QUIT", RECEIPT, {CLOSE: SENT, SILENT: SENT, GARBAGE: SENT, "421 bye": SENT}),
)
