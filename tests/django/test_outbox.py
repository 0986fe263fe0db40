"""What may be done with a mail that exists: drafts, copies, resending, deleting, old rows."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.utils import timezone

from send_mail.models import Mail, MailContent, Route
from send_mail.services import many, outbox, retention, saving
from send_mail.services.saving import NewMail
from tests.django.conftest import Api, Broker

GOOD = {"to": ["ada@localhost"], "subject": "Hello", "text": "hi"}


def uploaded(api: Api, name: str = "a.txt", data: bytes = b"one") -> int:
    answer = api.client.post(
        "/api/uploads", data, content_type="text/plain", query_params={"name": name}
    )
    found: int = answer.json()["id"]
    return found


def put(api: Api, mail_id: int, body: dict[str, Any]) -> Any:
    return api.client.put(f"/api/mails/{mail_id}", body, content_type="application/json")


def test_a_draft_needs_no_recipient_and_a_mail_does(api: Api) -> None:
    draft = api.post("/api/mails", {"subject": "later", "draft": True})
    assert (draft.status_code, draft.json()["to"]) == (201, [])
    refused = api.post(f"/api/mails/{draft.json()['id']}/resend")
    assert (refused.status_code, refused.json()["detail"]) == (
        409, "This draft has no recipient yet.",
    )  # fmt: skip
    sent = put(api, draft.json()["id"], {"subject": "now", "draft": False})
    assert (sent.status_code, list(sent.json()["errors"])) == (400, ["to"])


def test_a_draft_is_written_anew_with_the_attachments_that_stay(api: Api, broker: Broker) -> None:
    ids = [uploaded(api, "a.txt", b"one"), uploaded(api, "b.txt", b"two")]
    draft = api.post("/api/mails", {**GOOD, "draft": True, "uploads": ids}).json()["id"]
    more = uploaded(api, "c.txt", b"three")
    written = put(api, draft, {"to": ["bob@localhost"], "keep": [1], "uploads": [more]})
    assert written.status_code == 200
    assert [file["name"] for file in written.json()["attachments"]] == ["b.txt", "c.txt"]
    assert (written.json()["subject"], written.json()["state"]) == ("", "DRAFT")
    assert [row["address"] for row in written.json()["recipients"]] == ["bob@localhost"]
    assert broker.messages == []
    sent = put(api, draft, {**GOOD, "keep": [0, 1], "draft": False})
    assert (sent.status_code, sent.json()["state"]) == (202, "QUEUED")
    assert len(broker.messages) == 1
    assert api.get(f"/api/mails/{draft}/attachments/1").content == b"three"
    assert put(api, draft, GOOD).status_code == 409


def test_a_draft_keeps_its_message_id(api: Api) -> None:
    draft = api.post("/api/mails", {**GOOD, "draft": True}).json()
    written = put(api, draft["id"], GOOD).json()
    assert written["message_id"] == draft["message_id"]
    source = message_from_bytes(bytes(MailContent.objects.get().source), policy=policy.default)
    assert source["Message-ID"] == draft["message_id"]


@pytest.mark.parametrize("keep", [[5], [-1], ["x"], "0"])
def test_an_attachment_that_is_not_there_cannot_be_kept(api: Api, keep: Any) -> None:
    draft = api.post("/api/mails", {**GOOD, "draft": True}).json()["id"]
    answer = put(api, draft, {**GOOD, "keep": keep})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["keep"])


def test_a_copy_is_a_draft_with_everything_in_it(api: Api, saved: Callable[..., Mail]) -> None:
    mail = api.post("/api/mails", {**GOOD, "cc": "c@localhost", "uploads": [uploaded(api)]}).json()
    answer = api.post(f"/api/mails/{mail['id']}/copy")
    copy = answer.json()
    assert (answer.status_code, copy["state"], copy["cc"]) == (201, "DRAFT", ["c@localhost"])
    assert copy["message_id"] != mail["message_id"]
    assert api.get(f"/api/mails/{copy['id']}/attachments/0").content == b"one"


def test_a_delivered_mail_goes_out_again_with_its_attachments(api: Api) -> None:
    mail = api.post("/api/mails", {**GOOD, "uploads": [uploaded(api)]}).json()["id"]
    Mail.objects.update(state="DELIVERED")
    again = api.post(f"/api/mails/{mail}/resend").json()["id"]
    assert again != mail
    assert api.get(f"/api/mails/{again}/attachments/0").content == b"one"


def test_what_may_have_arrived_goes_out_again_only_at_a_sure_word(
    api: Api, saved: Callable[..., Mail]
) -> None:
    mail = saved()
    Mail.objects.update(state="UNKNOWN")
    assert api.get(f"/api/mails/{mail.pk}").json()["resend_asks"] is True
    for body in ({}, {"sure": False}):
        refused = api.post(f"/api/mails/{mail.pk}/resend", body)
        assert (refused.status_code, "twice" in refused.json()["detail"]) == (409, True)
    assert api.post(f"/api/mails/{mail.pk}/resend", {"sure": True}).status_code == 202


CAN = {
    "DRAFT": ["cancel", "delete", "edit", "resend"],
    "QUEUED": ["cancel"],
    "SENDING": [],
    "RETRYING": ["cancel", "resend"],
    "DELIVERED": ["delete", "resend"],
    "FAILED": ["delete", "resend"],
    "UNKNOWN": ["delete", "resend"],
    "CANCELLED": ["delete", "resend"],
}


@pytest.mark.parametrize("state", CAN)
def test_what_can_be_done_is_said_and_is_what_is_done(
    api: Api, saved: Callable[..., Mail], state: str
) -> None:
    mail = saved()
    Mail.objects.update(state=state)
    said = api.get(f"/api/mails/{mail.pk}").json()["can"]
    assert sorted(name for name, possible in said.items() if possible) == CAN[state]
    done = {}
    for name in said:
        Mail.objects.update(state=state)
        if name == "edit":
            answer = put(api, mail.pk, GOOD)
        elif name == "delete":
            continue
        else:
            answer = api.post(f"/api/mails/{mail.pk}/{name}", {"sure": True} if name == "resend"
                              else {})  # fmt: skip
        done[name] = answer.status_code < 300
    Mail.objects.update(state=state)
    done["delete"] = api.client.delete(f"/api/mails/{mail.pk}").status_code == 204
    assert done == said


def test_a_deleted_mail_takes_all_that_is_its_own(api: Api, saved: Callable[..., Mail]) -> None:
    mail, other = saved(), saved()
    api.post(f"/api/mails/{mail.pk}/cancel")
    assert api.client.delete(f"/api/mails/{mail.pk}").status_code == 204
    assert api.get(f"/api/mails/{mail.pk}").status_code == 404
    assert list(MailContent.objects.values_list("pk", flat=True)) == [other.pk]


def test_a_mail_without_content_is_shown_and_not_sent(api: Api, saved: Callable[..., Mail]) -> None:
    mail = saved()
    MailContent.objects.all().delete()
    Mail.objects.update(
        state="FAILED", recipients=[{"address": "ada@localhost", "state": "failed"}]
    )
    full = api.get(f"/api/mails/{mail.pk}").json()
    assert (full["text"], full["attachments"], full["can"]["resend"]) == ("", [], False)
    assert full["recipients"] == [
        {"address": "ada@localhost", "state": "failed", "reply": "", "words": ""}
    ]
    for verb in ("resend", "copy"):
        answer = api.post(f"/api/mails/{mail.pk}/{verb}")
        assert (answer.status_code, answer.json()["detail"]) == (
            409, "The content of this mail is missing, so it cannot be sent.",
        )  # fmt: skip
    assert api.get(f"/api/mails/{mail.pk}/source").status_code == 404


def test_a_released_mail_goes_out_again_as_it_came(transactional_db: None) -> None:
    source = b"Subject: foreign\r\n\r\nas it came"
    mail = saving.save(
        NewMail(("a@localhost",), "foreign", route=Route.RELEASE, source=source, sender="r@x.org")
    )
    Mail.objects.update(state="DELIVERED")
    again = outbox.resend(Mail.objects.get())
    assert (again.pk != mail.pk, again.route, again.sender) == (True, "release", "r@x.org")
    assert bytes(again.content.source) == source
    assert outbox.copy(mail).route == "project"


def test_all_that_failed_is_tried_again_and_nothing_else(
    api: Api, saved: Callable[..., Mail], broker: Broker
) -> None:
    states = ("FAILED", "FAILED", "UNKNOWN", "CANCELLED", "DELIVERED")
    mails = [saved(f"u{number}@localhost") for number in range(len(states))]
    for mail, state in zip(mails, states, strict=True):
        Mail.objects.filter(pk=mail.pk).update(state=state, attempts=3, words="refused")
    two = [
        {"address": "u0@localhost", "state": "delivered", "reply": "250"},
        {"address": "x@localhost", "state": "failed", "reply": "550"},
    ]
    Mail.objects.filter(pk=mails[0].pk).update(recipients=two)
    broker.messages.clear()
    assert api.post("/api/mails/retry-failed").json() == {"count": 2}
    found = Mail.objects.order_by("pk")
    assert [mail.state for mail in found] == ["QUEUED", "QUEUED", *states[2:]]
    assert [row["state"] for row in found[0].recipients] == ["delivered", "waiting"]
    assert (found[0].attempts, found[0].words, len(broker.messages)) == (0, "", 1)
    assert "resent" in [step.event for step in found[0].events.all()]


def test_what_is_old_and_at_its_end_is_cleared(
    api: Api, saved: Callable[..., Mail], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    kept = []
    for state, days in [
        ("DELIVERED", 8), ("CANCELLED", 8), ("DELIVERED", 6), ("FAILED", 8), ("UNKNOWN", 8),
        ("QUEUED", 8),
    ]:  # fmt: skip
        mail = saved()
        Mail.objects.filter(pk=mail.pk).update(state=state, finished_at=now - timedelta(days=days))
        kept += [] if (state in {"DELIVERED", "CANCELLED"} and days == 8) else [mail.pk]
    for body in ({}, {"older_than_days": -1}, {"older_than_days": "x"}):
        assert api.post("/api/mails/clear", body).status_code == 400
    assert api.post("/api/mails/clear", {"older_than_days": 7}).json() == {"count": 2}
    assert sorted(Mail.objects.values_list("pk", flat=True)) == kept
    monkeypatch.setattr(retention, "_turn", retention._Turn())
    assert retention.run(now) == 0
    settings.MAIL_RETENTION_DAYS = 5
    assert retention.run(now) == 1
    assert retention.run(now) == 0


def test_many_are_changed_chunk_by_chunk(
    saved: Callable[..., Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "CHUNK", 2)
    ids = [saved().pk for _ in range(5)]
    chunks: list[list[int]] = []
    assert many.in_chunks(Mail.objects.all(), chunks.append) == 5
    assert chunks == [ids[:2], ids[2:4], ids[4:]]
