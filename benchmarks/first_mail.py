"""P10: from the double-click to a mail that is accepted, and to one that is delivered.

The window is opened as a double-click opens it. From then on one mail is submitted, with one
Idempotency-Key, until Django takes it: what a person gets who writes at once and presses Send. The
same run tells when all services were ready, so "Start all" is that very start, not another.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks import processes, stack, window
from benchmarks.row import Row
from launcher.paths import Home
from launcher.runtime.control import NotRunningError, RequestError, request

GOAL = (
    "from the double-click to a mail accepted (saved) <= 2 s, before the broker is up; "
    "delivered <= Start all + 0.5 s"
)
ACCEPTED_LIMIT_S = 2.0
DELIVERED_LIMIT_S = 0.5
REPEATS = 5
_LIMIT = 60.0
_AT_REST = ("ready", "done", "external")


@dataclass(frozen=True, slots=True)
class FirstMail:
    """One start, in seconds from the start of the window's process."""

    painted_s: float
    accepted_s: float
    broker_s: float
    all_ready_s: float
    delivered_s: float

    @property
    def after_all_s(self) -> float:
        """From the last service that became ready to the mail's delivery; negative: before it."""
        return self.delivered_s - self.all_ready_s


def measure(repeats: int | None) -> Row:
    """Start, submit, wait for both ends, stop hard; medians decide."""
    found: list[FirstMail] = []
    busy: list[float] = []
    with stack.fresh_home() as home, processes.display() as screen:
        stack.prepared(home)
        for _ in range(repeats or REPEATS):
            busy.append(processes.until_quiet())
            opened = window.open_launcher(screen, home)
            try:
                found.append(_follow(opened, home))
            finally:
                window.end_launcher(opened, home)
    return _row(found, max(busy))


def _follow(opened: window.Opened, home: Home) -> FirstMail:
    ready: dict[str, float] = {}
    accepted = delivered = None
    mail, key = "", uuid.uuid4().hex
    wanted = {"to": ["you@localhost"], "subject": "The first one", "text": "Sent at once."}

    def seconds() -> float:
        return time.monotonic() - opened.began

    def over() -> bool:
        nonlocal accepted, delivered, mail
        if accepted is None and (answer := _ask(home, "send", **wanted, key=key)):
            mail, accepted = answer["id"], seconds()
        elif accepted is not None and delivered is None:
            answer = _ask(home, "mail", id=mail)
            if answer and answer["state"] == "delivered":
                delivered = seconds()
        services = (_ask(home, "status") or {"services": []})["services"]
        for service in services:
            if service["state"] in _AT_REST:
                ready.setdefault(service["name"], seconds())
        return delivered is not None and 0 < len(services) == len(ready)

    if not processes.wait_for(over, _LIMIT) or accepted is None or delivered is None:
        raise RuntimeError(f"no mail was delivered within {_LIMIT:g} s; ready: {sorted(ready)}")
    return FirstMail(
        painted_s=opened.painted_ms / 1000,
        accepted_s=accepted,
        broker_s=ready["rabbitmq"],
        all_ready_s=max(ready.values()),
        delivered_s=delivered,
    )


def _ask(home: Home, verb: str, **words: Any) -> dict[str, Any] | None:
    """One answer; None while nobody listens yet, or it cannot be done yet."""
    try:
        return next(iter(request(home, verb, timeout=10, **words)), None)
    except (NotRunningError, RequestError):
        return None


def _row(found: list[FirstMail], busy: float) -> Row:
    accepted = median(each.accepted_s for each in found)
    after_all = median(each.after_all_s for each in found)
    before_broker = sum(each.accepted_s < each.broker_s for each in found)
    return Row(
        row="P10",
        holds=(
            accepted <= ACCEPTED_LIMIT_S
            and after_all <= DELIVERED_LIMIT_S
            and before_broker == len(found)
        ),
        goal=GOAL,
        figures={
            "accepted_s": round(accepted, 2),
            "accepted_worst_s": round(max(each.accepted_s for each in found), 2),
            "accepted_before_the_broker": before_broker,
            "broker_ready_s": round(median(each.broker_s for each in found), 2),
            "all_ready_s": round(median(each.all_ready_s for each in found), 2),
            "delivered_s": round(median(each.delivered_s for each in found), 2),
            "delivered_after_start_all_s": round(after_all, 2),
            "first_paint_s": round(median(each.painted_s for each in found), 2),
            "repeats": len(found),
            "busy_before_percent": round(busy, 1),
        },
        note="second and later starts, with RabbitMQ; asked every 20 ms and more from outside",
    )
