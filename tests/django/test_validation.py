"""What may stand in a mail."""

from email import message_from_bytes, policy

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from send_mail import composing, validation
from send_mail.models import Mail

BAD_HEADERS = [
    "a\nBcc: evil@example.org",
    "a\r\nBcc: evil@example.org",
    "a\rb",
    "a\0b",
    "a\u0085b",
    "a\u2028b",
    "a\u2029b",
    "a\x0bb",
    "a\x7fb",
    "a\ud800b",
    "trailing\n",
    "=?utf-8?q?a=0D=0ABcc=3A_evil=40x?=",
    "hello =?utf-8?b?YQ==?=",
    "=?a\u00a0?=",
]


@pytest.mark.parametrize("value", BAD_HEADERS)
def test_a_header_with_a_control_or_an_encoded_word_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        validation.clean_header(value)


@pytest.mark.parametrize("value", BAD_HEADERS)
def test_an_address_field_with_one_is_refused_too(value: str) -> None:
    with pytest.raises(ValidationError):
        validation.clean_addresses(f"{value} <ada@example.org>")


@given(st.text(max_size=120))
def test_no_subject_that_is_accepted_adds_a_header(subject: str) -> None:
    try:
        clean = validation.clean_subject(subject)
    except ValidationError:
        return
    mail = Mail(subject=clean, sender="a@localhost", to=["b@localhost"], message_id="<1@x>")
    source = composing.source_of(composing.compose(mail, "text", ""))
    head = source.split(b"\r\n\r\n")[0]
    names = [line.split(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert sorted(names) == sorted(
        b"content-type mime-version content-transfer-encoding subject from to message-id"
        b" date".split()
    )
    parsed = message_from_bytes(source, policy=policy.default)
    assert str(parsed["Subject"]).split() == clean.split()


@given(st.text(max_size=60))
def test_no_address_that_is_accepted_adds_a_recipient(text: str) -> None:
    try:
        found = validation.clean_addresses([f"{text} <ada@example.org>"])
    except ValidationError:
        return
    bare = {validation.bare(address) for address in found}
    assert "ada@example.org" in bare
    assert all("\n" not in address and "\r" not in address for address in found)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("a@localhost", ["a@localhost"]),
        ("a@LOCALHOST", ["a@localhost"]),
        ("Ada <ada@localhost>", ["Ada <ada@localhost>"]),
        ("a@example.org, b@example.org", ["a@example.org", "b@example.org"]),
        ("a@example.org; b@example.org;", ["a@example.org", "b@example.org"]),
        ('"Doe, Jane" <j@example.org>', ['"Doe, Jane" <j@example.org>']),
        (["a@example.org", "b@example.org, c@example.org"], 3),
        ("a@example.org, A@EXAMPLE.ORG", ["a@example.org"]),
        ("Zoë <z@example.org>", ['"Zoë" <z@example.org>']),
        ("a@bücher.example", ["a@xn--bcher-kva.example"]),
        (" , ", []),
        ([], []),
    ],
)
def test_addresses_are_split_and_tidied(given: object, found: object) -> None:
    clean = validation.clean_addresses(given)
    assert clean == found or len(clean) == found


@pytest.mark.parametrize(
    "given",
    ["ada", "ada@", "@example.org", "a b@example.org", "a@b@c", "ä@example.org", 7, [7], {}],
)
def test_what_is_no_address_is_refused_in_words(given: object) -> None:
    with pytest.raises(ValidationError) as refused:
        validation.clean_addresses(given)
    assert len(refused.value.messages[0]) > 10


def test_bcc_is_in_the_envelope_and_not_in_the_source() -> None:
    mail = Mail(
        sender="a@localhost", to=["b@localhost"], bcc=["secret@localhost"], message_id="<1@x>"
    )
    assert b"secret" not in composing.source_of(composing.compose(mail, "text", ""))


def test_html_travels_beside_the_text() -> None:
    mail = Mail(sender="a@localhost", to=["b@localhost"], message_id="<1@x>")
    source = composing.source_of(composing.compose(mail, "plain", "<b>rich</b>"))
    message = message_from_bytes(source, policy=policy.default)
    assert message.get_content_type() == "multipart/alternative"
    assert b"\n" not in source.replace(b"\r\n", b"")


def test_ten_thousand_addresses_are_counted_before_they_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(validation, "clean_address", lambda _: pytest.fail("looked at"))
    with pytest.raises(ValidationError, match="At most 100 recipients in one mail, not 10000"):
        validation.clean_addresses([f"a{number}@example.com" for number in range(10_000)])


def test_a_name_that_no_header_line_can_hold_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 200 characters before the address"):
        validation.clean_address(f"{'x' * 201} <a@example.com>")
