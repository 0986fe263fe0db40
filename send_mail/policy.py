"""How long things may take: leases, backoffs, limits, all scaled by one setting.

Pure arithmetic; who acts on it is elsewhere.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

DEATHS_UNTIL_QUARANTINE = 3
FIRST_BACKOFF = timedelta(minutes=1)
LONGEST_BACKOFF = timedelta(hours=1)
JITTER = 0.2
GIVE_UP_AFTER = timedelta(days=5)
UNDER_WAY = timedelta(seconds=60)
LONGEST_UNDER_WAY = timedelta(hours=1)
LEASE_MARGIN = timedelta(seconds=15)


@dataclass(frozen=True)
class PhaseLimits:
    """Seconds that each phase of an SMTP conversation may take in all."""

    connect: float
    command: float
    data: float
    final_dot: float


def phase_limits() -> PhaseLimits:
    """Return the limits of RFC 5321 4.5.3.2, shortened where a person waits, as scaled."""
    scale = settings.MAIL_TIME_SCALE
    return PhaseLimits(30 * scale, 300 * scale, 120 * scale, 600 * scale)


def scaled(duration: timedelta) -> timedelta:
    """Return *duration* times the setting."""
    scale: float = settings.MAIL_TIME_SCALE
    return duration * scale


def lease(seconds: float) -> timedelta:
    """Return how long a claim holds for a phase of *seconds*, already scaled."""
    return timedelta(seconds=seconds) + scaled(LEASE_MARGIN)


def group_seconds() -> float:
    """Return for how long a group is claimed: for its last final dot, and what comes before."""
    limits = phase_limits()
    return limits.final_dot + limits.command / 2


def longest_lease() -> timedelta:
    """Return what no lease is longer than."""
    return lease(group_seconds())


def backoff(attempts: int) -> timedelta:
    """Return the wait after failed attempt number *attempts*: 1 min doubling to 1 h, and jitter."""
    step = min(FIRST_BACKOFF * 2 ** min(attempts - 1, 10), LONGEST_BACKOFF)
    return scaled(step * (1 + random.random() * JITTER))  # noqa: S311 - spreads load, no secret


def under_way(unanswered: int) -> timedelta:
    """Return how long a wake-up counts as under way after *unanswered* earlier ones."""
    return scaled(min(UNDER_WAY * 2 ** min(unanswered, 10), LONGEST_UNDER_WAY))
