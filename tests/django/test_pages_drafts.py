"""Drafts in the browser: kept, changed, sent, made from a mail that went wrong, deleted."""

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from send_mail.models import Mail
from send_mail.services import outbox
from send_mail.states import FINAL, State

GOOD = {"recipients": "ada@localhost", "subject": "Hello", "message": "hi"}


@pytest.fixture
def browser(transactional_db: None) -> Client:
    return Client()


def file(name: str = "a.txt", data: bytes = b"abc") -> Any:
    return SimpleUploadedFile(name, data, "text/plain")


def draft_of(browser: Client, **fields: Any) -> Mail:
    browser.post("/sendmail/", {"draft": "yes", **fields})
    return Mail.objects.latest("pk")


def ticked(page: str, name: str) -> list[str]:
    return re.findall(rf'name="{name}" value="(\d+)"[^>]*checked', page)


def test_a_draft_may_lack_anything_and_is_not_sent(browser: Client) -> None:
    answer = browser.post("/sendmail/", {"draft": "yes", "message": "half a thought"})
    mail = Mail.objects.get()
    assert (answer.status_code, mail.state) == (302, State.DRAFT)
    page = browser.get(answer.headers["Location"]).content.decode()
    assert f'href="/sent/{mail.pk}/edit/"' in page
    assert "Send this draft" not in page


def test_what_is_wrong_in_a_draft_is_refused_all_the_same(browser: Client) -> None:
    answer = browser.post("/sendmail/", {"draft": "yes", "recipients": "nobody", "subject": "a\nb"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "nobody:" in page
    assert "not allowed here" in page
    assert not Mail.objects.exists()


def test_a_draft_opens_with_all_that_was_in_it(browser: Client) -> None:
    later = (timezone.now() + timedelta(days=3)).astimezone(UTC)
    mail = draft_of(
        browser,
        recipients='"Lovelace, Ada" <ada@localhost>, bob@localhost',
        cc="carl@localhost",
        bcc="dora@localhost",
        subject="A & B",
        message="one\ntwo",
        html="<p>x</p>",
        send_at=later.strftime("%Y-%m-%dT%H:%M"),
        time_zone="UTC",
        attachments=[file(), file("b.txt")],
    )
    page = browser.get(f"/sent/{mail.pk}/edit/").content.decode()
    for words in (
        "&quot;Lovelace, Ada&quot; &lt;ada@localhost&gt;, bob@localhost",
        'value="carl@localhost"',
        'value="dora@localhost"',
        'value="A &amp; B"',
        "two</textarea>",
        "&lt;p&gt;x&lt;/p&gt;</textarea>",
        later.strftime('value="%Y-%m-%dT%H:%M"'),
    ):
        assert words in page
    assert ticked(page, "stays") == ["0", "1"]


def test_a_draft_is_changed_and_then_sent_as_one_mail(browser: Client) -> None:
    mail = draft_of(browser, attachments=[file("a.txt", b"a"), file("b.txt", b"b")])
    place = f"/sent/{mail.pk}/edit/"
    browser.post(place, {"draft": "yes", **GOOD, "stays": ["1"], "attachments": [file("c.txt")]})
    mail = Mail.objects.get()
    assert (mail.state, mail.to, mail.subject) == (State.DRAFT, ["ada@localhost"], "Hello")
    assert [row.name for row in outbox.files_of(mail)] == ["b.txt", "c.txt"]
    answer = browser.post(place, {**GOOD, "subject": "Now", "stays": ["0"]})
    assert answer.headers["Location"] == f"/sent/{mail.pk}/"
    mail = Mail.objects.get()
    assert (mail.state, mail.subject) == (State.QUEUED, "Now")
    assert [row.name for row in outbox.files_of(mail)] == ["b.txt"]


@pytest.mark.parametrize("way", ["edit", "resend"])
def test_a_draft_that_was_sent_was_saved_once_and_then_queued(browser: Client, way: str) -> None:
    mail = draft_of(browser, **GOOD)
    browser.post(f"/sent/{mail.pk}/{way}/", GOOD)
    page = browser.get(f"/sent/{mail.pk}/").content.decode()
    labels = re.findall(r'<span class="label">([^<]+)</span>', page)
    assert labels == ["Draft saved", "Queued", "Given to the broker"]


def test_a_draft_that_lacks_something_is_not_sent(browser: Client) -> None:
    mail = draft_of(browser, message="hi", attachments=[file()])
    answer = browser.post(f"/sent/{mail.pk}/edit/", {"message": "hi", "stays": ["0"]})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Give at least one recipient." in page
    assert ticked(page, "stays") == ["0"]
    assert Mail.objects.get().state == State.DRAFT


def test_what_was_sent_meanwhile_is_not_rewritten(browser: Client) -> None:
    mail = draft_of(browser, **GOOD)
    outbox.resend(mail)
    for ask in (browser.get, browser.post):
        answer = ask(f"/sent/{mail.pk}/edit/", GOOD)
        assert answer.status_code == 409
        assert "Only a draft can be changed" in answer.content.decode()


@pytest.mark.parametrize("state", State)
def test_edit_and_resend_makes_a_draft_of_what_came_to_an_end(
    browser: Client, state: State
) -> None:
    browser.post("/sendmail/", {**GOOD, "attachments": [file()]})
    first = Mail.objects.get()
    Mail.objects.update(state=state)
    page = browser.get(f"/sent/{first.pk}/").content.decode()
    assert (f'formaction="/sent/{first.pk}/copy/"' in page) is (state in FINAL)
    answer = browser.post(f"/sent/{first.pk}/copy/")
    copy = Mail.objects.latest("pk")
    assert answer.headers["Location"] == f"/sent/{copy.pk}/edit/"
    assert (copy.state, copy.subject) == (State.DRAFT, "Hello")
    assert ticked(browser.get(f"/sent/{copy.pk}/edit/").content.decode(), "stays") == ["0"]
    assert Mail.objects.get(pk=first.pk).state == state


@pytest.mark.parametrize("state", State)
def test_a_mail_is_deleted_after_a_question_and_only_at_its_end(
    browser: Client, state: State
) -> None:
    browser.post("/sendmail/", GOOD)
    mail = Mail.objects.get()
    Mail.objects.update(state=state)
    place = f"/sent/{mail.pk}/delete/"
    may = state in FINAL or state == State.DRAFT
    assert (f'href="{place}"' in browser.get(f"/sent/{mail.pk}/").content.decode()) is may
    assert "Delete this mail?" in browser.get(place).content.decode()
    assert Mail.objects.exists()
    answer = browser.post(place)
    assert Mail.objects.exists() is not may
    if may:
        assert "is deleted." in browser.get(answer.headers["Location"]).content.decode()
    else:
        assert answer.status_code == 409
        assert "cannot be deleted" in answer.content.decode()


def test_another_browser_reaches_none_of_it(browser: Client, saved: Callable[..., Mail]) -> None:
    mail = draft_of(browser, **GOOD)
    other = Client()
    for act in ("edit", "copy", "delete"):
        assert other.post(f"/sent/{mail.pk}/{act}/", GOOD).status_code == 404
    for act in ("edit", "delete"):
        assert other.get(f"/sent/{mail.pk}/{act}/").status_code == 404
    assert Mail.objects.get().state == State.DRAFT
