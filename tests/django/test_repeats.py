"""Repeated mails: by the API, by the relay, once each, whatever the clock does."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from send_mail.models import Mail, Repeat, RepeatFile, Upload
from send_mail.services import outbox, relay, repeats, uploads
from tests.django.conftest import Api, Broker

DAILY = {
    "rule": {"every": "day", "at": "09:00"},
    "time_zone": "Europe/Berlin",
    "to": ["ada@localhost"],
    "subject": "Report",
    "text": "hi",
}
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 09:00 in Berlin


def put(api: Api, path: str, body: dict[str, Any]) -> Any:
    return api.client.put(path, body, content_type="application/json")


def daily(**more: Any) -> Repeat:
    fields = {**DAILY, "next_at": NINE, **more}
    return Repeat.objects.create(**fields)


def test_a_repeated_mail_is_kept_changed_and_deleted(api: Api) -> None:
    made = api.post("/api/repeats", DAILY)
    assert made.status_code == 201
    body = made.json()
    assert (body["words"], body["enabled"], body["last_at"]) == ("Every day at 09:00", True, None)
    assert datetime.fromisoformat(body["next_at"]) > datetime.now(UTC)
    one = f"/api/repeats/{body['id']}"
    changed = put(api, one, {**DAILY, "rule": {"cron": "0 9 * * 1"}, "enabled": False}).json()
    assert (changed["words"], changed["next_at"]) == ("At 09:00, only on Monday", None)
    assert put(api, one, DAILY).json()["next_at"] is not None
    assert [row["id"] for row in api.get("/api/repeats").json()["results"]] == [body["id"]]
    assert api.client.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_a_rule_is_said_in_words_before_anything_is_saved(api: Api) -> None:
    asked = {"rule": {"cron": "0 9 * * 1-5"}, "time_zone": "Europe/Berlin"}
    meaning = api.post("/api/repeats/meaning", asked).json()
    assert meaning["words"] == "At 09:00, Monday through Friday"
    assert datetime.fromisoformat(meaning["next_at"]) > datetime.now(UTC)
    for rule in ("0 25 * * *", "0 0 30 2 *"):
        refused = api.post("/api/repeats/meaning", {"rule": {"cron": rule}})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["rule"])
    assert not Repeat.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rule": {"every": "day"}}, "rule"),
        ({"rule": None}, "rule"),
        ({"rule": {"cron": "0 0 30 2 *"}}, "rule"),
        ({"time_zone": "Mars/Phobos"}, "time_zone"),
        ({"to": []}, "to"),
        ({"to": [f"u{n}@localhost" for n in range(101)]}, "to"),
        ({"subject": "a\nb"}, "subject"),
        ({"next_at": "2026-01-01"}, "next_at"),
    ],
)
def test_a_bad_one_is_refused_by_its_field(api: Api, change: dict[str, Any], field: str) -> None:
    answer = api.post("/api/repeats", {**DAILY, **change})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Repeat.objects.exists()


def test_it_is_sent_when_its_time_has_come(transactional_db: None, broker: Broker) -> None:
    repeat = daily()
    assert repeats.due(NINE - timedelta(seconds=1)) == 0
    assert repeats.due(NINE + timedelta(seconds=2)) == 1
    assert repeats.due(NINE + timedelta(seconds=4)) == 0
    mail = Mail.objects.get()
    assert (mail.to, mail.subject, mail.repeat_id) == (["ada@localhost"], "Report", repeat.pk)
    repeat.refresh_from_db()
    assert repeat.next_at == NINE + timedelta(days=1)
    assert len(broker.messages) == 1


def test_missed_times_become_one_mail(transactional_db: None) -> None:
    repeat = daily()
    assert repeats.due(NINE + timedelta(days=7, hours=1)) == 1
    repeat.refresh_from_db()
    assert repeat.next_at == NINE + timedelta(days=8)
    assert Mail.objects.count() == 1


def test_one_that_is_switched_off_is_not_sent(transactional_db: None) -> None:
    daily(enabled=False)
    assert repeats.due(NINE + timedelta(hours=1)) == 0


def test_two_relays_at_once_save_one_mail(transactional_db: None) -> None:
    for _ in range(3):
        daily()
    together = threading.Barrier(4)
    done: list[int] = []

    def run() -> None:
        together.wait()
        done.append(repeats.due(NINE + timedelta(minutes=1)))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 3
    assert Mail.objects.count() == 3


def test_a_mail_that_cannot_be_saved_is_tried_again_and_stops_no_other(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily(subject="bad"), daily(subject="good")
    save = repeats.save

    def fail(new: Any) -> Mail:
        if new.subject == "bad":
            raise RuntimeError("no room")
        return save(new)

    monkeypatch.setattr(repeats, "save", fail)
    assert repeats.due(NINE) == 1
    monkeypatch.setattr(repeats, "save", save)
    assert repeats.due(NINE) == 1
    assert sorted(mail.subject for mail in Mail.objects.all()) == ["bad", "good"]


def test_a_clock_that_ran_ahead_leaves_no_silence(transactional_db: None) -> None:
    repeat = daily()
    assert repeats.due(NINE + timedelta(days=30)) == 1
    assert repeats.due(NINE + timedelta(minutes=1)) == 0
    repeat.refresh_from_db()
    assert repeat.next_at == NINE + timedelta(days=1)


def test_the_relay_sends_them(transactional_db: None, broker: Broker) -> None:
    daily(next_at=datetime.now(UTC) - timedelta(seconds=1))
    relay.relay()
    assert Mail.objects.count() == 1
    assert len(broker.messages) == 1


def upload(api: Api, name: str, data: bytes = b"abc") -> int:
    answer = api.client.post(f"/api/uploads?name={name}", data, content_type="text/plain")
    number: int = answer.json()["id"]
    return number


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer["attachments"]]


def test_each_of_its_mails_carries_its_files_when_the_uploads_are_long_gone(api: Api) -> None:
    ids = [upload(api, "a.txt", b"first"), upload(api, "b.txt", b"second")]
    made = api.post("/api/repeats", {**DAILY, "uploads": ids}).json()
    assert made["attachments"] == [
        {"index": 0, "name": "a.txt", "content_type": "text/plain", "size": 5},
        {"index": 1, "name": "b.txt", "content_type": "text/plain", "size": 6},
    ]
    uploads.expire(datetime.now(UTC) + timedelta(days=2))
    assert not Upload.objects.exists()
    Repeat.objects.update(next_at=NINE)
    assert repeats.due(NINE) == 1
    Repeat.objects.update(next_at=NINE + timedelta(days=1))
    assert repeats.due(NINE + timedelta(days=1)) == 1
    for mail in Mail.objects.select_related("content"):
        assert [(row.name, row.data) for row in outbox.files_of(mail)] == [
            ("a.txt", b"first"),
            ("b.txt", b"second"),
        ]


def test_a_change_keeps_the_files_that_it_names(api: Api) -> None:
    ids = [upload(api, name) for name in ("a.txt", "b.txt")]
    made = api.post("/api/repeats", {**DAILY, "uploads": ids}).json()
    place = f"/api/repeats/{made['id']}"
    more = {**DAILY, "keep": [1], "uploads": [upload(api, "c.txt")]}
    assert names(put(api, place, more).json()) == ["b.txt", "c.txt"]
    assert names(api.get("/api/repeats").json()["results"][0]) == ["b.txt", "c.txt"]
    refused = put(api, place, {**DAILY, "keep": [2]})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["keep"])
    assert names(api.get(place).json()) == ["b.txt", "c.txt"]
    assert names(put(api, place, DAILY).json()) == []
    assert not RepeatFile.objects.exists()


def test_it_takes_the_files_of_a_draft(api: Api) -> None:
    ids = [upload(api, name) for name in ("a.txt", "b.txt")]
    draft = api.post("/api/mails", {"draft": True, "uploads": ids}).json()["id"]
    body = {**DAILY, "mail": draft, "keep": [1], "uploads": [upload(api, "c.txt")]}
    assert names(api.post("/api/repeats", body).json()) == ["b.txt", "c.txt"]
    for change, field in (({"keep": [2]}, "keep"), ({"mail": draft + 1}, "mail")):
        refused = api.post("/api/repeats", {**body, **change})
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert Repeat.objects.count() == 1


def test_more_than_a_mail_carries_is_refused_with_a_repeat_too(api: Api, settings: Any) -> None:
    settings.MAIL_ATTACHMENTS_MAX_BYTES = 10
    made = api.post("/api/repeats", {**DAILY, "uploads": [upload(api, "a.txt", b"x" * 6)]}).json()
    more = {**DAILY, "keep": [0], "uploads": [upload(api, "b.txt", b"x" * 6)]}
    refused = put(api, f"/api/repeats/{made['id']}", more)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["uploads"])
    assert names(api.get(f"/api/repeats/{made['id']}").json()) == ["a.txt"]
