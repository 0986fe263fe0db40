"""Writing profiles and the choice back into a file that somebody keeps by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.settings import Settings, load, parse, write_template
from launcher.settings.editing import NotEditableError, remove_profile, save_choice, save_profile
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import Security, SmtpProfile, entries_of, profile_from

WORK = SmtpProfile("work", "mail.example.org", 587, Security.STARTTLS, "me@example.org")
BY_HAND = """\
# mine
pool = "threads"   # not eventlet

[smtp.work] # the office
host = "old.example.org"  # moves in May
port = 25
from = "old@example.org"

# where it goes
[mail]
profile = "work" # for now
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_comments_order_and_other_entries_stay(file: Path) -> None:
    file.write_text(BY_HAND)
    save_profile(file, WORK)
    save_choice(file, MailChoice("work", redirect_to="safe@example.org"))
    text = file.read_text()
    for kept in ("# mine", "# not eventlet", "# the office", "# moves in May", "# where it goes"):
        assert kept in text
    assert "# for now" in text
    assert "old" not in text
    settings, errors = load(file)
    assert errors == []
    assert settings == Settings(
        pool="threads", smtp={"work": WORK}, mail=MailChoice("work", "", "safe@example.org")
    )
    assert text.index("# mine") < text.index("[smtp.work]") < text.index("[mail]")


def test_a_new_file_keeps_its_explanations_and_takes_the_first_profile(file: Path) -> None:
    write_template(file)
    before = file.read_text()
    save_profile(file, WORK)
    save_choice(file, MailChoice("work"))
    assert file.read_text().startswith(before)
    assert load(file) == (Settings(smtp={"work": WORK}, mail=MailChoice("work")), [])


def test_a_file_that_is_not_there_is_made(file: Path) -> None:
    save_profile(file, WORK)
    assert load(file)[0].smtp == {"work": WORK}


def test_a_profile_is_taken_out_and_the_others_stay(file: Path) -> None:
    file.write_text(BY_HAND)
    save_profile(file, SmtpProfile("two", "127.0.0.1", 2525, Security.NONE))
    save_choice(file, MailChoice("two"))
    remove_profile(file, "work")
    remove_profile(file, "never there")
    settings, errors = load(file)
    assert errors == []
    assert list(settings.smtp) == ["two"]
    assert "# mine" in file.read_text()


def test_going_back_to_the_defaults_is_written_where_something_else_stood(file: Path) -> None:
    file.write_text(BY_HAND)
    save_choice(file, MailChoice())
    assert 'profile = "catcher" # for now' in file.read_text()


@pytest.mark.parametrize("text", ["pool = ", "smtp = 5", "[smtp]\nwork = 1"])
def test_a_file_with_a_mistake_is_not_touched_and_the_words_say_so(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(NotEditableError, match="Correct it first"):
        save_profile(file, WORK)
    assert file.read_text() == text


def test_a_choice_that_is_no_table_is_not_touched(file: Path) -> None:
    file.write_text("mail = 'x'")
    with pytest.raises(NotEditableError, match="Correct it first"):
        save_choice(file, MailChoice("work"))
    assert file.read_text() == "mail = 'x'"


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotEditableError, match="cannot be written"):
        save_profile(tmp_path / "none" / "settings.toml", WORK)


def test_line_ends_of_another_system_stay(file: Path) -> None:
    file.write_bytes(BY_HAND.replace("\n", "\r\n").encode())
    save_profile(file, WORK)
    assert b"# mine\r\n" in file.read_bytes()
    assert parse(file.read_bytes().decode())[1] == []


_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF), max_size=30)


@given(user=_TEXT, port=st.integers(1, 65535), security=st.sampled_from(Security))
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, user: str, port: int, security: Security
) -> None:
    entries = {"host": "localhost", "user": user, "port": port, "security": security.value}
    profile, _ = profile_from("p", entries)
    if profile is None:
        return
    file = tmp_path_factory.mktemp("settings") / "settings.toml"
    save_profile(file, profile)
    assert load(file)[0].smtp == {"p": profile}
    assert profile_from("p", entries_of(profile)) == (profile, {})
