"""`launcher.gui.mail.words`."""

from __future__ import annotations

import pytest

from launcher.core.explain import Tone
from launcher.gui.mail import words
from launcher.mail import Draft, Step
from tests.unit.gui.fakes import FakeMail


def test_addresses_are_parted_by_comma_semicolon_or_line() -> None:
    assert words.split_addresses(" a@x, b@x;c@x\n ,") == ("a@x", "b@x", "c@x")
    assert words.split_addresses("") == ()


def test_an_outbox_entry_says_state_subject_and_to_whom() -> None:
    mail = FakeMail()
    row = mail.add("RETRYING", "", ("a@x", "b@x", "c@x")).row
    assert words.outbox_entry(row) == words.Entry(
        1, Tone.TROUBLE, "(no subject)", "a@x and 2 more", "Retrying"
    )


@pytest.mark.parametrize(
    ("ms", "said"), [(9, "+ 9 ms"), (1_240, "+ 1.2 s"), (180_000, "+ 3 min"), (8e6, "10:00:00")]
)
def test_offsets_grow_coarser(ms: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "clock", lambda _iso: "10:00:00")
    assert words.offset(Step("saved", "2026-01-01T10:00:00Z", int(ms))) == said


def test_what_a_mail_waits_for_is_said_until_its_end() -> None:
    mail = FakeMail()
    assert words.outlook(mail.add("RETRYING", "x").row).startswith("Next attempt at ")
    assert words.outlook(mail.add("QUEUED", "x").row) == "Waits for the worker"
    assert words.outlook(mail.add("DELIVERED", "x").row) == ""


def test_html_becomes_its_words_and_nothing_else() -> None:
    html = (
        "<head><title>t</title><style>p{}</style></head><p>Dear   <b>you</b></p>"
        "<script>alert(1)</script><img src='http://x/y.png'>one<br>two"
    )
    assert words.html_as_text(html) == "Dear you\none\ntwo"


def test_text_is_bounded_in_length_and_in_its_lines() -> None:
    assert words.bounded("a\nb") == "a\nb"
    long = words.bounded("x" * 5_000)
    assert long.endswith("… [line cut]")
    assert len(long) < 2_100
    many = words.bounded("y\n" * 150_000)
    assert many.endswith("[100,000 more letters are not shown]")


def test_a_key_stays_with_its_draft_until_it_is_spent() -> None:
    key = words.DraftKey()
    first = key.of(Draft(("a@x",)))
    assert key.of(Draft(("a@x",))) == first
    other = key.of(Draft(("b@x",)))
    assert other != first
    key.spent()
    assert key.of(Draft(("b@x",))) != other


def test_times_are_local_and_may_be_missing() -> None:
    assert words.clock("") == ""
    assert words.clock("2026-03-14T13:12:03.201Z", fine=True).endswith(":12:03.201")
    assert "2026" in words.day_and_clock("2026-03-14T13:12:03.201Z")
