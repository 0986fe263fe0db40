"""Outbox and one mail: who sees what, filters, pages, sending again and cancelling."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from send_mail.models import Attempt, Mail, MailEvent
from send_mail.states import State
from send_mail.templatetags.moments import length
from send_mail.views import paging, reach

GOOD = {"recipients": "ada@localhost", "subject": "Hello", "message": "hi"}


@pytest.fixture
def browser(transactional_db: None) -> Client:
    return Client()


@pytest.fixture
def staff(transactional_db: None, admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def in_state(mail: Mail, state: State, **more: Any) -> Mail:
    Mail.objects.filter(pk=mail.pk).update(state=state, **more)
    return mail


def sent_by(browser: Client, **fields: Any) -> Mail:
    browser.post("/sendmail/", {**GOOD, **fields})
    return Mail.objects.latest("pk")


def test_a_browser_sees_its_own_mails_and_the_staff_all(browser: Client, staff: Client) -> None:
    own = sent_by(browser, subject="Mine")
    sent_by(Client(), subject="Theirs")
    page = browser.get("/outbox/").content.decode()
    assert f'href="/sent/{own.pk}/"' in page
    assert "Theirs" not in page
    page = staff.get("/outbox/").content.decode()
    assert "Mine" in page
    assert "Theirs" in page
    assert "Nothing was sent yet." in Client().get("/outbox/").content.decode()


def test_a_browser_finds_its_own_mails_alone(browser: Client) -> None:
    sent_by(browser, subject="My apples")
    sent_by(Client(), subject="Their apples")
    for query in ("?q=apples", "?state=QUEUED", "?q=apples&state=QUEUED"):
        page = browser.get(f"/outbox/{query}").content.decode()
        assert "My apples" in page
        assert "Their apples" not in page
        assert "No mail fits." in Client().get(f"/outbox/{query}").content.decode()


def test_a_browser_is_known_its_latest_mails(browser: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(reach, "REMEMBERED", 2)
    first, second, third = (sent_by(browser, subject=name) for name in "ABC")
    assert browser.get(f"/sent/{first.pk}/").status_code == 404
    assert browser.get(f"/sent/{second.pk}/").status_code == 200
    assert browser.get(f"/sent/{third.pk}/").status_code == 200


def test_the_outbox_is_filtered_by_state_and_words(
    staff: Client, saved: Callable[..., Mail]
) -> None:
    in_state(saved(subject="Apples for sale"), State.FAILED, words="No such mailbox.")
    saved("grace@example.com", subject="Pears")
    for query, wanted in (
        ("?state=FAILED", {"Apples"}),
        ("?state=queued", {"Pears"}),
        ("?q=apples", {"Apples"}),
        ("?q=grace", {"Pears"}),
        ("?q=apples&state=QUEUED", set()),
        ("?q=", {"Apples", "Pears"}),
        ("?state=NONSENSE", {"Apples", "Pears"}),
        ("?q=%00&after=x", {"Apples", "Pears"}),
    ):
        page = staff.get(f"/outbox/{query}").content.decode()
        assert {name for name in ("Apples", "Pears") if f">{name}" in page} == wanted, query
        assert ("No mail fits." in page) is (not wanted)


def test_a_page_leads_to_the_older_ones_and_back_and_keeps_its_filter(
    staff: Client, saved: Callable[..., Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    mails = [saved(subject="x") for _ in range(5)]
    page = staff.get("/outbox/?q=x").content.decode()
    assert f'href="?q=x&amp;after={mails[3].pk}"' in page
    assert ">Newest<" not in page
    page = staff.get(f"/outbox/?q=x&after={mails[1].pk}").content.decode()
    assert f"/sent/{mails[0].pk}/" in page
    assert f"/sent/{mails[1].pk}/" not in page
    assert ">Older<" not in page
    assert 'href="?q=x">Newest' in page


def test_one_mail_shows_its_recipients_attempts_and_way(
    staff: Client, saved: Callable[..., Mail]
) -> None:
    mail = saved("ada@localhost", "bob@localhost")
    in_state(
        mail,
        State.FAILED,
        attempts=1,
        recipients=[
            {"address": "ada@localhost", "state": "delivered", "reply": "250 Ok"},
            {"address": "bob@localhost", "state": "failed", "reply": "550 <no> such user"},
        ],
    )
    at = mail.created_at
    Attempt.objects.create(
        mail=mail, number=1, began_at=at, ended_at=at, phase="RCPT TO", verdict="failed",
        code=550, reply="550 no such user", words="There is no such mailbox.",
    )  # fmt: skip
    page = staff.get(f"/sent/{mail.pk}/").content.decode()
    for words in ("550 &lt;no&gt; such user", "RCPT TO", "There is no such mailbox.", "0 ms"):
        assert words in page


def test_a_look_at_the_state_reads_no_content(staff: Client, saved: Callable[..., Mail]) -> None:
    mail = saved()
    with CaptureQueriesContext(connection) as asked:
        assert staff.get(f"/sent/{mail.pk}/status/").status_code == 200
    assert asked.captured_queries
    for column in ('"source"', '"text"', '"html"'):
        assert not [row["sql"] for row in asked if f'content".{column}' in row["sql"]]


@pytest.mark.parametrize(
    ("state", "again", "cancel"),
    [
        (State.QUEUED, False, True),
        (State.SENDING, False, False),
        (State.DELIVERED, True, False),
        (State.FAILED, True, False),
        (State.UNKNOWN, True, False),
        (State.CANCELLED, True, False),
    ],
)
def test_only_what_is_possible_is_offered(
    staff: Client, saved: Callable[..., Mail], state: State, again: bool, cancel: bool
) -> None:
    mail = in_state(saved(), state)
    page = staff.get(f"/sent/{mail.pk}/").content.decode()
    assert (f'formaction="/sent/{mail.pk}/resend/"' in page) is again
    assert (f'formaction="/sent/{mail.pk}/cancel/"' in page) is cancel


def test_a_failed_mail_is_queued_again_and_a_delivered_one_copied(browser: Client) -> None:
    mail = in_state(sent_by(browser), State.FAILED)
    answer = browser.post(f"/sent/{mail.pk}/resend/")
    assert answer.headers["Location"] == f"/sent/{mail.pk}/"
    assert Mail.objects.get().state == State.QUEUED
    in_state(mail, State.DELIVERED)
    answer = browser.post(f"/sent/{mail.pk}/resend/")
    copy = Mail.objects.exclude(pk=mail.pk).get()
    assert answer.headers["Location"] == f"/sent/{copy.pk}/"
    assert browser.get(answer.headers["Location"]).status_code == 200


def test_what_may_have_arrived_is_sent_again_only_after_a_second_yes(browser: Client) -> None:
    mail = in_state(sent_by(browser), State.UNKNOWN)
    page = browser.post(f"/sent/{mail.pk}/resend/").content.decode()
    assert "may arrive twice" in page
    assert Mail.objects.get().state == State.UNKNOWN
    assert 'name="sure" value="yes"' in page
    browser.post(f"/sent/{mail.pk}/resend/", {"sure": "yes"})
    assert Mail.objects.get().state == State.QUEUED


def test_a_waiting_mail_is_cancelled_and_one_under_way_is_not(browser: Client) -> None:
    mail = sent_by(browser)
    assert browser.post(f"/sent/{mail.pk}/cancel/").status_code == 302
    assert Mail.objects.get().state == State.CANCELLED
    in_state(mail, State.SENDING)
    for act in ("cancel", "resend"):
        answer = browser.post(f"/sent/{mail.pk}/{act}/")
        assert answer.status_code == 409
        assert 'role="alert"' in answer.content.decode()
    assert Mail.objects.get().state == State.SENDING


def test_another_browser_can_do_nothing_with_it(browser: Client) -> None:
    mail = sent_by(browser, attachments=[SimpleUploadedFile("a.txt", b"abc")])
    other = Client()
    for path in ("", "status/", "source/", "attachments/0/"):
        assert other.get(f"/sent/{mail.pk}/{path}").status_code == 404
    for act in ("resend", "cancel"):
        assert other.post(f"/sent/{mail.pk}/{act}/").status_code == 404
        assert browser.get(f"/sent/{mail.pk}/{act}/").status_code == 405
    assert MailEvent.objects.filter(event="cancelled").count() == 0


def test_source_and_attachments_are_files_to_keep(browser: Client) -> None:
    mail = sent_by(browser, attachments=[SimpleUploadedFile("a.html", b"<b>x", "text/html")])
    page = browser.get(f"/sent/{mail.pk}/").content.decode()
    assert f'href="/sent/{mail.pk}/attachments/0/" download' in page
    for path, name, wanted in (
        ("attachments/0/", "a.html", b"<b>x"),
        ("source/", f"mail-{mail.pk}.eml", bytes(mail.content.source)),
    ):
        answer = browser.get(f"/sent/{mail.pk}/{path}")
        assert answer.content == wanted
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert browser.get(f"/sent/{mail.pk}/attachments/1/").status_code == 404


def test_a_mail_without_its_content_is_shown_and_not_offered_to_be_sent(
    staff: Client, saved: Callable[..., Mail]
) -> None:
    mail = in_state(saved(), State.FAILED)
    mail.content.delete()
    page = staff.get(f"/sent/{mail.pk}/")
    assert page.status_code == 200
    assert b"resend" not in page.content
    assert staff.get(f"/sent/{mail.pk}/source/").status_code == 404
    assert staff.post(f"/sent/{mail.pk}/resend/").status_code == 409


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.000 s"),
        (61_402, "1 min 01.402 s"),
        (3_600_005, "1 h 00 min 00.005 s"),
    ],
)
def test_a_length_keeps_its_milliseconds(milliseconds: int, words: str) -> None:
    assert length(milliseconds) == words
