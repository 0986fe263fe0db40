"""The mail server misbehaves: R7 in every phase, R8 after the final dot, with the real worker."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from launcher.mail import Draft
from tests.faults import mails
from tests.faults.setting import Options
from tests.faults.smtp_cases import (
    AGAIN,
    CASES,
    CONNECTING,
    MAYBE,
    NEVER,
    PAUSED,
    SENT,
    Case,
)
from tests.helpers.measuring import Tally
from tests.helpers.programs import environment
from tests.helpers.smtp.process import MailServer
from tests.helpers.smtp.script import CLOSE
from tests.helpers.stack import Stack
from tests.helpers.waiting import let_pass

PATIENCE = 60.0
SCALE = 0.01
"""Every silence is waited for: 3 s for a command, 6 s for the receipt; a second try after 0.6 s."""
UNSURE = 20
PASSWORD = "canary-of-the-mail-server"
_ASKED_AGAIN = 3
"""Seconds, and relay ticks, in which a second try would come: a backoff is scaled to 1.2 s."""
_DISTURBED = 5
_VERDICTS = {
    AGAIN: "deferred",
    NEVER: "failed",
    MAYBE: "unknown",
    PAUSED: "refused login",
    SENT: "delivered",
}
_AT_LAST = {"deferred": "delivered", "waiting": "delivered"}


def r7(options: Options) -> Tally:
    """All cases, those that can be told by their recipient at once, the others in turn."""
    server = MailServer(secure=True)
    return mails.series("R7", options, server, misbehave, SCALE, env=secure(server))


def secure(server: MailServer) -> dict[str, str]:
    """The environment of a launcher whose worker logs in and trusts the test authority."""
    return environment(SSL_CERT_FILE=str(server.authority), EMAIL_HOST_PASSWORD=PASSWORD)


def misbehave(
    stack: Stack, tally: Tally, server: MailServer, cases: Sequence[Case] = CASES
) -> None:
    """Each case is a mail; what its first try came to is read from the rows."""
    began = time.monotonic()
    wrong = _all_at_once(stack, tally, server, [case for case in cases if case.by_name])
    for case in cases:
        if not case.by_name:
            wrong += _alone(stack, tally, server, case)
    tally.sample("all_cases", time.monotonic() - began)
    tally.count("cases_right", len(cases) - len(wrong))
    assert not wrong, f"{len(wrong)} of {len(cases)} cases: {'; '.join(wrong[:5])}"


def _all_at_once(
    stack: Stack, tally: Tally, server: MailServer, cases: Sequence[Case], turns: int = _DISTURBED
) -> list[str]:
    """Those that the server knows by their recipient, each with a script of its own.

    One that the machine disturbed is played again; it has to come to its end all the same.
    """
    marks = {case: mails.word() for case in cases}
    for case, mark in marks.items():
        server.script(_named(case, mark), f"{mark}-{case.names[0]}")
    for case, mark in marks.items():
        _submit(stack, case, mark)
    wrong, again = [], []
    for case, mark in marks.items():
        first = _first_try(stack, mark)
        if turns > 1 and _disturbed(case, first):
            again.append(case)
        else:
            wrong += _first_was(case, first)
    for case, mark in marks.items():
        wrong += _end(stack, tally, server, case, mark)
    server.forget()
    if again:
        tally.count("disturbed", len(again))
        wrong += _all_at_once(stack, tally, server, again, turns - 1)
    return wrong


def _alone(stack: Stack, tally: Tally, server: MailServer, case: Case) -> list[str]:
    """One that misbehaves before the server knows whose mail it is."""
    for _ in range(_DISTURBED):
        mark = mails.word()
        server.script(_named(case, mark))
        server.hang_up()
        _submit(stack, case, mark)
        first = _first_try(stack, mark)
        server.forget()
        if case.state == PAUSED:
            reason = stack.until(lambda: stack.mail().queue().reason, PATIENCE, "the pause")
            assert "login" in reason, reason
            stack.mail().set_paused(paused=False)
        wrong = _end(stack, tally, server, case, mark)
        if not _disturbed(case, first):
            break
        tally.count("disturbed")
    return _first_was(case, first) + wrong


def _disturbed(case: Case, first: _Try) -> bool:
    """On a busy machine 0.3 s may pass before the greeting: that is another case."""
    return first.phase == CONNECTING != case.phase


def r8(options: Options) -> Tally:
    """The connection is lost after the final dot, whether the server took the mail or not."""
    return mails.series("R8", options, MailServer(), lose_after_dot, mails.QUICK)


def lose_after_dot(stack: Stack, tally: Tally, server: MailServer, count: int = UNSURE) -> None:
    """UNKNOWN it is and stays, through relays, until the user's word."""
    mark = mails.word()
    for number in range(count):
        deed = "TAKE CLOSE" if number % 2 else CLOSE
        server.script({"DOT": [deed, ""]}, f"{mark}-{number}")
    mails.submit(stack, mark, count)
    found = mails.all_final(stack, mark, count, PATIENCE)
    assert {row.state for row in found} == {"UNKNOWN"}, mails.states(stack, mark)
    client = stack.mail()
    for _ in range(_ASKED_AGAIN):
        client.relay()
        let_pass(1.0)
    mine = [mail for mail in server.taken() if mail.message_id in {r.message_id for r in found}]
    assert len(mine) == count // 2, f"{len(mine)} were taken: a silent second send"
    tally.double += len(mine) - len({mail.message_id for mail in mine})
    assert {row.state for row in mails.rows(stack, mark)} == {"UNKNOWN"}
    mails.judge(tally, server, found, count)
    # At the user's word one goes out again.
    client.resend(found[0].id, sure=True)
    stack.until(lambda: mails.rows(stack, mark)[0].state == "DELIVERED", PATIENCE, "resent")


@dataclass(frozen=True)
class _Try:
    """The row of an attempt."""

    phase: str
    verdict: str
    code: int | None
    words: str


def _named(case: Case, mark: str) -> dict[str, list[str]]:
    """The case's script, with its recipients' whole addresses."""
    return {
        f"RCPT {mark}-{name.split()[1]}@example.com" if " " in name else name: given
        for name, given in case.script.items()
    }


def _submit(stack: Stack, case: Case, mark: str) -> None:
    to = tuple(f"{mark}-{name}@example.com" for name in case.names)
    client, uploads = stack.mail(), ()
    if case.size:
        bulk = client.upload("large", "application/octet-stream", b"x" * case.size, lambda _: None)
        uploads = (bulk.id,)
    client.submit(Draft(to, f"{mark} {case.name}", "Hello.", uploads=uploads), mark)


def _first_try(stack: Stack, mark: str) -> _Try:
    """Wait for the row of the first attempt."""

    def look() -> tuple[str, str, int | None, str] | None:
        with mails.reading(stack) as database:
            return database.execute(
                "SELECT a.phase, a.verdict, a.code, a.words FROM send_mail_attempt a"
                " JOIN send_mail_mail m ON m.id = a.mail_id"
                " WHERE m.subject LIKE ? ORDER BY a.id LIMIT 1",
                (f"{mark}%",),
            ).fetchone()

    return _Try(*stack.until(look, PATIENCE, f"a try of {mails.rows(stack, mark)}"))


def _first_was(case: Case, tried: _Try) -> list[str]:
    """What the first try came to, against what it should."""
    mixed = len(set(case.first)) > 1
    as_meant = (
        tried.phase == case.phase
        and (mixed or tried.verdict == _VERDICTS[case.state])
        and case.code in (None, tried.code)
        and tried.words
    )
    return [] if as_meant else [f"{case.name}: {tried} instead of {case.state} in {case.phase}"]


def _end(stack: Stack, tally: Tally, server: MailServer, case: Case, mark: str) -> list[str]:
    """The final state, now that the server behaves: those that were to be tried again arrived."""
    client = stack.mail()

    def over() -> bool:
        # Not to wait for the relay's next round after each of many cases.
        client.relay()
        return mails.rows(stack, mark)[0].final

    stack.until(over, PATIENCE, f"a final state for {case.name}")
    found = mails.rows(stack, mark)
    mails.judge(tally, server, found, 1)
    wanted = tuple(_AT_LAST.get(state, state) for state in case.first)
    state = SENT if set(wanted) == {"delivered"} else NEVER if "failed" in wanted else MAYBE
    got = tuple(state for _, state in found[0].recipients)
    if (found[0].state, got) == (state, wanted):
        return []
    return [f"{case.name}: ended as {found[0].state} {got} instead of {state} {wanted}"]
