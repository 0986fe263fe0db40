"""The form: all of a mail, its files, when; a refusal at its field; one mail for two clicks."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from send_mail.models import Mail, Upload
from send_mail.services import outbox, uploads

GOOD = {"recipients": "ada@localhost", "subject": "Hello", "message": "hi"}


@pytest.fixture
def browser(transactional_db: None) -> Client:
    return Client()


def file(name: str = "a.txt", data: bytes = b"abc", kind: str = "text/plain") -> Any:
    return SimpleUploadedFile(name, data, kind)


def submit(browser: Client, **fields: Any) -> Any:
    return browser.post("/sendmail/", {**GOOD, **fields})


def error_at(page: str, field: str) -> str:
    found = re.search(rf'id="id_{field}_error">(.*?)</div>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


def test_every_field_reaches_the_mail(browser: Client) -> None:
    answer = submit(
        browser,
        recipients="Ada <ada@localhost>, bob@localhost",
        cc="carl@localhost",
        bcc="dora@localhost",
        html="<p>hi</p>",
        attachments=[file(), file("größe.pdf", b"%PDF", "application/pdf")],
    )
    mail = Mail.objects.get()
    assert answer.headers["Location"] == f"/sent/{mail.pk}/"
    assert (mail.to, mail.cc, mail.bcc) == (
        ["Ada <ada@localhost>", "bob@localhost"],
        ["carl@localhost"],
        ["dora@localhost"],
    )
    assert (mail.content.text, mail.content.html) == ("hi", "<p>hi</p>")
    assert [(row.name, row.content_type, row.data) for row in outbox.files_of(mail)] == [
        ("a.txt", "text/plain", b"abc"),
        ("größe.pdf", "application/pdf", b"%PDF"),
    ]


def test_a_mail_may_be_html_alone_but_not_empty(browser: Client) -> None:
    assert submit(browser, message="", html="<p>hi</p>").status_code == 302
    refused = submit(browser, message=" ", html=" ")
    assert error_at(refused.content.decode(), "message") == "Write a message."


def test_a_later_time_is_meant_in_the_zone_beside_it(browser: Client) -> None:
    zone = ZoneInfo("Pacific/Auckland")
    wall_clock = (timezone.now().astimezone(zone) + timedelta(days=3)).replace(second=0)
    given = wall_clock.strftime("%Y-%m-%dT%H:%M")
    submit(browser, send_at=given, time_zone="Pacific/Auckland")
    mail = Mail.objects.get()
    assert mail.due_at == wall_clock.replace(microsecond=0).astimezone(UTC)
    page = browser.get(f"/sent/{mail.pk}/").content.decode()
    assert 'data-state="SCHEDULED"' in page


@pytest.mark.parametrize(
    ("field", "given", "words"),
    [
        ("send_at", "2001-01-01T00:00", "This time is past."),
        ("send_at", "0001-01-01T00:00", "This time"),
        ("send_at", "9999-12-31T23:59", "This time is out of reach."),
        ("send_at", "tomorrow", "Give a date and a time"),
        ("time_zone", "Mars/Olympus", "There is no such time zone"),
        ("time_zone", "../../etc/passwd", "There is no such time zone"),
        ("recipients", "a@localhost, nobody", "nobody:"),
        ("recipients", "a@localhost\nBcc: b@localhost", "not allowed here"),
        ("cc", "nobody", "nobody:"),
        ("bcc", "=?utf-8?q?x?= <b@localhost>", "encoded word"),
        ("subject", "a\u2028b", "U+2028"),
        ("html", "a\0b", "Null characters are not allowed."),
        ("recipients", ",".join(f"a{n}@localhost" for n in range(101)), "At most 100 recipients"),
    ],
)
def test_a_refusal_stands_at_its_field_and_has_the_focus(
    browser: Client, field: str, given: str, words: str
) -> None:
    more = {"time_zone": "America/Adak"} if given.startswith("9999") else {}
    answer = submit(browser, **{**more, field: given})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in error_at(page, field)
    tag = re.search(rf'<(?:input|textarea)[^>]*id="id_{field}"[^>]*>', page)
    assert tag is not None
    assert 'aria-invalid="true"' in tag[0]
    assert f"id_{field}_error" in tag[0]
    assert "autofocus" in tag[0]
    assert page.count("autofocus") == 1
    assert f'href="#id_{field}"' in page
    if field not in {"recipients", "subject"}:
        around = page[: tag.start()].rpartition("<details")[2]
        assert " open>" in around
    assert not Mail.objects.exists()


def test_files_stay_attached_when_another_field_is_wrong(browser: Client) -> None:
    page = submit(browser, subject="", attachments=[file(), file("b.txt", b"b")]).content.decode()
    offered = re.findall(r'name="kept" value="(\d+)"[^>]*checked', page)
    assert len(offered) == 2
    again = submit(browser, kept=offered[1:], attachments=[file("c.txt", b"c")])
    assert again.status_code == 302
    assert [row.name for row in outbox.files_of(Mail.objects.get())] == ["c.txt", "b.txt"]


def test_another_browsers_files_cannot_be_attached(browser: Client) -> None:
    theirs = uploads.keep("secret.txt", "text/plain", b"secret")
    answer = submit(browser, kept=[theirs.pk])
    assert answer.status_code == 400
    assert "A file has expired" in answer.content.decode()
    assert not Mail.objects.exists()


def test_too_much_is_refused_at_the_field_and_not_kept(browser: Client, settings: Any) -> None:
    settings.MAIL_ATTACHMENTS_MAX_BYTES = 1000
    page = submit(browser, attachments=[file(data=b"x" * 600), file("b", b"x" * 600)])
    assert "1.2" in error_at(page.content.decode(), "attachments")
    assert not Upload.objects.exists()
    first = submit(browser, subject="", attachments=[file(data=b"x" * 600)]).content.decode()
    kept = re.findall(r'name="kept" value="(\d+)"', first)
    page = submit(browser, kept=kept, attachments=[file("b", b"x" * 600)])
    assert "at most" in error_at(page.content.decode(), "attachments")
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [("\u202egpj.exe", "gpj.exe"), ("a\u0085b.txt", "ab.txt"), ("../../c.txt", "c.txt")],
)
def test_a_file_name_loses_what_misleads(browser: Client, name: str, kept: str) -> None:
    submit(browser, attachments=[file(name)])
    assert [row.name for row in outbox.files_of(Mail.objects.get())] == [kept]


def test_two_clicks_on_one_page_are_one_mail_and_a_changed_one_is_another(browser: Client) -> None:
    page = browser.get("/").content.decode()
    key = re.search(r'name="form_key" value="([\w-]+)"', page)
    assert key is not None
    places = {
        submit(browser, form_key=key[1], attachments=[file(data=data)], subject=subject).url
        for data, subject in [(b"1", "A"), (b"1", "A"), (b"2", "A"), (b"1", "B"), (b"1", "A")]
    }
    assert len(places) == Mail.objects.count() == 3


def test_the_same_mail_from_a_fresh_page_is_sent_again(browser: Client) -> None:
    for _ in range(2):
        page = browser.get("/").content.decode()
        key = re.search(r'name="form_key" value="([\w-]+)"', page)
        assert key is not None
        submit(browser, form_key=key[1])
    assert Mail.objects.count() == 2


def test_a_time_in_the_form_is_kept_when_it_is_shown_again(browser: Client) -> None:
    later = datetime.now(UTC) + timedelta(days=2)
    page = submit(browser, subject="", send_at=later.strftime("%Y-%m-%dT%H:%M"), time_zone="UTC")
    assert later.strftime('value="%Y-%m-%dT%H:%M"') in page.content.decode()
