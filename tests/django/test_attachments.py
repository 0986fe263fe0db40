"""Attachments: up, into a mail, out again, byte for byte, and what is refused on the way."""

from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from send_mail import attachments, composing
from send_mail.attachments import Attachment
from send_mail.models import Mail, Upload
from send_mail.services import uploads
from tests.django.conftest import Api

GOOD = {"to": ["ada@localhost"], "subject": "Hello", "text": "hi"}


def upload(api: Api, name: str, data: bytes, content_type: str = "application/pdf") -> Any:
    return api.client.post(
        "/api/uploads", data, content_type=content_type, query_params={"name": name}
    )


def test_a_file_goes_up_into_a_mail_and_comes_out_as_it_was(api: Api) -> None:
    data = bytes(range(256)) * 300
    kept = upload(api, "Übersicht 1.pdf", data)
    assert kept.status_code == 201
    assert kept.json() == {
        "id": kept.json()["id"], "name": "Übersicht 1.pdf", "content_type": "application/pdf",
        "size": len(data),
    }  # fmt: skip
    mail = api.post("/api/mails", {**GOOD, "uploads": [kept.json()["id"]]}).json()
    full = api.get(f"/api/mails/{mail['id']}").json()
    assert full["attachments"] == [
        {"index": 0, "name": "Übersicht 1.pdf", "content_type": "application/pdf",
         "size": len(data)}
    ]  # fmt: skip
    answer = api.get(f"/api/mails/{mail['id']}/attachments/0")
    assert answer.content == data
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert api.get(f"/api/mails/{mail['id']}/attachments/1").status_code == 404


def test_the_source_is_a_download_with_everything_in_it(
    api: Api, saved: Callable[..., Mail]
) -> None:
    mail = saved()
    answer = api.get(f"/api/mails/{mail.pk}/source")
    assert answer.content == bytes(mail.content.source)
    assert f"mail-{mail.pk}.eml" in answer.headers["Content-Disposition"]


@given(
    st.text(min_size=1, max_size=80),
    st.sampled_from(["text/plain", "application/pdf", "image/png", "application/octet-stream"]),
    st.binary(max_size=400),
)
def test_whatever_name_is_accepted_the_file_arrives_under_it(
    name: str, content_type: str, data: bytes
) -> None:
    clean = attachments.plain_name(name)
    if not clean:
        return
    mail = Mail(sender="a@localhost", to=["b@localhost"], message_id="<1@x>", subject="s")
    sent = Attachment(clean, content_type, data)
    source = composing.source_of(composing.compose(mail, "text", "<b>html</b>", [sent]))
    assert attachments.read(source) == [sent]
    message = message_from_bytes(source, policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "text"
    assert sorted(message.keys()) == sorted(
        ["Content-Type", "MIME-Version", "Subject", "From", "To", "Message-ID", "Date"]
    )
    assert len(list(message.iter_attachments())) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\plan.doc", "plan.doc"),
        ("/", ""),
        ("..", ""),
        ("a/..", ""),
        ("x\u202egnp.exe", "xgnp.exe"),
        ('quo"te;s.txt', 'quo"te;s.txt'),
    ],
)
def test_no_part_of_a_path_is_left_of_a_name(name: str, kept: str) -> None:
    assert attachments.plain_name(name) == kept


@pytest.mark.parametrize("name", ["", "a\nb.txt", "a\0b", "a\u2028b", ".."])
def test_a_name_that_is_none_is_refused(api: Api, name: str) -> None:
    answer = upload(api, name, b"x")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["name"])
    assert not Upload.objects.exists()


@pytest.mark.parametrize("content_type", ["nonsense", "a/b/c", "text/ht ml", "*/*", "/"])
def test_a_type_that_is_none_is_refused(api: Api, content_type: str) -> None:
    answer = upload(api, "x", b"x", content_type)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["content_type"])


@pytest.mark.parametrize("content_type", ["", "message/rfc822"])
def test_a_type_that_only_a_message_has_becomes_octets(api: Api, content_type: str) -> None:
    assert upload(api, "x", b"x", content_type).json()["content_type"] == attachments.OCTETS


def test_a_form_is_refused_and_an_empty_file_is_taken(api: Api) -> None:
    assert upload(api, "x", b"x", "multipart/form-data; boundary=x").status_code == 415
    assert upload(api, "x", b"").json()["size"] == 0


def test_a_file_that_is_too_large_is_refused_in_words_and_not_read(api: Api, settings: Any) -> None:
    settings.MAIL_ATTACHMENTS_MAX_BYTES = 2**20
    answer = upload(api, "x", b"x" * (2**20 + 1))
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The file is too large: 1.0 MiB at most in one mail."
    assert upload(api, "x", b"x" * 2**20).status_code == 201


def test_more_attachments_than_a_mail_may_carry_are_refused(api: Api, settings: Any) -> None:
    settings.MAIL_ATTACHMENTS_MAX_BYTES = 2**20
    ids = [upload(api, "x", b"x" * 2**19).json()["id"] for _ in range(3)]
    answer = api.post("/api/mails", {**GOOD, "uploads": ids})
    assert answer.status_code == 400
    assert "1.5 MiB in all" in answer.json()["errors"]["uploads"][0]
    assert not Mail.objects.exists()


def test_an_upload_that_is_gone_is_named(api: Api) -> None:
    kept = upload(api, "x", b"x").json()["id"]
    assert api.client.delete(f"/api/uploads/{kept}").status_code == 204
    answer = api.post("/api/mails", {**GOOD, "uploads": [kept]})
    assert answer.json()["errors"]["uploads"][0].startswith(f"There is no upload {kept}")


def test_a_repeated_request_finds_its_upload_again(api: Api) -> None:
    ids = [upload(api, "x", b"x").json()["id"]]
    first, second = (
        api.post("/api/mails", {**GOOD, "uploads": ids}, **{"Idempotency-Key": "k"})
        for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]


def test_uploads_are_gone_after_a_day(api: Api) -> None:
    upload(api, "x", b"x")
    now = timezone.now()
    assert uploads.expire(now + timedelta(hours=23)) == 0
    assert uploads.expire(now + timedelta(hours=25)) == 1


FOREIGN = [
    (b"", []),
    (b"Content-Type: image/png\r\n\r\nx", ["part-1.png"]),
    (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
        b'Content-Disposition: attachment; filename="../../x\r\n y"\r\n\r\nz\r\n--b--',
        ["x y"],
    ),
    (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nz\r\n--b--",
        ["part-1.eml"],
    ),
    (b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n", None),
    (b"Content-Type: message/rfc822\r\n\r\n\xff\xff", None),
    (
        b"Content-Type: \xff/\xff\r\nContent-Disposition: attachment; filename*=x'y'%FF\r\n\r\nz",
        None,
    ),
]


@pytest.mark.parametrize(("source", "names"), FOREIGN)
def test_the_files_of_any_message_can_be_read(source: bytes, names: list[str] | None) -> None:
    found = attachments.read(source)
    if names is not None:
        assert [file.name for file in found] == names
    for file in found:
        assert file.name == attachments.plain_name(file.name)
        assert attachments.CONTENT_TYPE.fullmatch(file.content_type)
