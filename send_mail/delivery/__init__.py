"""Handing one message to an SMTP server, phase by phase, and saying exactly what became of it.

smtplib does the talking; this package adds what it does not tell apart: in which phase a
connection was lost, what each recipient's code was, a limit for a whole phase instead of one for
each read, and connections that serve many mails. It knows no rows and no states of a mail.

``servers`` says where to, ``conversation`` opens a connection, ``pool`` keeps it, ``phases`` gives
a letter over it, ``verdicts`` and ``causes`` say what came of it.
"""

import smtplib
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from send_mail.delivery.conversation import Conversation
from send_mail.delivery.phases import HandOver, Letter, Steps
from send_mail.delivery.pool import idle_connections
from send_mail.delivery.servers import Server, project_server, release_server
from send_mail.delivery.verdicts import TAKEN_BACK, Answer, AnsweredError, Outcome, Verdict
from send_mail.policy import PhaseLimits, phase_limits

__all__ = ["Answer", "Letter", "Outcome", "Steps", "Verdict", "deliver", "release"]

_ENDED = frozenset({0, 421})
"""No answer that SMTP knows, or the one that closes: such a connection carries no other mail."""


def deliver(letter: Letter, steps: Steps, message: Callable[[], EmailMessage]) -> Outcome:
    """Send *letter* by the project's mail server; *message* is for other backends than SMTP.

    Never raises for anything that a server or a network does.
    """
    server = project_server()
    if server is None:
        return _by_django(letter, steps, message)
    with idle_connections.place(server):
        return _by_smtp(server, letter, steps, phase_limits())


def release(letter: Letter, steps: Steps) -> Outcome:
    """Send *letter* by the real server that releases go out by; never raises, as ``deliver``."""
    try:
        server = release_server()
    except AnsweredError as refused:
        return HandOver(letter, steps, phase_limits()).outcome(refused.answer)
    with idle_connections.place(server):
        return _by_smtp(server, letter, steps, phase_limits())


def _by_smtp(server: Server, letter: Letter, steps: Steps, limits: PhaseLimits) -> Outcome:
    """Try an idle connection first: one that turns out to be dead costs a moment, no attempt."""
    while (idle := idle_connections.take(server, limits)) is not None:
        try_it = HandOver(letter, steps, limits)
        answer = _one_try(try_it, idle, is_open=True)
        if try_it.sender_accepted or answer.code not in _ENDED:
            return try_it.outcome(answer)
    try_it = HandOver(letter, steps, limits)
    return try_it.outcome(_one_try(try_it, Conversation(server, limits), is_open=False))


def _one_try(try_it: HandOver, smtp: Conversation, *, is_open: bool) -> Answer:
    """Give the letter over one connection, which then waits for the next mail or is left."""
    try:
        if not is_open:
            try_it.open(smtp)
            is_open = True
        answer = try_it.give(smtp)
    except AnsweredError as stop:
        answer = stop.answer
    except (smtplib.SMTPException, OSError) as error:
        answer = try_it.broken_off(error, smtp.server)
    except BaseException:
        smtp.close()
        raise
    if is_open and answer.code not in _ENDED and smtp.settle():
        smtp.must_reset = answer.verdict is not Verdict.DELIVERED
        idle_connections.give_back(smtp)
    else:
        smtp.leave(politely=not try_it.after_dot)
    return answer


def _by_django(letter: Letter, steps: Steps, message: Callable[[], EmailMessage]) -> Outcome:
    """Hand over to another of Django's backends, the console above all."""
    if not steps.before_dot(phase_limits().final_dot):
        return Outcome(TAKEN_BACK)
    get_connection().send_messages([message()])
    name = settings.EMAIL_BACKEND.split(".")[-2]
    answer = Answer(Verdict.DELIVERED, 0, f"Handed to the {name} backend", f"To the {name}.")
    return Outcome(answer, dict.fromkeys(letter.recipients, answer), f"to the {name}")
