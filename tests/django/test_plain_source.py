"""The short way to a plain mail's source ends where the long one does."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from send_mail.composing import compose, source_of
from send_mail.models import Mail
from send_mail.plain_source import plain_source

AT = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
ID = "<1795.32024.6588937718113456156@celery-launcher.localhost>"


def mail(**fields: Any) -> Mail:
    simple = {"sender": "me@localhost", "to": ["ada@example.org"], "cc": [], "bcc": []}
    return Mail(**{**simple, "subject": "Hello", "message_id": ID, "queued_at": AT, **fields})


def long_way(row: Mail, text: str) -> bytes:
    return source_of(compose(row, text, ""))


def test_a_plain_mail_goes_the_short_way() -> None:
    row = mail(to=["ada@example.org", "b@localhost"], cc=["c@localhost"], bcc=["d@localhost"])
    short = plain_source(row, "Two\nlines\r\nor three.\n.\n")
    assert short is not None
    assert short == long_way(row, "Two\nlines\r\nor three.\n.\n")
    assert b"d@localhost" not in short


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": ""},
        {"subject": "Grüße"},
        {"subject": "x" * 80},
        {"subject": " x"},
        {"to": ["Ada <ada@example.org>"]},
        {"to": [f"someone{n}@example.org" for n in range(9)]},
        {"to": [], "cc": ["ada@example.org"]},
        {"sender": '"M. E." <me@localhost>'},
        {"message_id": f"<{'9' * 70}@celery-launcher.localhost>"},
    ],
)
def test_what_is_not_simple_goes_the_long_way(fields: dict[str, Any]) -> None:
    assert plain_source(mail(**fields), "text") is None


@pytest.mark.parametrize("length", range(60, 80))
@pytest.mark.parametrize("pattern", ["x", "ab ", "a, ", "a; "])
def test_where_headers_begin_to_be_folded_both_ways_agree(length: int, pattern: str) -> None:
    row = mail(subject=(pattern * length)[: length - 1] + "x")
    assert plain_source(row, "text") in (None, long_way(row, "text"))


@pytest.mark.parametrize("text", ["Grüße", "x" * 999, "\ud800"])
def test_a_text_that_needs_encoding_goes_the_long_way(text: str) -> None:
    assert plain_source(mail(), text) is None


# What ``validation`` lets through into a subject and a body, and addresses as it writes them.
subjects = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=90).map(str.strip)
texts = st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=200)
names = st.text("abcXYZ019.!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=20)
addresses = st.builds("{}@{}".format, names, st.sampled_from(["localhost", "a-b.example.org"]))


@given(
    subject=subjects | st.text(st.characters(codec="ascii", exclude_categories=["Cc"])),
    text=texts | st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    to=st.lists(addresses, min_size=1, max_size=3),
    cc=st.lists(addresses, max_size=2),
)
@example(subject="a  b;c,d", text="From here\n>From\r\r\n\x0b\x0c\x1c\n", to=["a@b"], cc=[])
@example(subject="x", text="", to=["a@b"], cc=[])
@example(subject="x", text="a" * 998 + "\x0b" + "b", to=["a@b"], cc=[])
@settings(max_examples=300, deadline=None)
def test_both_ways_end_in_the_same_bytes(
    subject: str, text: str, to: list[str], cc: list[str]
) -> None:
    row = mail(subject=subject, to=to, cc=cc)
    short = plain_source(row, text)
    if short is not None:
        assert short == long_way(row, text)
