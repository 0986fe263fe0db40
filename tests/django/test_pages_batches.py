"""Sending to each of many in the browser: bad lines named first, one batch for two clicks."""

import re
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from send_mail.models import Batch, Mail, Template
from send_mail.services import outbox
from send_mail.states import State

LETTER = {"subject": "Hello {{ name }}", "text": "Dear {{ name }}"}
CSV = "name,email\nAda,ada@example.org\nBob,nobody\nCarl,carl@example.org\n"


@pytest.fixture
def staff(transactional_db: None, admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def submit(staff: Client, people: str, **more: Any) -> Any:
    return staff.post("/batches/new/", {**LETTER, "people": people, **more})


def sure_of(answer: Any) -> str:
    found = re.search(r'name="sure" value="(\w+)"', answer.content.decode())
    assert found is not None
    return found[1]


def file(data: bytes, name: str = "list.csv") -> Any:
    return SimpleUploadedFile(name, data, "text/csv")


def test_each_gets_a_mail_and_the_batch_has_a_page(staff: Client) -> None:
    people = "name,email\nAda,ada@example.org\nCarl,carl@example.org\n"
    answer = submit(staff, people, attachments=[file(b"abc", "a.txt")])
    batch = Batch.objects.get()
    assert answer.headers["Location"] == f"/batches/{batch.pk}/"
    mails = Mail.objects.order_by("pk")
    assert [(mail.to, mail.subject) for mail in mails] == [
        (["ada@example.org"], "Hello Ada"),
        (["carl@example.org"], "Hello Carl"),
    ]
    assert [row.name for row in outbox.files_of(mails[1])] == ["a.txt"]
    assert "0 of 2 finished" in staff.get(f"/batches/{batch.pk}/").content.decode()
    assert f'href="/batches/{batch.pk}/"' in staff.get("/batches/").content.decode()
    page = staff.get(f"/outbox/?batch={batch.pk}&state=QUEUED").content.decode()
    assert "Hello Ada" in page
    assert "Hello Ada" not in staff.get(f"/outbox/?batch={batch.pk + 1}").content.decode()


def test_bad_lines_are_named_before_the_others_are_sent(staff: Client) -> None:
    answer = submit(staff, CSV)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "2 people can be sent to; 1 line cannot:" in page
    assert "Line 3:" in page
    assert "Send to the other 2" in page
    assert not Batch.objects.exists()
    answer = submit(staff, CSV, sure=sure_of(answer))
    assert "1 line was left out." in staff.get(answer.headers["Location"]).content.decode()
    assert [mail.to[0] for mail in Mail.objects.order_by("pk")] == [
        "ada@example.org",
        "carl@example.org",
    ]


def test_a_yes_is_to_the_lines_that_were_named_alone(staff: Client) -> None:
    sure = sure_of(submit(staff, CSV))
    answer = submit(staff, CSV + "Dora,dora@\n", sure=sure)
    assert "2 lines cannot:" in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_batch_waits_for_its_time_in_the_zone_beside_it(staff: Client) -> None:
    later = (timezone.now() + timedelta(days=2)).astimezone(ZoneInfo("Pacific/Auckland"))
    given = later.strftime("%Y-%m-%dT%H:%M")
    asked = {"send_at": given, "time_zone": "Pacific/Auckland"}
    page = submit(staff, CSV, **asked).content.decode()
    assert f'value="{given}"' in page, "what was typed stands in the form that asks for a yes"
    answer = submit(staff, CSV, **asked, sure=sure_of(submit(staff, CSV, **asked)))
    assert {mail.due_at for mail in Mail.objects.all()} == {later.replace(second=0, microsecond=0)}
    page = staff.get(answer.headers["Location"]).content.decode()
    assert "Waits for its time: 0 of 2 finished" in page
    assert "Next: <time datetime=" in page
    assert f"{later.astimezone(UTC):%Y-%m-%d %H:%M}:00 UTC</time>" in page
    assert ">Scheduled<" in page
    assert "Cancel what waits" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"send_at": "2001-01-01T00:00"}, "This time is past."),
        ({"send_at": "tomorrow"}, "Give a date and a time"),
        ({"send_at": "2090-01-01T00:00", "time_zone": "Mars/Olympus"}, "There is no such time"),
    ],
)
def test_a_time_that_cannot_be_sends_to_nobody(
    staff: Client, asked: dict[str, str], said: str
) -> None:
    answer = submit(staff, "ada@example.org", subject="x", text="y", **asked)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_list_can_be_checked_without_sending(staff: Client) -> None:
    page = submit(staff, "ada@example.org", subject="x", text="y", check="yes").content.decode()
    assert "1 person can be sent to. Nothing was sent yet." in page
    assert not Batch.objects.exists()


def test_addresses_alone_are_a_list_too(staff: Client) -> None:
    people = "\nada@example.org\nBob <bob@example.org>; carl@example.org\n\nnobody\n"
    page = submit(staff, people, subject="x", text="y").content.decode()
    assert "Line 5: nobody" in page
    assert "3 people can be sent to" in page


def test_a_variable_without_a_column_is_named_line_by_line(staff: Client) -> None:
    page = submit(staff, "ada@example.org\nbob@example.org").content.decode()
    assert page.count("There is no value for name.") >= 2
    assert "There is nobody to send to." in page
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("encoding", "start"),
    [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("cp1252", b""), ("utf-16", b"")],
)
def test_a_file_is_read_as_spreadsheets_write_it(
    staff: Client, encoding: str, start: bytes
) -> None:
    data = start + "name;email\nZoë;zoe@example.org\n".encode(encoding)
    submit(staff, "", people_file=file(data))
    assert Mail.objects.get().subject == "Hello Zoë"


def test_the_lines_of_a_file_need_not_be_chosen_again(staff: Client) -> None:
    page = submit(staff, "", people_file=file(CSV.encode())).content.decode()
    assert "Bob,nobody" in page.partition('id="id_people"')[2].partition("</textarea>")[0]


def test_a_file_that_is_no_text_is_refused_at_its_field(staff: Client) -> None:
    answer = submit(staff, "", people_file=file(b"PK\x03\x04\x00\x00\x00\x81"))
    assert answer.status_code == 400
    assert "is no text that can be read" in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"people": ""}, "Give at least one recipient."),
        ({"subject": ""}, "Give a subject."),
        ({"text": "", "html": " "}, "Write a message."),
        ({"people": "name,room\nAda,1"}, "The first line has to name the columns"),
        ({"people": "nobody@"}, "There is nobody to send to."),
        ({"subject": "a\nb"}, "not allowed here"),
    ],
)
def test_what_is_wrong_is_said_and_kept(staff: Client, change: Any, words: str) -> None:
    given = {"people": "ada@example.org", "subject": "x", "text": "keep me", **change}
    answer = staff.post("/batches/new/", given)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert f"{given['text']}</textarea>" in page
    assert not Batch.objects.exists()


def test_two_clicks_on_one_page_are_one_batch(staff: Client) -> None:
    page = staff.get("/batches/new/").content.decode()
    key = re.search(r'name="form_key" value="([\w-]+)"', page)
    assert key is not None
    people = "ada@example.org\nbob@example.org"
    given = {"subject": "x", "text": "y", "form_key": key[1]}
    assert submit(staff, people, **given).url == submit(staff, people, **given).url
    assert Mail.objects.count() == 2


def test_a_letter_begins_from_a_template(staff: Client) -> None:
    made = Template.objects.create(name="T", subject="Hi {{ who }}", text="All {{ day }}")
    page = staff.get(f"/batches/new/?template={made.pk}").content.decode()
    assert 'value="Hi {{ who }}"' in page
    assert staff.get("/batches/new/?template=x").status_code == 200


def test_the_page_follows_until_all_are_at_their_end(staff: Client) -> None:
    submit(staff, "ada@example.org\nbob@example.org", subject="x", text="y")
    place = f"/batches/{Batch.objects.get().pk}/"
    assert "data-final" not in staff.get(place + "status/").content.decode()
    Mail.objects.filter(to=["ada@example.org"]).update(state=State.DELIVERED)
    page = staff.get(place + "status/").content.decode()
    assert '<progress value="1" max="2"' in page
    Mail.objects.filter(to=["bob@example.org"]).update(state=State.FAILED)
    page = staff.get(place + "status/").content.decode()
    assert "data-final" in page
    assert 'data-state="FAILED"' in page


def test_what_waits_is_cancelled(staff: Client) -> None:
    submit(staff, "ada@example.org\nbob@example.org", subject="x", text="y")
    Mail.objects.filter(to=["ada@example.org"]).update(state=State.DELIVERED)
    place = f"/batches/{Batch.objects.get().pk}/"
    assert f'formaction="{place}cancel/"' in staff.get(place).content.decode()
    page = staff.post(place + "cancel/", follow=True).content.decode()
    assert "1 mail cancelled." in page
    assert "Cancelled: 2 of 2 finished" in page
    assert "formaction" not in page


def test_nobody_but_the_staff_sends_to_many(transactional_db: None) -> None:
    row = Batch.objects.create(total=1)
    browser = Client()
    for path in ("", "new/", f"{row.pk}/", f"{row.pk}/status/"):
        assert browser.get(f"/batches/{path}").status_code == 403
    assert submit(browser, "ada@example.org").status_code == 403
    assert browser.post(f"/batches/{row.pk}/cancel/").status_code == 403
    assert not Mail.objects.exists()
