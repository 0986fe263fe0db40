"""The inbox's pages: for the staff, and as harmless as the mail in it is not."""

from email.message import EmailMessage
from typing import Any

import pytest
from django.test import Client

from send_mail.models import CaughtMail, Mail, Route
from send_mail.services import inbox
from send_mail.views import inbox as pages

HTML = "<p style='color:red'>Hi</p><script>alert(1)</script><img src='http://elsewhere.example/x'>"


@pytest.fixture
def staff(transactional_db: None, admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


@pytest.fixture
def caught(transactional_db: None) -> CaughtMail:
    message = EmailMessage()
    message["Subject"] = "An <b>offer</b>"
    message["X-Odd"] = "<i>yes</i>"
    message.set_content("The text & more")
    message.add_alternative(HTML, subtype="html")
    message.add_attachment(b"<script>", maintype="text", subtype="html", filename='ä "x".html')
    return inbox.store(message.as_bytes(), "shop@example.com", ["ada@example.com"], "peer")


def test_nobody_but_the_staff_sees_it(caught: CaughtMail) -> None:
    for path in ("", f"{caught.pk}/", f"{caught.pk}/html/", f"{caught.pk}/source/",
                 f"{caught.pk}/attachments/0/"):  # fmt: skip
        answer = Client().get(f"/inbox/{path}")
        assert answer.status_code == 403
        assert "offer" not in answer.content.decode()
        assert f'href="/admin/login/?next=/inbox/{path}"' in answer.content.decode()


def test_an_empty_inbox_says_so(staff: Client) -> None:
    assert "The catcher has nothing yet." in staff.get("/inbox/").content.decode()


def test_the_list_is_searched(staff: Client, caught: CaughtMail) -> None:
    page = staff.get("/inbox/?q=offer").content.decode()
    assert f'<a href="/inbox/{caught.pk}/">An &lt;b&gt;offer&lt;/b&gt;</a>' in page
    assert "ada@example.com" in page
    assert "No mail fits." in staff.get("/inbox/?q=nothing").content.decode()


def test_one_mail_shows_text_headers_and_files_as_words(staff: Client, caught: CaughtMail) -> None:
    page = staff.get(f"/inbox/{caught.pk}/").content.decode()
    for words in (
        "The text &amp; more",
        "&lt;i&gt;yes&lt;/i&gt;",
        f'href="/inbox/{caught.pk}/attachments/0/" download',
        f'href="/inbox/{caught.pk}/source/" download',
    ):
        assert words in page
    assert "alert(1)" not in page
    assert "elsewhere.example" not in page


def test_its_html_is_framed_without_any_right(staff: Client, caught: CaughtMail) -> None:
    page = staff.get(f"/inbox/{caught.pk}/")
    assert f'sandbox="" referrerpolicy="no-referrer" src="/inbox/{caught.pk}/html/"' in (
        page.content.decode()
    )
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_its_html_is_under_a_policy_that_allows_nothing(staff: Client, caught: CaughtMail) -> None:
    answer = staff.get(f"/inbox/{caught.pk}/html/")
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy == [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    ]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "<p style='color:red'>Hi</p>" in answer.content.decode()


def test_files_and_source_are_kept_never_shown(staff: Client, caught: CaughtMail) -> None:
    for path, wanted in (("attachments/0/", b"<script>"), ("source/", bytes(caught.source))):
        answer = staff.get(f"/inbox/{caught.pk}/{path}")
        assert answer.content == wanted
        assert answer.headers["Content-Disposition"].startswith("attachment; filename")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert staff.get(f"/inbox/{caught.pk}/attachments/1/").status_code == 404
    assert staff.get(f"/inbox/{caught.pk + 1}/").status_code == 404


def test_a_long_text_is_cut_and_says_so(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TEXT_SHOWN", 10)
    long = inbox.store(b"Subject: x\r\n\r\n" + b"y" * 50, "", [], "peer")
    page = staff.get(f"/inbox/{long.pk}/").content.decode()
    assert "y" * 10 in page
    assert "y" * 11 not in page
    assert "The text is longer" in page


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: text/html; charset=nonsense\r\n\r\n\xff<p>",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n--x",
        b"Subject: =?utf-8?b?!!!?=\r\nContent-ID: <\r\nContent-Type: text/html\r\n\r\ncid:",
        b"Content-Type: message/rfc822\r\n\r\nContent-Type: multipart/x\r\n\r\n",
    ],
)
def test_no_mail_breaks_the_pages(staff: Client, source: bytes) -> None:
    odd = inbox.store(source, "", [], "peer")
    for path in ("", "html/", "source/"):
        assert staff.get(f"/inbox/{odd.pk}/{path}").status_code == 200
    assert staff.get("/inbox/").status_code == 200


def test_nothing_is_released_without_a_real_server_and_it_says_so(
    staff: Client, caught: CaughtMail
) -> None:
    place = f"/inbox/{caught.pk}/release/"
    assert f'href="{place}"' in staff.get(f"/inbox/{caught.pk}/").content.decode()
    for answer, status in (
        (staff.get(place), 200),
        (staff.post(place, {"to": "ada@example.com"}), 409),
    ):
        assert answer.status_code == status
        assert "No real mail server is set for releasing" in answer.content.decode()
        assert b'type="submit"' not in answer.content
    assert not Mail.objects.exists()


def test_a_caught_mail_is_released_to_whom_stays_in_the_field(
    staff: Client, caught: CaughtMail, settings: Any
) -> None:
    settings.EMAIL_RELEASE_URL = "smtp://user@real.example:587/"
    settings.MAIL_REDIRECT_TO = "me@example.com"
    place = f"/inbox/{caught.pk}/release/"
    page = staff.get(place).content.decode()
    for words in ('value="ada@example.com"', "real.example:587", "me@example.com"):
        assert words in page
    refused = staff.post(place, {"to": "nobody"})
    assert refused.status_code == 400
    assert "nobody:" in refused.content.decode()
    assert staff.post(place, {"to": ""}).status_code == 400
    assert not Mail.objects.exists()
    answer = staff.post(place, {"to": "grace@example.com"})
    mail = Mail.objects.get()
    assert answer.headers["Location"] == f"/sent/{mail.pk}/"
    assert (mail.to, mail.route) == (["grace@example.com"], Route.RELEASE)
    assert bytes(mail.content.source) == bytes(caught.source)


def test_a_caught_mail_is_deleted_after_a_question(staff: Client, caught: CaughtMail) -> None:
    place = f"/inbox/{caught.pk}/delete/"
    assert "Delete this mail?" in staff.get(place).content.decode()
    assert CaughtMail.objects.exists()
    answer = staff.post(place)
    assert not CaughtMail.objects.exists()
    assert "is deleted from the inbox." in staff.get(answer.headers["Location"]).content.decode()
    assert staff.post(place).status_code == 404


def test_the_whole_inbox_is_deleted_after_a_question(staff: Client, caught: CaughtMail) -> None:
    inbox.store(b"Subject: two\r\n\r\nx", "a@localhost", ["b@localhost"], "peer")
    assert 'href="/inbox/clear/"' in staff.get("/inbox/?q=two").content.decode()
    page = staff.get("/inbox/clear/").content.decode()
    assert "2 mails" in page
    assert CaughtMail.objects.count() == 2
    answer = staff.post("/inbox/clear/")
    assert not CaughtMail.objects.exists()
    page = staff.get(answer.headers["Location"]).content.decode()
    assert "2 mails deleted from the inbox." in page
    assert "/inbox/clear/" not in page


def test_nobody_but_the_staff_releases_or_deletes(caught: CaughtMail, settings: Any) -> None:
    settings.EMAIL_RELEASE_URL = "smtp://real.example:587/"
    for act in ("release", "delete"):
        answer = Client().post(f"/inbox/{caught.pk}/{act}/", {"to": "ada@example.com"})
        assert answer.status_code == 403
    assert Client().post("/inbox/clear/").status_code == 403
    assert CaughtMail.objects.exists()
    assert not Mail.objects.exists()
