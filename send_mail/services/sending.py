"""The way of one mail through a worker: claim, hand over, finish by what the server said."""

import logging
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import timezone

from send_mail import composing, policy, validation
from send_mail.delivery import Answer, Outcome, Steps, Verdict, deliver
from send_mail.models import Event, Mail
from send_mail.services import claims, pause
from send_mail.states import State

LOGIN_REFUSED = "The mail server refused the login of {user}: {reply}"

logger = logging.getLogger(__name__)


def send(mail_id: int, worker: str) -> State | None:
    """Send the mail if it can be claimed; return its new state, None when it was not ours."""
    if pause.reason() is not None:
        claims.put_back(mail_id)
        return None
    claim = claims.claim(mail_id, worker, policy.phase_limits().connect)
    if claim is None:
        return None
    mail = Mail.objects.select_related("content").get(pk=mail_id)
    try:
        outcome = _hand_over(mail, claim)
    except Exception as error:
        # A fault of ours, not of the server's. The lease would bring it back too, but later.
        logger.exception("Mail %s could not be handed over", mail_id)
        words = f"A fault in the worker: {error}"
        fault = Answer(Verdict.DEFERRED, 0, repr(error), words)
        waiting = dict.fromkeys(waiting_recipients(mail), fault)
        mail.refresh_from_db(fields=["data_at"])
        if mail.data_at is not None:
            fault = Answer(Verdict.UNKNOWN, 0, repr(error), words)
            waiting = dict.fromkeys(waiting_recipients(mail), fault)
        outcome = Outcome(fault, waiting)
    return _finish(mail, claim, outcome)


def waiting_recipients(mail: Mail) -> list[str]:
    """Return the addresses that have the mail not yet and were not refused for good."""
    return [row["address"] for row in mail.recipients if row["state"] in {"waiting", "deferred"}]


def _hand_over(mail: Mail, claim: claims.Claim) -> Outcome:
    content = mail.content
    recipients = waiting_recipients(mail)

    def message() -> Any:
        composed = composing.recompose(mail, content)
        composed.recipients = lambda: recipients  # type: ignore[method-assign]
        return composed

    steps = Steps(before_dot=claim.before_dot, phase=claim.cover)
    sender = validation.bare(mail.sender)
    return deliver(message, bytes(content.source), sender, recipients, steps)


def _finish(mail: Mail, claim: claims.Claim, outcome: Outcome) -> State | None:
    """Write down the outcome. Nothing is written when the claim was lost meanwhile."""
    answer = outcome.answer
    if answer.verdict is Verdict.NOT_SENT:
        return None
    recipients = [_after(row, outcome) for row in mail.recipients]
    finish = partial(
        claim.finish,
        recipients=recipients,
        last_code=answer.code or None,
        last_reply=answer.reply,
    )
    if answer.verdict is Verdict.REFUSED_LOGIN:
        words = LOGIN_REFUSED.format(user=settings.EMAIL_HOST_USER, reply=answer.reply)
        pause.pause(words)
        done = finish(
            State.QUEUED, Event.RETURNED, answer.reply, words=words, published_at=None
        )  # fmt: skip
        return State.QUEUED if done else None
    state, event, words, more = _decide(mail, recipients, answer)
    return state if finish(state, event, words, words=words, **more) else None


def _decide(
    mail: Mail, recipients: list[dict[str, Any]], answer: Answer
) -> tuple[State, Event, str, dict[str, Any]]:
    """Return state, event, words and further fields, from where every recipient stands."""
    now = timezone.now()
    done = {"finished_at": now}
    standing = [row["state"] for row in recipients]
    arrived = standing.count("delivered")
    if "unknown" in standing:
        return State.UNKNOWN, Event.UNKNOWN, answer.words, done
    if "deferred" in standing:
        if now - mail.queued_at >= policy.scaled(policy.GIVE_UP_AFTER):
            words = f"Given up after {policy.GIVE_UP_AFTER.days} days. {answer.words}"
            return State.FAILED, Event.FAILED, words, done
        wait = policy.backoff(mail.attempts)
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
