"""The API: what it takes, what it refuses and how it says so."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from kombu.exceptions import OperationalError

from send_mail.models import Mail
from send_mail.services import inbox
from tests.django.conftest import TOKEN, Api, Broker

GOOD = {"to": ["ada@localhost"], "subject": "Hello", "text": "hi"}


def test_a_mail_is_accepted_and_queued(api: Api, broker: Broker) -> None:
    answer = api.post("/api/mails", GOOD)
    assert answer.status_code == 202
    assert answer.json()["state"] == "QUEUED"
    assert answer.json()["subject"] == "Hello"
    assert broker.messages == [(answer.json()["id"], f"mail-{answer.json()['id']}-1")]


def test_a_mail_is_accepted_while_the_broker_is_down(api: Api, broker: Broker) -> None:
    broker.down = OperationalError("refused")
    answer = api.post("/api/mails", GOOD)
    assert answer.status_code == 202
    assert answer.json()["state_words"] == "Saved, will be sent"


def test_addresses_may_be_a_string_with_commas(api: Api) -> None:
    answer = api.post("/api/mails", {**GOOD, "to": "a@localhost, b@localhost"})
    assert answer.json()["to"] == ["a@localhost", "b@localhost"]


REFUSED = [
    ({"to": []}, "to"),
    ({"to": ""}, "to"),
    ({"to": None}, "to"),
    ({"to": ["nobody"]}, "to"),
    ({"to": "a@localhost\nBcc: evil@example.org"}, "to"),
    ({"to": ["a@localhost\x85"]}, "to"),
    ({"to": [f"u{n}@localhost" for n in range(101)]}, "to"),
    ({"cc": ["nobody"]}, "cc"),
    ({"bcc": ["a@localhost\0"]}, "bcc"),
    ({"subject": "a\nb"}, "subject"),
    ({"subject": "a\u2028b"}, "subject"),
    ({"subject": "=?utf-8?q?a=0D=0ABcc=3A_evil=40x?="}, "subject"),
    ({"subject": "x" * 2000}, "subject"),
    ({"subject": 7.5, "text": []}, "text"),
    ({"text": "a\0b"}, "text"),
    ({"html": "\ud800"}, "html"),
    ({"due_at": "soon"}, "due_at"),
    ({"attachements": []}, "attachements"),
]


@pytest.mark.parametrize(("change", "field"), REFUSED)
def test_a_refusal_names_the_field_and_queues_nothing(
    api: Api, broker: Broker, change: dict[str, Any], field: str
) -> None:
    answer = api.post("/api/mails", {**GOOD, **change})
    assert answer.status_code == 400
    assert answer.json()["errors"][field][0]
    assert not Mail.objects.exists()
    assert broker.messages == []


def test_a_mail_without_any_recipient_field_is_refused(api: Api) -> None:
    assert "to" in api.post("/api/mails", {"subject": "x"}).json()["errors"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff"])
def test_what_is_no_json_object_is_refused(api: Api, body: bytes) -> None:
    answer = api.client.post("/api/mails", body, content_type="application/json")
    assert answer.status_code == 400


def test_anything_but_json_is_refused(api: Api) -> None:
    assert api.client.post("/api/mails", GOOD).status_code == 415


@pytest.mark.parametrize("limit", ["MAIL_API_MAX_BYTES", "DATA_UPLOAD_MAX_MEMORY_SIZE"])
def test_a_body_that_is_too_large_is_refused(api: Api, settings: Any, limit: str) -> None:
    setattr(settings, limit, 100)
    assert api.post("/api/mails", {**GOOD, "text": "x" * 200}).status_code == 413


def test_the_same_key_and_mail_is_one_row(api: Api, broker: Broker) -> None:
    first, second = (api.post("/api/mails", GOOD, **{"Idempotency-Key": "k1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    assert len(broker.messages) == 1


def test_the_same_key_with_another_mail_is_refused_in_words(api: Api) -> None:
    api.post("/api/mails", GOOD, **{"Idempotency-Key": "k1"})
    answer = api.post("/api/mails", {**GOOD, "text": "other"}, **{"Idempotency-Key": "k1"})
    assert answer.status_code == 409
    assert "was used for another mail" in answer.json()["detail"]
    assert Mail.objects.count() == 1


def test_a_mail_for_later_is_shown_as_scheduled(api: Api, broker: Broker) -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    mail = api.post("/api/mails", {**GOOD, "due_at": later}).json()
    assert mail["state"] == "SCHEDULED"
    assert broker.messages == []
    assert [row["id"] for row in api.get("/api/mails", state="scheduled").json()["results"]] == [
        mail["id"]
    ]
    assert api.get("/api/mails", state="QUEUED").json()["results"] == []


def test_a_draft_is_kept_and_sent_at_a_word(api: Api, broker: Broker) -> None:
    answer = api.post("/api/mails", {**GOOD, "draft": True})
    assert (answer.status_code, answer.json()["state"], broker.messages) == (201, "DRAFT", [])
    sent = api.post(f"/api/mails/{answer.json()['id']}/resend")
    assert (sent.status_code, sent.json()["state"]) == (202, "QUEUED")
    assert len(broker.messages) == 1


def test_mails_are_paged_newest_first_without_gap_or_double(
    api: Api, saved: Callable[..., Mail]
) -> None:
    ids = [saved(subject=str(n)).pk for n in range(7)]
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        query = {"limit": 3, **({"after": cursor} if cursor else {})}
        page = api.get("/api/mails", **query).json()
        seen += [row["id"] for row in page["results"]]
        cursor, pages = page["next"], pages + 1
    assert (seen, pages) == (ids[::-1], 3)


def test_mails_are_found_by_subject_and_recipient(api: Api, saved: Callable[..., Mail]) -> None:
    saved("ada@localhost", subject="Engine")
    saved("bob@localhost", subject="Other")
    found = [api.get("/api/mails", q=words).json()["results"] for words in ("engi", "bob@", "zzz")]
    assert [len(rows) for rows in found] == [1, 1, 0]


@pytest.mark.parametrize(
    "query", [{"state": "LOST"}, {"after": "x"}, {"limit": "-1"}, {"after": "9" * 30}]
)
def test_a_query_that_makes_no_sense_is_refused_by_name(api: Api, query: dict[str, str]) -> None:
    answer = api.get("/api/mails", **query)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == list(query)


def test_one_mail_is_shown_in_full(api: Api, saved: Callable[..., Mail]) -> None:
    mail = saved("ada@localhost", cc=("c@localhost",), bcc=("b@localhost",), html="<b>x</b>")
    full = api.get(f"/api/mails/{mail.pk}").json()
    assert (full["text"], full["html"]) == ("text", "<b>x</b>")
    assert (full["cc"], full["bcc"]) == (["c@localhost"], ["b@localhost"])
    assert len(full["recipients"]) == 3
    assert [step["event"] for step in full["timeline"]] == ["saved", "published"]
    assert api.get("/api/mails/999").status_code == 404


def test_cancel_takes_back_what_waits_and_nothing_else(
    api: Api, saved: Callable[..., Mail]
) -> None:
    mail = saved()
    assert api.post(f"/api/mails/{mail.pk}/cancel").json()["state"] == "CANCELLED"
    refused = api.post(f"/api/mails/{mail.pk}/cancel")
    assert refused.status_code == 409
    assert refused.json()["detail"] == "A mail that is cancelled cannot be cancelled."
    assert api.post(f"/api/mails/{mail.pk}/resend").status_code == 202


def test_what_is_being_sent_can_be_neither_cancelled_nor_resent(
    api: Api, saved: Callable[..., Mail]
) -> None:
    mail = saved()
    Mail.objects.update(state="SENDING")
    answers = [
        api.post(f"/api/mails/{mail.pk}/{verb}").status_code for verb in ("cancel", "resend")
    ]
    assert answers == [409, 409]


def test_the_inbox_shows_knows_and_forgets(api: Api, saved: Callable[..., Mail]) -> None:
    mail = saved()
    source = bytes(mail.content.source)
    caught = inbox.store(source, "me@localhost", ["ada@localhost"], "peer")
    inbox.store(b"Subject: foreign\r\n\r\nx", "x@localhost", ["y@localhost"], "peer")
    rows = api.get("/api/inbox").json()["results"]
    assert [row["mail_id"] for row in rows] == [None, mail.pk]
    full = api.get(f"/api/inbox/{caught.pk}").json()
    assert (full["mail_id"], full["text"], full["size"]) == (mail.pk, "text", len(source))
    assert ["Subject", "Hello"] in full["headers"]
    assert api.client.delete(f"/api/inbox/{caught.pk}").status_code == 204
    assert api.get(f"/api/inbox/{caught.pk}").status_code == 404


def test_the_queue_counts_and_can_be_paused(api: Api, saved: Callable[..., Mail]) -> None:
    saved()
    queue = api.get("/api/queue").json()
    assert (queue["counts"]["QUEUED"], queue["counts"]["FAILED"]) == (1, 0)
    assert (queue["paused"], queue["reason"]) == (False, None)
    assert api.post("/api/queue", {"paused": True}).json()["reason"] == "Paused by hand."
    assert api.post("/api/queue", {"paused": False}).json()["paused"] is False


def test_the_relay_on_demand_does_not_wait_for_the_brokers_bad_memory(
    api: Api, broker: Broker
) -> None:
    broker.down = OperationalError("refused")
    api.post("/api/mails", GOOD)
    broker.down = None
    assert api.post("/api/relay").json() == {"published": 1, "taken_back": 0}


def test_the_schema_is_sound_and_served(api: Api) -> None:
    assert api.get("/api/schema/").status_code == 200
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    assert "/api/mails/{mail_id}/resend" in out.getvalue()


PATHS = [
    ("get", "/api/mails"), ("post", "/api/mails"), ("get", "/api/mails/1"),
    ("post", "/api/mails/1/resend"), ("post", "/api/mails/1/cancel"), ("get", "/api/inbox"),
    ("get", "/api/inbox/1"), ("delete", "/api/inbox/1"), ("get", "/api/queue"),
    ("post", "/api/queue"), ("post", "/api/relay"), ("post", "/api/login-links"),
    ("get", "/api/schema/"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("header", [None, "Token wrong", "Token ", "Token", "Bearer x"])
def test_without_the_launchers_token_or_a_login_nothing_is_answered(
    transactional_db: None, method: str, path: str, header: str | None
) -> None:
    client = Client(headers={"Authorization": header} if header else {})
    assert getattr(client, method)(path).status_code == 401


def test_without_a_token_in_the_settings_no_token_is_right(
    transactional_db: None, settings: Any
) -> None:
    settings.LAUNCHER_API_TOKEN = ""
    for offered in ("", TOKEN):
        client = Client(headers={"Authorization": f"Token {offered}"})
        assert client.get("/api/queue").status_code == 401


def test_a_staff_session_may_read_and_needs_csrf_to_write(
    transactional_db: None, admin_user: Any
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.get("/api/queue").status_code == 200
    body = json.dumps(GOOD)
    refused = client.post("/api/mails", body, content_type="application/json")
    assert refused.status_code == 403
    assert not Mail.objects.exists()


def test_a_user_who_is_no_staff_gets_nothing(
    transactional_db: None, django_user_model: Any
) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("guest"))
    assert client.get("/api/mails").status_code == 403
