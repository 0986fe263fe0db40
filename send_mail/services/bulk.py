"""Many mails by one wake-up: claimed 25 at a time, sent over a few connections.

A task for each mail costs more than the mail once thousands are due. One wake-up without an id
takes whatever is due, in groups; each mail still has its own claim, mark, attempt and state.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

from send_mail.services import claims
from send_mail.services.claims import Claim
from send_mail.services.in_hand import hands
from send_mail.services.sending import first_lease, give_back, send_claimed

GROUP = 25
LANES = 4
LONGEST = 60.0
"""Seconds after which the rest is left to the next wake-up; a message is not held for longer."""


def send_due(limit: int, worker: str, leaving: Callable[[], bool]) -> int:
    """Send up to *limit* mails that are due; return how many were tried.

    Ends early when nothing is due any more or *leaving* says that the worker is asked to stop.
    """
    tried, until = 0, time.monotonic() + LONGEST
    while tried < limit and time.monotonic() < until and not leaving():
        with hands.together():
            group = claims.claim_due(min(GROUP, limit - tried), worker, first_lease())
            if not group:
                break
            _send_all(group, leaving)
        tried += len(group)
    return tried


def _send_all(group: list[Claim], leaving: Callable[[], bool]) -> None:
    """Send one group over up to ``LANES`` connections; under a green pool the lanes are green."""
    waiting = deque(group)
    lanes = [
        threading.Thread(target=_lane, args=(waiting, leaving), name=f"lane-{n}", daemon=True)
        for n in range(1, min(LANES, len(group)))
    ]
    for lane in lanes:
        lane.start()
    _lane(waiting, leaving)
    for lane in lanes:
        lane.join()


def _lane(waiting: deque[Claim], leaving: Callable[[], bool]) -> None:
    """Send one after the other. What would wait for too long is given back, not kept."""
    enough = first_lease() / 2
    while True:
        try:
            claim = waiting.popleft()
        except IndexError:
            return
        if leaving() or claim.runs_until < time.monotonic() + enough:
            give_back(claim)
        else:
            send_claimed(claim)
