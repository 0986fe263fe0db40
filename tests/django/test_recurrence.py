"""The rules of repeated mails: their words, their next times, clocks put forward and back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from send_mail import recurrence

BERLIN = "Europe/Berlin"


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def coming(rule: dict[str, Any], after: datetime, count: int, zone: str = BERLIN) -> list[str]:
    found = []
    for _ in range(count):
        upcoming = recurrence.next_after(recurrence.clean(rule), zone, after)
        assert upcoming is not None
        after = upcoming
        found.append(after.astimezone(ZoneInfo(zone)).strftime("%d.%m. %H:%M"))
    return found


def day(time: str) -> dict[str, Any]:
    return {"every": "day", "at": time}


def test_every_day_is_every_day_at_the_time_of_the_place() -> None:
    after = at("2026-03-27 10:00", BERLIN)
    assert coming(day("09:00"), after, 3) == ["28.03. 09:00", "29.03. 09:00", "30.03. 09:00"]


def test_days_of_the_week_begin_with_monday() -> None:
    rule = {"every": "week", "days": [4, 0], "at": "09:00"}
    assert coming(rule, at("2026-11-22 00:00"), 3) == [
        "23.11. 09:00", "27.11. 09:00", "30.11. 09:00",
    ]  # fmt: skip


def test_a_time_in_the_gap_of_spring_comes_after_it_once() -> None:
    after = at("2026-03-28 12:00", BERLIN)
    assert coming(day("02:30"), after, 2) == ["29.03. 03:30", "30.03. 02:30"]


def test_a_time_that_comes_twice_in_autumn_counts_once() -> None:
    after = at("2026-10-24 12:00", BERLIN)
    rule = day("02:30")
    first = recurrence.next_after(rule, BERLIN, after)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert recurrence.next_after(rule, BERLIN, first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_a_cron_rule_of_every_hour_goes_by_what_passes() -> None:
    for start in ("2026-10-24 22:10", "2026-03-28 23:10"):
        after = at(start)
        for _ in range(6):
            upcoming = recurrence.next_after({"cron": "30 * * * *"}, BERLIN, after)
            assert upcoming is not None
            assert upcoming - after in {timedelta(minutes=20), timedelta(hours=1)}
            after = upcoming


@pytest.mark.parametrize(
    ("cron", "found"),
    [
        ("0 9 * * 1-5", ["23.11. 09:00", "24.11. 09:00", "25.11. 09:00"]),
        ("0 9 * * 7", ["22.11. 09:00", "29.11. 09:00", "06.12. 09:00"]),
        ("0 9 * * mon,thu", ["23.11. 09:00", "26.11. 09:00", "30.11. 09:00"]),
        ("0 9 1 * 1", ["23.11. 09:00", "30.11. 09:00", "01.12. 09:00"]),
        ("*/30 9 1 1 *", ["01.01. 09:00", "01.01. 09:30", "01.01. 09:00"]),
        ("0 0 29 2 *", ["29.02. 00:00", "29.02. 00:00", "29.02. 00:00"]),
    ],
)
def test_cron_has_its_five_fields(cron: str, found: list[str]) -> None:
    assert coming({"cron": cron}, at("2026-11-22 00:00"), 3) == found


def test_a_day_that_never_comes_is_none() -> None:
    rule = recurrence.clean({"cron": "0 0 30 2 *"})
    assert recurrence.next_after(rule, "UTC", at("2026-11-22 00:00")) is None


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (day("09:00"), "Every day at 09:00"),
        ({"every": "week", "days": [4, 0, 0], "at": "09:00"}, "Every Monday and Friday at 09:00"),
        ({"every": "week", "days": [6], "at": "23:59"}, "Every Sunday at 23:59"),
        ({"every": "week", "days": [0, 1, 2], "at": "09:00"},
         "Every Monday, Tuesday and Wednesday at 09:00"),
        ({"every": "week", "days": [*range(7)], "at": "09:00"}, "Every day at 09:00"),
        ({"cron": " 0  9 * * 1-5 "}, "At 09:00, Monday through Friday"),
    ],
)  # fmt: skip
def test_a_rule_is_said_in_words(rule: dict[str, Any], words: str) -> None:
    assert recurrence.words(recurrence.clean(rule)) == words


@pytest.mark.parametrize(
    "rule",
    [
        None, [], "daily", {}, {"every": "year", "at": "09:00"}, {"every": "day"},
        {"every": "day", "at": "9:00"}, {"every": "day", "at": "24:00"}, {"every": "day", "at": 9},
        {"every": "day", "at": "09:00", "days": [1]}, {"every": "week", "at": "09:00"},
        {"every": "week", "at": "09:00", "days": []}, {"every": "week", "at": "09:00", "days": [7]},
        {"every": "week", "at": "09:00", "days": [True]},
        {"every": "week", "at": "09:00", "days": 3},
        {"cron": ""}, {"cron": "* * * *"}, {"cron": "60 * * * *"}, {"cron": "0 9 32 * *"},
        {"cron": "0 9 * * x"}, {"cron": "0 9 L * *"}, {"cron": "*/0 * * * *"}, {"cron": 7},
        {"cron": "0 9 * * *", "at": "09:00"}, {"cron": ", * * * *"}, {"cron": "1- * * * *"},
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused_in_words(rule: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        recurrence.clean(rule)
    assert len(refused.value.messages[0]) > 20


@pytest.mark.parametrize("name", ["", "Mars/Phobos", "/etc/passwd", "../UTC", "Europe", "a\0b"])
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        recurrence.zone(name)


_FIELD = st.one_of(
    st.just("*"), st.integers(0, 70).map(str), st.text("0123456789*/,-LW#?a", max_size=6)
)


@given(st.lists(_FIELD, min_size=5, max_size=5).map(" ".join))
def test_whatever_is_written_as_cron_has_words_and_a_next_time_or_is_refused(cron: str) -> None:
    try:
        rule = recurrence.clean({"cron": cron})
    except ValidationError:
        return
    assert recurrence.words(rule)
    after = datetime(2026, 11, 22, tzinfo=UTC)
    upcoming = recurrence.next_after(rule, BERLIN, after)
    assert upcoming is None or upcoming > after


@given(
    st.integers(1_577_836_800, 1_893_456_000),
    st.times().map(lambda time: time.strftime("%H:%M")),
    st.sampled_from(
        [BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
    ),
)
def test_a_daily_mail_comes_once_a_day_whatever_the_clocks_do(
    second: int, time: str, zone: str
) -> None:
    after = datetime.fromtimestamp(second, UTC)
    days = []
    for _ in range(4):
        upcoming = recurrence.next_after(day(time), zone, after)
        assert upcoming is not None
        assert upcoming > after
        days.append(upcoming.astimezone(ZoneInfo(zone)).date())
        after = upcoming
    assert days == [days[0] + timedelta(days=ahead) for ahead in range(4)]
