"""The way of one mail through a worker: claim, hand over, finish by what the server said."""

import logging
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from send_mail import composing, policy, safe_mode, validation
from send_mail.delivery import Answer, Letter, Outcome, Steps, Verdict, deliver, release
from send_mail.models import Event, Mail, Route
from send_mail.services import claims, pause
from send_mail.services.attempts import Try
from send_mail.services.claims import Claim, SuspectError
from send_mail.services.in_hand import hands
from send_mail.states import State

LOGIN_REFUSED = "The mail server refused the login of {user}: {reply}"
LOGIN_WANTED = "The mail server wants a login, and none is set up for it: {reply}"
NOT_BEGUN = "The worker had no time for it."
RELEASE_REFUSED = "The mail server that releases go out by refused the login: {reply}"

logger = logging.getLogger(__name__)
_bare = lru_cache(validation.bare)  # a project has few senders


def send(mail_id: int, worker: str) -> State | None:
    """Send the mail if it can be claimed; return its new state, None when it was not ours."""
    try:
        with hands.together():
            return _send_alone(claims.claim(mail_id, worker, first_lease()))
    except SuspectError:
        logger.info("Mail %s has seen workers end: it is tried alone", mail_id)
    with hands.alone():
        return _send_alone(claims.claim(mail_id, worker, first_lease(), alone=True))


def first_lease() -> float:
    """Return the seconds a claim is taken for: enough for every phase before the content."""
    limits = policy.phase_limits()
    return max(limits.connect, limits.command)


def send_claimed(claim: Claim) -> State | None:
    """Hand over what is claimed; return its new state, None when the claim was lost."""
    handed_over = False

    def before_dot(seconds: float) -> bool:
        nonlocal handed_over
        handed_over = claim.before_dot(seconds)
        return handed_over

    try:
        outcome = _hand_over(claim, Steps(before_dot=before_dot, phase=claim.cover))
    except Exception as error:
        # A fault of ours, not of the server's. The lease would bring it back too, but later.
        logger.exception("Mail %s could not be handed over", claim.mail_id)
        words = f"A fault in the worker: {error}"
        verdict = Verdict.UNKNOWN if handed_over else Verdict.DEFERRED
        fault = Answer(verdict, 0, repr(error), words)
        own = dict.fromkeys(waiting_recipients(claim), fault)
        outcome = Outcome(fault, own, "in the worker")
    return _finish(claim, outcome)


def give_back(claim: Claim) -> None:
    """Let somebody else send what was claimed and not begun."""
    claim.finish(State.QUEUED, Event.RETURNED, NOT_BEGUN, published_at=None, data_at=None)


def _send_alone(claim: Claim | None) -> State | None:
    if claim is None:
        return None
    with hands.holding([claim]):
        return send_claimed(claim)


def waiting_recipients(claim: Claim) -> list[str]:
    """Return the addresses that have the mail not yet and were not refused for good."""
    return [
        row["address"] for row in claim.mail.recipients if row["state"] in {"waiting", "deferred"}
    ]


def _hand_over(claim: Claim, steps: Steps) -> Outcome:
    released = claim.mail.route == Route.RELEASE
    sender = settings.EMAIL_RELEASE_FROM if released else ""
    sender = _bare(sender or claim.mail.sender)
    letter = Letter(claim.source(), sender, waiting_recipients(claim))
    given = safe_mode.redirected(letter) if settings.MAIL_REDIRECT_TO else letter
    if released:
        outcome = release(given, steps)
    else:
        outcome = deliver(given, steps, partial(_message, claim, given))
    return outcome if given is letter else safe_mode.spread(outcome, letter)


def _message(claim: Claim, letter: Letter) -> EmailMessage:
    """Return the mail as Django's backends want it."""
    mail = Mail.objects.select_related("content").get(pk=claim.mail_id)
    message = composing.recompose(mail, mail.content)
    message.recipients = lambda: list(letter.recipients)  # type: ignore[method-assign]  # the envelope's, in the place of the headers'
    return message


def _finish(claim: Claim, outcome: Outcome) -> State | None:
    """Write down the outcome. Nothing is written when the claim was lost meanwhile."""
    answer = outcome.answer
    if answer.verdict is Verdict.NOT_SENT:
        return None
    recipients = [_after(row, outcome) for row in claim.mail.recipients]
    tried = Try(
        mail_id=claim.mail_id,
        number=claim.mail.number,
        worker=claim.mail.worker,
        began_at=claim.mail.began_at,
        phase=outcome.phase,
        verdict=answer.verdict.value,
        code=answer.code or None,
        reply=answer.reply,
        words=answer.words,
    )
    finish = partial(
        claim.finish,
        tried=tried,
        recipients=recipients,
        last_code=answer.code or None,
        last_reply=answer.reply,
    )
    if answer.verdict is Verdict.REFUSED_LOGIN and claim.mail.route == Route.RELEASE:
        # The project's own mail has nothing to do with it and goes on.
        words = RELEASE_REFUSED.format(reply=answer.reply)
        failed = finish(State.FAILED, Event.FAILED, words, words=words, finished_at=timezone.now())
        return State.FAILED if failed else None
    if answer.verdict is Verdict.REFUSED_LOGIN:
        user = settings.EMAIL_HOST_USER
        words = (LOGIN_REFUSED if user else LOGIN_WANTED).format(user=user, reply=answer.reply)
        claims.writer.write(lambda: pause.pause(words))
        done = finish(
            State.QUEUED, Event.RETURNED, answer.reply, words=words, published_at=None
        )  # fmt: skip
        return State.QUEUED if done else None
    state, event, words, more = _decide(claim, recipients, answer)
    return state if finish(state, event, words, words=words, **more) else None


def _decide(
    claim: Claim, recipients: list[dict[str, Any]], answer: Answer
) -> tuple[State, Event, str, dict[str, Any]]:
    """Return state, event, words and further fields, from where every recipient stands."""
    now = timezone.now()
    done = {"finished_at": now}
    standing = [row["state"] for row in recipients]
    arrived = standing.count("delivered")
    if "unknown" in standing:
        return State.UNKNOWN, Event.UNKNOWN, answer.words, done
    if "deferred" in standing:
        if now - claim.mail.queued_at >= policy.scaled(policy.GIVE_UP_AFTER):
            words = f"Given up after {policy.GIVE_UP_AFTER.days} days. {answer.words}"
            return State.FAILED, Event.FAILED, words, done
        wait = policy.backoff(claim.mail.number)
        words = f"{_reason(recipients, 'deferred', answer)} Tried again in {_span(wait)}."
        return State.RETRYING, Event.RETRYING, words, {"due_at": now + wait, "data_at": None}
    if "failed" in standing:
        words = _reason(recipients, "failed", answer)
        if arrived:
            words = f"Delivered to {arrived} of {len(standing)}. {words}"
        return State.FAILED, Event.FAILED, words, done
    return State.DELIVERED, Event.DELIVERED, answer.reply, done


def _after(row: dict[str, Any], outcome: Outcome) -> dict[str, Any]:
    answer = outcome.recipients.get(row["address"])
    if answer is None or answer.verdict is Verdict.REFUSED_LOGIN:
        return row
    return {
        **row,
        "state": answer.verdict.value,
        "reply": answer.reply,
        "words": answer.words,
    }


def _reason(recipients: list[dict[str, Any]], state: str, answer: Answer) -> str:
    """Return the words of the first recipient that stands so, named when there are several."""
    row = next(row for row in recipients if row["state"] == state)
    words: str = row.get("words") or answer.words
    return f"{row['address']}: {words}" if len(recipients) > 1 else words


def _span(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    return f"{seconds} s" if seconds < 100 else f"{round(seconds / 60)} min"
