"""When a repeated mail is due: its rule checked, said in words, and its next time.

A rule is ``{"every": "day", "at": "09:00"}``, ``{"every": "week", "days": [0, 4], "at": "09:00"}``
with Monday as 0, or ``{"cron": "0 9 * * 1-5"}`` with cron's five fields. Pure: no rows, no clock.

Clocks that are put forward: a time that does not exist that day is taken as many minutes after the
gap as it stands in it. Put back: a time that comes twice counts once, the first time; but a cron
rule for every hour goes by what passes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from celery.schedules import ParseException, crontab_parser
from cron_descriptor import Options, get_description
from django.core.exceptions import ValidationError

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_AT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_SUNDAY_AS_7 = re.compile(r"(?<![/0-9])7(?![0-9])")
_FIELDS = (
    ("minute", 60, 0),
    ("hour", 24, 0),
    ("day of the month", 31, 1),
    ("month", 12, 1),
    ("day of the week", 7, 0),
)
_FARTHEST = 366 * 9  # days: a 29 February may be eight years away


@dataclass(frozen=True)
class _Cron:
    """What the five fields allow; days of month and week are alternatives if both are given."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]  # Sunday is 0
    either_day: bool
    every_hour: bool

    def falls_on(self, day: date) -> bool:
        """Return whether the rule has times on *day*."""
        by_month = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        fits = (by_month or by_week) if self.either_day else (by_month and by_week)
        return fits and day.month in self.months


def clean(rule: Any) -> dict[str, Any]:
    """Return *rule* with nothing in it but what counts; raises ValidationError in words."""
    if not isinstance(rule, dict):
        raise ValidationError("Give a rule, {'every': 'day', 'at': '09:00'} for instance.")
    if "cron" in rule:
        _known(rule, "cron")
        fields = str(rule["cron"]).split()
        _cron(fields)
        return {"cron": " ".join(fields)}
    every = rule.get("every")
    if every == "day":
        _known(rule, "every", "at")
        return {"every": "day", "at": _at(rule)}
    if every == "week":
        _known(rule, "every", "at", "days")
        return {"every": "week", "days": _days(rule), "at": _at(rule)}
    raise ValidationError("A rule says every day, every week, or cron.")


def zone(name: str) -> ZoneInfo:
    """Return the time zone; raises ValidationError when there is none of this name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        msg = f"There is no time zone {name[:64]}; Europe/Berlin would be one."
        raise ValidationError(msg) from error


def words(rule: dict[str, Any]) -> str:
    """Return a clean rule as a person says it."""
    if "cron" in rule:
        options = Options()
        options.use_24hour_time_format = True
        return str(get_description(rule["cron"], options))
    if rule["every"] == "day" or len(rule["days"]) == len(DAYS):
        return f"Every day at {rule['at']}"
    *first, last = (DAYS[day] for day in rule["days"])
    days = f"{', '.join(first)} and {last}" if first else last
    return f"Every {days} at {rule['at']}"


def next_after(rule: dict[str, Any], time_zone: str, after: datetime) -> datetime | None:
    """Return the first time of a clean rule that is later than *after*, in UTC.

    None when it never comes, as on a 30 February.
    """
    where = zone(time_zone)
    allowed = _as_cron(rule)
    # From the day before: what falls into a gap at midnight belongs to that day.
    first = after.astimezone(where).date() - timedelta(days=1)
    for ahead in range(_FARTHEST):
        day = first + timedelta(days=ahead)
        if allowed.falls_on(day):
            later = [at for at in _times(allowed, day, where) if at > after]
            if later:
                return min(later)
    return None


def _times(allowed: _Cron, day: date, where: ZoneInfo) -> Iterator[datetime]:
    for hour in allowed.hours:
        for minute in allowed.minutes:
            local = datetime.combine(day, time(hour, minute), where)
            yield local.astimezone(UTC)
            if allowed.every_hour:
                yield local.replace(fold=1).astimezone(UTC)


def _as_cron(rule: dict[str, Any]) -> _Cron:
    if "cron" in rule:
        return _cron(rule["cron"].split())
    hour, minute = map(int, rule["at"].split(":"))
    days = rule.get("days", range(len(DAYS)))
    weekdays = frozenset((day + 1) % 7 for day in days)
    every = frozenset(range(1, 32))
    return _Cron(
        frozenset({minute}), frozenset({hour}), every, every, weekdays,
        either_day=False, every_hour=False,
    )  # fmt: skip


def _cron(fields: list[str]) -> _Cron:
    if len(fields) != len(_FIELDS):
        raise ValidationError("A cron rule has five fields: minute, hour, day, month, weekday.")
    sets = []
    for text, (name, size, lowest) in zip(fields, _FIELDS, strict=True):
        asked = _SUNDAY_AS_7.sub("0", text) if name == "day of the week" else text
        try:
            sets.append(frozenset(crontab_parser(size, lowest).parse(asked)))
        except (ParseException, ValueError, ZeroDivisionError, IndexError) as error:
            msg = f"{text[:40]} is no {name} of a cron rule: {error}"
            raise ValidationError(msg) from error
    either_day = not fields[2].startswith("*") and not fields[4].startswith("*")
    minutes, hours, days, months, weekdays = sets
    return _Cron(
        minutes, hours, days, months, weekdays,
        either_day=either_day, every_hour=fields[1].startswith("*"),
    )  # fmt: skip


def _known(rule: dict[str, Any], *names: str) -> None:
    unknown = sorted(set(rule) - set(names))
    if unknown:
        msg = f"A rule of this kind has no {str(unknown[0])[:40]}."
        raise ValidationError(msg)


def _at(rule: dict[str, Any]) -> str:
    at = rule.get("at")
    if not isinstance(at, str) or not _AT.fullmatch(at):
        raise ValidationError("Give the time of day as 09:00.")
    return at


def _days(rule: dict[str, Any]) -> list[int]:
    days = rule.get("days")
    if (
        not isinstance(days, list)
        or not days
        or not all(type(day) is int and 0 <= day < len(DAYS) for day in days)
    ):
        raise ValidationError("Give the days of the week as numbers, Monday is 0.")
    return sorted(set(days))
