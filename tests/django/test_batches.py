"""Batches: to each separately, from rows or CSV; bad lines named, the others sent, once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from send_mail.models import Batch, Mail
from send_mail.services import batches
from tests.django.conftest import Api

LETTER = {"subject": "Hello {{ name }}", "text": "Dear {{ name }}"}
CSV = """name;Email;room
Ada;ada@example.org;1
Bob;not an address;2
"Carl; jr.";carl@example.org;3
Dora;"dora@example.org;4

Eve;eve@example.org;5;6
Ada again;ADA@example.org;7
"Two
lines";two@example.org;8
Gus;gus@example.org
"""


def test_each_gets_a_mail_of_their_own(api: Api) -> None:
    rows = [
        {"address": "ada@example.org", "variables": {"name": "Ada"}},
        {"address": "Bob <bob@example.org>", "variables": {"name": "Bob"}},
    ]
    answer = api.post("/api/batches", {**LETTER, "recipients": rows})
    assert answer.status_code == 202
    batch = answer.json()["id"]
    assert answer.json() == {"id": batch, "total": 2, "refused": []}
    mails = Mail.objects.filter(batch_id=batch).order_by("pk")
    assert [(mail.to, mail.subject, mail.content.text) for mail in mails] == [
        (["ada@example.org"], "Hello Ada", "Dear Ada"),
        (["Bob <bob@example.org>"], "Hello Bob", "Dear Bob"),
    ]
    assert [row["id"] for row in api.get("/api/mails", batch=batch).json()["results"]] == [
        mails[1].pk, mails[0].pk,
    ]  # fmt: skip
    assert api.get("/api/mails", batch=batch + 1).json()["results"] == []


def test_bad_lines_are_named_and_the_others_sent(api: Api) -> None:
    answer = api.post("/api/batches", {**LETTER, "csv": CSV}).json()
    assert [(one["line"], one["reason"].split()[0]) for one in answer["refused"]] == [
        (3, "not"), (5, "A"), (7, "It"), (8, "This"), (9, "A"),
    ]  # fmt: skip
    assert answer["refused"][2]["value"] == "Eve;eve@example.org;5;6"
    assert "line 2 already" in answer["refused"][3]["reason"]
    sent = [mail.to[0] for mail in Mail.objects.order_by("pk")]
    assert sent == ["ada@example.org", "carl@example.org", "gus@example.org"]


def test_a_dry_run_only_tells(api: Api) -> None:
    answer = api.post("/api/batches?dry_run=1", {**LETTER, "csv": CSV})
    assert (answer.status_code, answer.json()["id"], answer.json()["total"]) == (200, None, 3)
    assert not Mail.objects.exists()
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"csv": "name,room\nAda,1"}, "csv"),
        ({"csv": ""}, "csv"),
        ({"csv": "\n\n"}, "csv"),
        ({"csv": '"address\n'}, "csv"),
        ({"csv": "address\nnobody"}, "recipients"),
        ({"csv": "address\n"}, "recipients"),
        ({"recipients": []}, "recipients"),
        ({}, "recipients"),
        ({"csv": "to\na@x.org", "recipients": []}, "recipients"),
        ({"csv": "to\na@x.org", "uploads": [7]}, "uploads"),
        ({"csv": "to\na@x.org", "subject": "a\nb"}, "subject"),
        ({"recipients": [7]}, "recipients"),
        ({"recipients": [{"variables": {}}]}, "recipients"),
    ],
)
def test_a_batch_that_cannot_be_sent_is_refused_by_its_field(
    api: Api, body: dict[str, Any], field: str
) -> None:
    answer = api.post("/api/batches", {"text": "hi", **body})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert not Mail.objects.exists()
    assert not Batch.objects.exists()


@pytest.mark.parametrize("value", ["a\nBcc: x@y.org", "a\u2028b", "=?utf-8?q?x?=", "a\0b"])
def test_a_value_cannot_bring_a_header(api: Api, value: str) -> None:
    rows = [
        {"address": "ada@example.org", "variables": {"name": value}},
        {"address": "bob@example.org", "variables": {"name": "Bob"}},
    ]
    answer = api.post("/api/batches", {**LETTER, "recipients": rows})
    if answer.status_code == 400:  # NUL is refused before anybody looks at the line
        assert not Mail.objects.exists()
        return
    assert [one["line"] for one in answer.json()["refused"]] == [1]
    assert [mail.to for mail in Mail.objects.all()] == [["bob@example.org"]]


def test_more_than_a_batch_may_have_is_refused(api: Api, settings: Any) -> None:
    settings.MAIL_MAX_BATCH = 3
    text = "to\n" + "".join(f"u{number}@example.org\n" for number in range(4))
    answer = api.post("/api/batches", {"text": "hi", "csv": text})
    assert "At most 3 recipients" in answer.json()["errors"]["recipients"][0]
    assert not Mail.objects.exists()


def test_attachments_go_to_each_and_not_to_too_many(api: Api, settings: Any) -> None:
    kept = api.client.post(
        "/api/uploads?name=a.txt", b"file" * 100, content_type="text/plain"
    ).json()["id"]
    body = {"text": "hi", "csv": "to\na@x.org\nb@x.org", "uploads": [kept]}
    assert api.post("/api/batches", body).json()["total"] == 2
    for mail in Mail.objects.all():
        assert api.get(f"/api/mails/{mail.pk}/attachments/0").content == b"file" * 100
    settings.MAIL_BATCH_MAX_BYTES = 700
    assert "uploads" in api.post("/api/batches", body).json()["errors"]


def test_what_waits_for_its_time_counts_apart_from_the_queue(api: Api) -> None:
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    body = {"text": "hi", "csv": "to\na@x.org\nb@x.org", "due_at": later}
    batch = api.post("/api/batches", body).json()["id"]
    api.post(f"/api/mails/{Mail.objects.latest('pk').pk}/cancel")

    def counts() -> dict[str, int]:
        found = api.get(f"/api/batches/{batch}").json()["counts"]
        return {name: count for name, count in found.items() if count}

    assert counts() == {"SCHEDULED": 1, "CANCELLED": 1}
    Mail.objects.update(due_at=timezone.now())
    assert counts() == {"QUEUED": 1, "CANCELLED": 1}


def test_counts_tell_how_far_it_has_come(api: Api) -> None:
    body = {"text": "hi", "csv": "to\na@x.org\nb@x.org\nc@x.org"}
    batch = api.post("/api/batches", body).json()["id"]
    first, second, _ = Mail.objects.order_by("pk")
    Mail.objects.filter(pk=first.pk).update(state="DELIVERED")
    Mail.objects.filter(pk=second.pk).update(state="SENDING")
    state = api.get(f"/api/batches/{batch}").json()
    assert (state["total"], state["saved"], state["final"]) == (3, 3, 1)
    assert {name: count for name, count in state["counts"].items() if count} == {
        "DELIVERED": 1, "SENDING": 1, "QUEUED": 1,
    }  # fmt: skip
    cancelled = api.post(f"/api/batches/{batch}/cancel").json()
    assert cancelled["cancelled_at"] is not None
    assert (cancelled["counts"]["CANCELLED"], cancelled["counts"]["SENDING"]) == (1, 1)
    assert [one["id"] for one in api.get("/api/batches").json()["results"]] == [batch]


def test_a_repeated_request_sends_nothing_twice(api: Api) -> None:
    body = {"text": "hi", "csv": "to\na@x.org\nb@x.org"}
    first, second = (
        api.post("/api/batches", body, **{"Idempotency-Key": "k"}).json() for _ in range(2)
    )
    assert first == second
    assert Mail.objects.count() == 2
    other = api.post("/api/batches", {**body, "text": "ho"}, **{"Idempotency-Key": "k"})
    assert (other.status_code, "another batch" in other.json()["detail"]) == (409, True)


def test_a_repeated_request_goes_on_where_the_first_was_interrupted(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "CHUNK", 2)
    save_many, calls = batches.save_many, []

    def fail_second(news: Any) -> int:
        calls.append(len(news))
        if len(calls) == 2:
            raise RuntimeError("the power went")
        return save_many(news)

    monkeypatch.setattr(batches, "save_many", fail_second)
    body = {"text": "hi", "csv": "to\n" + "".join(f"u{n}@x.org\n" for n in range(5))}
    api.client.raise_request_exception = False
    assert api.post("/api/batches", body, **{"Idempotency-Key": "k"}).status_code == 500
    assert Mail.objects.count() == 2
    answer = api.post("/api/batches", body, **{"Idempotency-Key": "k"})
    assert answer.status_code == 202
    assert sorted(mail.to[0] for mail in Mail.objects.all()) == [f"u{n}@x.org" for n in range(5)]
    assert api.get(f"/api/batches/{answer.json()['id']}").json()["saved"] == 5


def test_addresses_alone_are_a_list_too(api: Api) -> None:
    text = "\nada@example.org\nBob <bob@example.org>; carl@example.org\nnobody\n"
    answer = api.post("/api/batches", {"subject": "x", "text": "y", "csv": text}).json()
    assert (answer["total"], [one["line"] for one in answer["refused"]]) == (3, [4])
    assert [mail.to[0] for mail in Mail.objects.order_by("pk")] == [
        "ada@example.org",
        "Bob <bob@example.org>",
        "carl@example.org",
    ]
