"""Many mails by one wake-up: claimed and written down in groups, sent over a few connections.

A task for each mail costs more than the mail once thousands are due, and so do a commit for its
claim, its mark and its end. One wake-up without an id takes whatever is due, in groups; each mail
still has its own try, steps and state, and ``handing_over`` knows how far each has come.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from send_mail import policy
from send_mail.models import Event
from send_mail.services import claim_rows, claims, finishes, pause, wakeups
from send_mail.services.attempts import Try
from send_mail.services.claims import Claim
from send_mail.services.handing_over import journal
from send_mail.services.held_rows import Finish
from send_mail.services.in_hand import hands
from send_mail.services.sending import give_back, send_claimed
from send_mail.states import State

GROUP = 50
LANES = 4
LONGEST = 60.0
"""Seconds after which the rest is left to the next wake-up; a message is not held for longer."""
WRITTEN_AFTER = 0.5
"""Seconds after which the first of a group are written down, should others take longer.

So often the group also asks whether the queue was paused.
"""

logger = logging.getLogger(__name__)


@dataclass
class GroupClaim(Claim):
    """The right to work on one mail of a group; its end goes to *done*, to be written with others.

    Its row says from the beginning that it may have been handed over; the journal, when it was.
    """

    done: deque[Finish] = field(default_factory=deque)
    handed_at: datetime | None = None
    has_ended: bool = False

    @property
    def in_doubt(self) -> bool:
        """Whether it was handed over and nobody knows what became of it."""
        return self.handed_at is not None and not self.has_ended

    def before_dot(self, seconds: float) -> bool:
        """Note that the mail is about to be handed over; False means: do not."""
        # By both clocks: the monotonic one stands still while the machine sleeps.
        is_ours = (
            self.runs_until >= time.monotonic() + seconds
            and self.until >= timezone.now() + timedelta(seconds=seconds)
        )
        if not is_ours and not super().before_dot(seconds):
            return False
        journal.handing_over(self.mail.token, self.mail_id)
        self.handed_at = timezone.now()
        return True

    def finish(
        self, state: State, event: Event, detail: str, tried: Try | None = None, **fields: Any
    ) -> bool:
        """Leave SENDING for *state*, soon; whether the claim was lost is not known yet."""
        done = Finish(
            *(self.mail_id, self.mail.token, state, event, detail, fields, tried),
            handed_at=self.handed_at,
        )
        if self.handed_at is not None:
            journal.answered(done.token, done.mail_id, finishes.as_words(done))
        self.done.append(done)
        self.has_ended = True
        return True


def send_due(limit: int, worker: str, leaving: Callable[[], bool]) -> int:
    """Send up to *limit* mails that are due; return how many were tried.

    Ends early when nothing is due any more, or *leaving* says that the worker is asked to stop.
    Those that it stood for and leaves, the relay publishes again at once; those whose wake-ups
    found nothing, as theirs was taken here, are asked for by one more.
    """
    tried, until = 0, time.monotonic() + LONGEST
    while tried < limit and time.monotonic() < until and not leaving():
        with hands.together(), journal.group() as token:
            group = claim_group(min(GROUP, limit - tried), worker, token)
            if not group:
                break
            with hands.holding(group):
                _send_all(group, leaving)
        tried += len(group)
    if tried >= limit:
        if claim_rows.is_any_due():
            wakeups.one_more.publish(max(limit, GROUP))
    elif leaving() or time.monotonic() >= until or pause.reason() is not None:
        claims.put_back_due(limit - tried)
    return tried


def claim_group(limit: int, worker: str, token: str) -> list[GroupClaim]:
    """Return claims on up to *limit* due mails, the longest waiting first; no suspects."""
    taken = claims.writer.write(lambda: claim_rows.take_due(limit, worker, token))
    done: deque[Finish] = deque()
    return [GroupClaim(mail, mail.until, mail.runs_until, done) for mail in taken]


def _send_all(group: Sequence[GroupClaim], leaving: Callable[[], bool]) -> None:
    """Send one group over up to ``LANES`` connections; under a green pool the lanes are green."""
    waiting, paused = deque(group), threading.Event()

    def enough() -> bool:
        return leaving() or paused.is_set()

    lanes = [
        threading.Thread(
            target=_lane, args=(waiting, enough, paused), name=f"lane-{n}", daemon=True
        )
        for n in range(min(LANES, len(group)))
    ]
    try:
        for lane in lanes:
            lane.start()
        for lane in lanes:
            while lane.is_alive():
                lane.join(WRITTEN_AFTER)
                if lane.is_alive():
                    _write_down(group)
                    if pause.reason() is not None:
                        paused.set()
    finally:
        try:
            waiting.clear()  # for lanes that are left alone: each ends with what it has begun
            _end(group, lanes)
        finally:
            if group[0].done or not all(claim.has_ended for claim in group):
                journal.keep(group[0].mail.token, in_use=any(lane.is_alive() for lane in lanes))
    unwritten = {done.mail_id for done in group[0].done}
    lost = [c.mail_id for c in group if c.in_doubt or c.mail_id in unwritten]
    if lost:
        raise RuntimeError(f"The ends of mails {lost} are not known; their leases bring them back.")


def _end(group: Sequence[GroupClaim], lanes: Sequence[threading.Thread]) -> None:
    """Wait for what is begun, give back the rest and write all of it down."""
    for lane in lanes:
        if lane.ident is not None:
            lane.join()
    for claim in group:
        if not claim.has_ended and claim.handed_at is None:
            give_back(claim)
    _write_down(group)


def _lane(waiting: deque[GroupClaim], enough: Callable[[], bool], paused: threading.Event) -> None:
    """Send one after the other. What would wait for too long is given back, not kept."""
    while True:
        try:
            claim = waiting.popleft()
        except IndexError:
            return
        try:
            if enough() or claim.runs_until < time.monotonic() + policy.phase_limits().final_dot:
                give_back(claim)
            elif send_claimed(claim) is State.QUEUED:
                paused.set()  # the login was refused: every further one would be too
        except Exception:
            # Its own fault alone: those behind it are still to be sent.
            logger.exception("Mail %s could not be brought to an end", claim.mail_id)


def _write_down(group: Sequence[GroupClaim]) -> None:
    """Write what has come to an end; tried again for as long as a lease of the group runs.

    What cannot be written stays in *done*, and keeps nothing else from being written.
    """
    done, until = group[0].done, min(claim.runs_until for claim in group)
    ended = [done[place] for place in range(len(done))]  # lanes append meanwhile
    if not ended:
        return
    try:
        claims.finish_all(ended, until)
    except OperationalError:
        raise
    except Exception:
        logger.exception("%s mails could not be finished together", len(ended))
        for _ in ended:
            _write_first(done, until)
    else:
        for _ in ended:
            done.popleft()


def _write_first(done: deque[Finish], until: float) -> None:
    try:
        claims.finish_all([done[0]], until)
    except OperationalError:
        raise
    except Exception:
        logger.exception("The end of mail %s could not be written", done[0].mail_id)
        done.rotate(-1)
    else:
        done.popleft()
