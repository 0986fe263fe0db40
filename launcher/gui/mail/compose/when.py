"""When a mail goes out: now, later, or again and again; and how that is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from launcher.gui.words import listed
from launcher.mail import Rule

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class When:
    """Now when both are empty; `at` is a moment in ISO 8601, `rule` repeats."""

    at: str = ""
    rule: Rule | None = None

    @property
    def words(self) -> str:
        """As a clause: "on 23 Nov 2026 at 09:00", "every day at 09:00"; "" for now."""
        if self.rule is not None:
            return rule_words(self.rule)
        return f"on {moment(self.at)}" if self.at else ""

    def fault(self, now: datetime) -> str:
        """Why it cannot be so, "" when it can."""
        if self.at and datetime.fromisoformat(self.at) <= now:
            return "That moment is over."
        if self.rule is not None and self.rule.every == "week" and not self.rule.days:
            return "Choose a day of the week."
        if self.rule is not None and not self.rule.every and len(self.rule.cron.split()) != 5:
            return "Give five parts: minute, hour, day, month, day of the week."
        return ""


def moment(iso: str) -> str:
    """The local date and time, to the minute: "23 Nov 2026 at 09:00"."""
    at = datetime.fromisoformat(iso).astimezone()
    return f"{at.day} {at.strftime('%b %Y at %H:%M')}"


def rule_words(rule: Rule) -> str:
    """A rule as a clause; a cron expression stands as it is, the API has the words for it."""
    if rule.cron:
        return f"by the schedule {rule.cron}"
    if rule.every == "day":
        return f"every day at {rule.at}"
    days = listed(DAYS[day] for day in sorted(rule.days))
    return f"every {days} at {rule.at}"


def until(iso: str, now: datetime) -> str:
    """How long it is until then, coarsely: "in 5 minutes", "in 3 hours", "in 2 days"."""
    seconds = (datetime.fromisoformat(iso) - now).total_seconds()
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= length:
            count = round(seconds / length)
            return f"in {count} {unit}{'' if count == 1 else 's'}"
    return "in less than a minute"
