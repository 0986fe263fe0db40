"""The inbox by the API: files, sources, searching, the cap, releasing."""

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

from send_mail.models import CaughtMail, Mail
from send_mail.services import inbox
from tests.django.conftest import Api, Broker


def caught(subject: str = "Hello", *to: str) -> CaughtMail:
    message = EmailMessage()
    message["Subject"], message["Message-ID"] = subject, "<1@x>"
    message.set_content("text\n")
    message.add_attachment(b"\0\1\2", maintype="image", subtype="png", filename="Bild ä.png")
    return inbox.store(
        message.as_bytes(), "me@example.org", list(to or ("ada@example.org",)), "peer"
    )


def test_files_and_source_are_downloads(api: Api) -> None:
    row = caught()
    full = api.get(f"/api/inbox/{row.pk}").json()
    assert full["attachments"] == [
        {"index": 0, "name": "Bild ä.png", "content_type": "image/png", "size": 3}
    ]
    file = api.get(f"/api/inbox/{row.pk}/attachments/0")
    assert (file.content, file.headers["Content-Type"]) == (b"\0\1\2", "image/png")
    assert file.headers["Content-Disposition"].startswith("attachment")
    source = api.get(f"/api/inbox/{row.pk}/source")
    assert source.content == bytes(row.source)
    assert source.headers["X-Content-Type-Options"] == "nosniff"
    assert api.get(f"/api/inbox/{row.pk}/attachments/1").status_code == 404


def test_mails_are_found_by_subject_and_envelope(api: Api) -> None:
    caught("Engine", "bob@example.org")
    caught("Other")
    for words, count in (("engi", 1), ("BOB@", 1), ("me@example", 2), ("zzz", 0), ("a\0", 2)):
        assert len(api.get("/api/inbox", q=words).json()["results"]) == count, words


def test_all_are_removed_at_once(api: Api) -> None:
    caught(), caught()
    assert api.client.delete("/api/inbox").status_code == 204
    assert not CaughtMail.objects.exists()


def test_the_newest_are_kept_and_how_many_is_said(api: Api, settings: Any) -> None:
    settings.INBOX_MAX = 3
    rows = [caught(str(number)).pk for number in range(5)]
    page = api.get("/api/inbox").json()
    assert ([row["id"] for row in page["results"]], page["kept"]) == (rows[:1:-1], 3)


def test_without_a_real_server_nothing_is_released(api: Api) -> None:
    answer = api.post(f"/api/inbox/{caught().pk}/release")
    assert (answer.status_code, "No real mail server" in answer.json()["detail"]) == (409, True)
    assert not Mail.objects.exists()
    assert api.get("/api/queue").json()["release_to"] is None


def test_a_released_mail_is_queued_as_it_came(api: Api, settings: Any, broker: Broker) -> None:
    settings.EMAIL_RELEASE_URL = "smtp+tls://me@smtp.example.org:587"
    settings.EMAIL_RELEASE_FROM = "me@example.org"
    row = caught("Grüße", "a@example.org", "b@example.org")
    answer = api.post(f"/api/inbox/{row.pk}/release")
    assert answer.status_code == 202
    full = api.get(f"/api/mails/{answer.json()['id']}").json()
    assert (full["route"], full["sender"], full["subject"]) == (
        "release", "me@example.org", "Grüße",
    )  # fmt: skip
    assert [one["address"] for one in full["recipients"]] == ["a@example.org", "b@example.org"]
    assert [file["name"] for file in full["attachments"]] == ["Bild ä.png"]
    assert bytes(Mail.objects.get().content.source) == bytes(row.source)
    assert len(broker.messages) == 1
    assert api.get("/api/queue").json()["release_to"] == "smtp.example.org:587"


def test_a_mail_of_our_own_can_be_released_too(
    api: Api, settings: Any, saved: Callable[..., Mail]
) -> None:
    settings.EMAIL_RELEASE_URL = "smtp://smtp.example.org"
    mail = saved("ada@example.org")
    row = inbox.store(bytes(mail.content.source), "x@localhost", ["ada@example.org"], "peer")
    answer = api.post(f"/api/inbox/{row.pk}/release", {"to": "other@example.org"})
    assert (answer.status_code, answer.json()["to"]) == (202, ["other@example.org"])
    assert answer.json()["message_id"] != mail.message_id


@pytest.mark.parametrize("to", [["nobody"], "a@x.org\nBcc: b@x.org", [], None])
def test_a_release_to_nobody_is_refused(api: Api, settings: Any, to: Any) -> None:
    settings.EMAIL_RELEASE_URL = "smtp://smtp.example.org"
    row = inbox.store(b"Subject: x\r\n\r\n", "", [] if to == [] else ["not an address"], "peer")
    body = {} if to is None else {"to": to}
    answer = api.post(f"/api/inbox/{row.pk}/release", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["to"])
    assert not Mail.objects.exists()


def test_the_queue_says_where_mail_goes(api: Api, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1025
    settings.MAIL_SERVER_NAME, settings.MAIL_REDIRECT_TO = "the catcher", "me@example.org"
    queue = api.get("/api/queue").json()
    assert (queue["server"], queue["safe_mode"]) == (
        "127.0.0.1:1025 (the catcher)", "me@example.org",
    )  # fmt: skip
