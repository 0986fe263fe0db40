"""The tutorial's pages: they work without a script, and show a mail to whoever sent it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from send_mail.models import Mail
from send_mail.states import State
from send_mail.views.mails import STEPS
from tests.django.conftest import Broker

GOOD = {"recipients": "ada@localhost", "subject": "Hello", "message": "hi"}


@pytest.fixture
def browser(transactional_db: None) -> Client:
    return Client(enforce_csrf_checks=True)


def submit(browser: Client, **fields: str) -> Any:
    page = browser.get("/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    return browser.post("/sendmail/", {**fields, "csrfmiddlewaretoken": token[1]})


def test_the_form_saves_and_leads_to_the_mails_own_page(browser: Client, broker: Broker) -> None:
    answer = submit(browser, **GOOD)
    mail = Mail.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sent/{mail.pk}/")
    page = browser.get(f"/sent/{mail.pk}/").content.decode()
    assert "Hello" in page
    assert "On its way to the worker" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'href="/"' in page


def test_an_empty_form_sends_nothing_and_says_what_is_missing(browser: Client) -> None:
    answer = submit(browser)
    page = answer.content.decode()
    assert answer.status_code == 400
    for words in ("Give at least one recipient.", "Give a subject.", "Write a message."):
        assert words in page
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"recipients": "nobody"}, 'value="nobody"'),
        ({"recipients": " , "}, "hi</textarea>"),
        ({"subject": "=?utf-8?q?x?="}, "hi</textarea>"),
        ({"subject": "   "}, 'value="ada@localhost"'),
        ({"message": " \n "}, 'value="Hello"'),
        ({"subject": "<script>alert(1)</script>\x07"}, "&lt;script&gt;"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    browser: Client, change: dict[str, str], kept: str
) -> None:
    answer = submit(browser, **{**GOOD, **change})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert kept in page
    assert 'class="error"' in page
    assert "<script>alert" not in page
    assert not Mail.objects.exists()


def test_a_form_without_its_csrf_token_is_refused(browser: Client) -> None:
    browser.get("/")
    assert browser.post("/sendmail/", GOOD).status_code == 403
    assert not Mail.objects.exists()


def test_the_status_is_for_the_browser_that_sent_it_and_for_staff(
    browser: Client, admin_user: Any
) -> None:
    submit(browser, **GOOD)
    mail = Mail.objects.get()
    status = browser.get(f"/sent/{mail.pk}/status/").content.decode()
    assert 'data-state="QUEUED"' in status
    assert "data-final" not in status
    assert re.findall(r'data-event="(\w+)"', status) == ["saved", "published"]
    other, staff = Client(), Client()
    staff.force_login(admin_user)
    for page in (f"/sent/{mail.pk}/", f"/sent/{mail.pk}/status/"):
        assert other.get(page).status_code == 404
        assert staff.get(page).status_code == 200


@pytest.mark.parametrize("state", State)
def test_every_state_has_words_and_a_page(
    browser: Client, saved: Callable[..., Mail], state: State, admin_user: Any
) -> None:
    mail = saved()
    Mail.objects.update(state=state, words="For a reason.")
    browser.force_login(admin_user)
    status = browser.get(f"/sent/{mail.pk}/status/").content.decode()
    assert re.search(r'role="status">\w', status)
    assert f'data-state="{state}"' in status
    assert browser.get(f"/sent/{mail.pk}/").status_code == 200


def test_every_step_has_a_label() -> None:
    from send_mail.models import Event

    assert set(STEPS) == set(Event.values)


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(browser: Client) -> None:
    submit(browser, **GOOD)
    for path in ("/", f"/sent/{Mail.objects.get().pk}/"):
        page = browser.get(path).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
        assert not re.search(r'(?:src|href|action)="(?![/#?])', page)
    for name in ("site.css", "follow.js", "times.js", "icon.svg"):
        assert finders.find(f"send_mail/{name}")
