"""`launcher.gui.mail.words`."""

from __future__ import annotations

import pytest

from launcher.core.explain import Tone
from launcher.gui.mail import words
from launcher.mail import Batch, Chaos, Recipient, Step, Try
from tests.unit.gui.fake_mail import FakeMail


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


def test_text_is_bounded_in_length_and_in_its_lines() -> None:
    assert words.bounded("a\nb") == "a\nb"
    long = words.bounded("x" * 5_000)
    assert long.endswith("… [line cut]")
    assert len(long) < 2_100
    many = words.bounded("y\n" * 150_000)
    assert many.endswith("[100,000 more letters are not shown]")


def test_times_are_local_and_may_be_missing() -> None:
    assert words.clock("") == ""
    assert words.clock("2026-03-14T13:12:03.201Z", fine=True).endswith(":12:03.201")
    assert "2026" in words.day_and_clock("2026-03-14T13:12:03.201Z")


def test_a_try_says_how_far_it_came() -> None:
    one = Try(
        2,
        "worker1",
        "2026-03-14T13:12:03.201Z",
        "2026-03-14T13:12:03.601Z",
        "RCPT",
        "deferred",
        451,
        "451 busy",
        "",
    )
    assert words.try_words(one).startswith("2 · ")
    assert words.try_words(one).endswith(" · 0.4 s · RCPT · 451 busy")


def test_a_recipient_has_the_servers_reply_and_our_words() -> None:
    assert words.recipient_words(Recipient("a@x", "failed", "550 no", "Unknown.")) == (
        "550 no · Unknown."
    )
    assert words.recipient_words(Recipient("a@x", "waiting")) == "waiting"


def test_a_batch_says_how_far_it_is() -> None:
    batch = Batch(1, "x", 1_000, 998, {"DELIVERED": 990, "FAILED": 8, "QUEUED": 2}, cancelled=False)
    assert words.batch_counts(batch) == (
        "998 of 1,000 at their end · 990 delivered · 8 failed · 2 queued"
    )


@pytest.mark.parametrize(
    ("chaos", "said"),
    [
        (Chaos("451"), "The catcher says “try again later” (451) to every mail."),
        (Chaos("slow", 1), "The catcher answers slowly to the next mail."),
        (Chaos("new", 2), "The catcher misbehaves (new) to the next 2 mails."),
    ],
)
def test_what_the_catcher_does_is_a_sentence(chaos: Chaos, said: str) -> None:
    assert words.chaos_sentence(chaos) == said


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("127.0.0.1:1025 (the catcher)", "the catcher"),
        ("smtp.example.org:587 (Work)", "Work"),
        ("smtp.example.org:587", "smtp.example.org:587"),
        ("a-very-long-name.example.org:587", "a-very-long-name.example.…"),
        ("", ""),
    ],
)
def test_the_mail_server_is_named_briefly(server: str, said: str) -> None:
    assert words.server_brief(server) == said
