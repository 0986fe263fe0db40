"""Repeats in the browser: made in words, paused, changed with their files, deleted."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from send_mail.models import Repeat

GOOD = {
    "to": "ada@localhost, bob@localhost",
    "subject": "Report",
    "text": "hi",
    "every": "day",
    "time": "09:00",
    "time_zone": "Europe/Berlin",
}


@pytest.fixture
def staff(transactional_db: None, admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def file(name: str, data: bytes = b"abc") -> Any:
    return SimpleUploadedFile(name, data, "text/plain")


def names(repeat: Repeat) -> list[str]:
    return [row.name for row in repeat.files.all()]


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    [
        ({}, {"every": "day", "at": "09:00"}, "Every day at 09:00"),
        (
            {"every": "week", "days": ["4", "0"]},
            {"every": "week", "days": [0, 4], "at": "09:00"},
            "Every Monday and Friday at 09:00",
        ),
        (
            {"every": "cron", "cron": "0 9 * * 1", "time": "nonsense"},
            {"cron": "0 9 * * 1"},
            "At 09:00, only on Monday",
        ),
    ],
)
def test_its_rule_is_said_in_words_with_its_next_time(
    staff: Client, change: Any, rule: Any, words: str
) -> None:
    answer = staff.post("/repeats/new/", {**GOOD, **change})
    repeat = Repeat.objects.get()
    assert (repeat.rule, repeat.to) == (rule, ["ada@localhost", "bob@localhost"])
    assert repeat.next_at is not None
    assert repeat.next_at > datetime.now(UTC)
    page = staff.get(answer.headers["Location"]).content.decode()
    assert f"is sent: {words}." in page
    assert f"<p>{words} " in page
    assert repeat.next_at.astimezone(UTC).isoformat(timespec="milliseconds") in page
    assert "and 1 more" in page


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"to": ""}, "to", "Give at least one recipient."),
        ({"to": "nobody"}, "to", "nobody:"),
        ({"cc": "nobody"}, "cc", "nobody:"),
        ({"subject": " "}, "subject", "Give a subject."),
        ({"text": ""}, "text", "Write a message."),
        ({"every": "week"}, "days", "Choose a day of the week."),
        ({"time": ""}, "time", "Give the time of day as 09:00."),
        ({"every": "cron", "cron": "0 9 *"}, "cron", "five fields"),
        ({"every": "cron", "cron": "0 0 30 2 *"}, "cron", "This day never comes."),
        ({"time_zone": "Mars/Phobos"}, "time_zone", "There is no time zone"),
        ({"subject": "a\u2028b"}, "subject", "U+2028"),
    ],
)
def test_a_refusal_stands_at_its_field(staff: Client, change: Any, field: str, words: str) -> None:
    answer = staff.post("/repeats/new/", {**GOOD, **change})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page.partition(f'id="id_{field}_error"')[2].partition("</div>")[0]
    assert f'href="#id_{field}"' in page
    assert f' id="id_{field}"' in page
    assert not Repeat.objects.exists()


def test_it_is_paused_and_goes_on_with_its_files(staff: Client) -> None:
    staff.post("/repeats/new/", {**GOOD, "attachments": [file("a.txt")]})
    repeat = Repeat.objects.get()
    place = f"/repeats/{repeat.pk}/switch/"
    page = staff.post(place, {"enabled": "no"}, follow=True).content.decode()
    assert "Paused" in page
    repeat.refresh_from_db()
    assert (repeat.enabled, repeat.next_at, names(repeat)) == (False, None, ["a.txt"])
    staff.post(place, {"enabled": "yes"})
    repeat.refresh_from_db()
    assert repeat.enabled
    assert repeat.next_at is not None


def test_it_is_changed_with_all_that_was_in_it_at_hand(staff: Client) -> None:
    given = {**GOOD, "every": "week", "days": ["2"], "attachments": [file("a.txt"), file("b.txt")]}
    staff.post("/repeats/new/", given)
    repeat = Repeat.objects.get()
    place = f"/repeats/{repeat.pk}/edit/"
    page = staff.get(place).content.decode()
    assert 'value="ada@localhost, bob@localhost"' in page
    assert re.search(r'value="week"[^>]*checked', page)
    assert re.search(r'name="days" value="2"[^>]*checked', page)
    assert re.findall(r'name="stays" value="(\d)"[^>]*checked', page) == ["0", "1"]
    assert "data-time-zone" not in page
    changed = {**GOOD, "time": "10:30", "stays": ["1"], "attachments": [file("c.txt")]}
    assert staff.post(place, changed).status_code == 302
    repeat.refresh_from_db()
    assert (repeat.rule, names(repeat)) == ({"every": "day", "at": "10:30"}, ["b.txt", "c.txt"])


def test_files_stay_attached_when_another_field_is_wrong(staff: Client) -> None:
    page = staff.post("/repeats/new/", {**GOOD, "to": "", "attachments": [file("a.txt")]})
    kept = re.findall(r'name="kept" value="(\d+)"[^>]*checked', page.content.decode())
    staff.post("/repeats/new/", {**GOOD, "kept": kept})
    assert names(Repeat.objects.get()) == ["a.txt"]


def test_too_much_is_refused_at_the_field(staff: Client, settings: Any) -> None:
    settings.MAIL_ATTACHMENTS_MAX_BYTES = 10
    staff.post("/repeats/new/", {**GOOD, "attachments": [file("a.txt", b"x" * 6)]})
    repeat = Repeat.objects.get()
    more = {**GOOD, "stays": ["0"], "attachments": [file("b.txt", b"x" * 6)]}
    answer = staff.post(f"/repeats/{repeat.pk}/edit/", more)
    assert answer.status_code == 400
    assert "at most" in answer.content.decode().partition('id="id_attachments_error"')[2]
    assert names(repeat) == ["a.txt"]


def test_it_is_deleted_after_a_question(staff: Client) -> None:
    staff.post("/repeats/new/", GOOD)
    place = f"/repeats/{Repeat.objects.get().pk}/delete/"
    assert "Delete this repeat?" in staff.get(place).content.decode()
    assert Repeat.objects.exists()
    assert "Nothing repeats." in staff.post(place, follow=True).content.decode()


def test_nobody_but_the_staff_repeats(staff: Client) -> None:
    staff.post("/repeats/new/", GOOD)
    pk = Repeat.objects.get().pk
    browser = Client()
    for path in ("", "new/", f"{pk}/edit/", f"{pk}/delete/"):
        assert browser.get(f"/repeats/{path}").status_code == 403
    for path in ("new/", f"{pk}/edit/", f"{pk}/switch/", f"{pk}/delete/"):
        assert browser.post(f"/repeats/{path}", GOOD).status_code == 403
    assert Repeat.objects.get().enabled
