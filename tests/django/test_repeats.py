"""Repeated mails: by the API, by the relay, once each, whatever the clock does."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from send_mail.models import Mail, Repeat
from send_mail.services import relay, repeats
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
