"""Changing single values of a file that somebody reads and edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.settings import Settings, load, parse, write_template
from launcher.settings.editing import NotEditableError
from launcher.settings.file import SettingsFile
from launcher.settings.table import GROUPS, Entry, Kind, entered, shown

ENTRIES = [entry for group in GROUPS for entry in group.entries]
OTHER = {
    "broker": "embedded",
    "theme": "dark",
    "text_size": 125,
    "pool": "threads",
    "concurrency": 7,
    "queues": ("celery", "mine.too"),
    "workers": 2,
    "log_level": "debug",
    "start_services": False,
    "close_to_tray": True,
    "notifications": False,
    "flower_address": "127.0.0.1",
    "mail_from": "me@example.org",
    "mail_time_scale": 0.5,
    "log_files_mb": 50,
    "mail.redirect_to": "safe@example.org",
    "mail.retention_days": 9,
}
BY_HAND = """\
# mine
pool = "threads"   # not eventlet

[ports] # for the office
django = 8010 # as everybody here
"""


def other_value(entry: Entry) -> object:
    return OTHER.get(entry.key, 4321)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_each_setting_is_written_at_its_place_and_taken_back(entry: Entry, path: Path) -> None:
    write_template(path)
    before = path.read_text()
    file = SettingsFile(path)
    file.put(entry.path, other_value(entry))
    assert entry.value(file.settings) == other_value(entry)
    assert file.errors == []
    # In effect where its explanation stands: no line was added.
    assert len(path.read_text().splitlines()) == len(before.splitlines())
    file.reset(entry.path, entry.told_default)
    assert file.settings == Settings()


def test_all_settings_together_survive_each_other(path: Path) -> None:
    write_template(path)
    file = SettingsFile(path)
    for entry in reversed(ENTRIES):
        file.put(entry.path, other_value(entry))
    assert file.errors == []
    for entry in ENTRIES:
        assert entry.value(file.settings) == other_value(entry)
    for entry in ENTRIES:
        file.reset(entry.path, entry.told_default)
    assert load(path) == (Settings(), [])


def test_comments_stay_when_a_value_changes_and_when_it_goes(path: Path) -> None:
    path.write_text(BY_HAND)
    file = SettingsFile(path)
    file.put(("pool",), "solo")
    file.put(("ports", "django"), 8020)
    file.put(("concurrency",), 3)
    text = path.read_text()
    for comment in ("# mine", "# not eventlet", "# for the office", "# as everybody here"):
        assert comment in text
    file.reset(("pool",), "eventlet")
    file.reset(("ports", "django"), 8000)
    assert "# not eventlet" in path.read_text()
    assert "# as everybody here" in path.read_text()
    assert load(path) == (Settings(concurrency=3), [])


def test_a_wrong_value_is_refused_in_words_and_not_written(path: Path) -> None:
    path.write_text(BY_HAND)
    file = SettingsFile(path)
    for entry, value, words in (
        (("concurrency",), 0, "from 1 to 1000"),
        (("concurrency",), "many", "from 1 to 1000"),
        (("ports", "django"), 70000, "from 1 to 65535"),
        (("broker",), "redis://localhost", "not supported yet"),
        (("mail", "redirect_to"), "nobody", "address"),
        (("nothing",), 1, "no such setting"),
    ):
        with pytest.raises(ValueError, match=words):
            file.put(entry, value)
    assert path.read_text() == BY_HAND


def test_wrong_lines_stay_until_their_own_value_is_changed(path: Path) -> None:
    path.write_text('pool = 5 # five\nconcurrency = "many"\ntheme = "pink"\n')
    file = SettingsFile(path)
    assert [error.line for error in file.errors] == [1, 2, 3]
    file.put(("concurrency",), 12)
    assert path.read_text() == 'pool = 5 # five\nconcurrency = 12\ntheme = "pink"\n'
    assert [error.key for error in file.errors] == ["pool", "theme"]
    file.reset(("theme",), "system")
    assert [error.key for error in file.errors] == ["pool"]


def test_every_kind_of_wrong_value_is_named_and_the_defaults_hold() -> None:
    text = "\n".join(
        (
            "pool = [1]",
            "concurrency = true",
            'start_services = "yes"',
            "text_size = 9.5",
            "log_files_mb = -1",
            "mail_time_scale = nan",
            "flower_address = 1979-05-27",
            "theme = {a = 1}",
            "broker = 'ftp://x'",
            "poool = 1",
            "[ports]",
            "django = '80'",
            "[mail]",
            "retention_days = 1e3",
        )
    )
    settings, errors = parse(text)
    assert settings == Settings()
    assert [error.line for error in errors] == [*range(1, 11), 12, 14]
    assert all(error.key and error.remedy for error in errors)


def test_a_file_that_is_no_toml_is_said_and_left_alone(path: Path) -> None:
    path.write_text('pool = "solo"\n')
    file = SettingsFile(path)
    path.write_text('pool = "sol')
    assert file.read()
    assert not file.readable
    assert file.settings.pool == "solo"
    with pytest.raises(NotEditableError, match="Correct it first"):
        file.put(("pool",), "threads")
    assert path.read_text() == 'pool = "sol'


def test_those_who_listen_are_told_of_a_change_and_of_nothing_else(path: Path) -> None:
    file = SettingsFile(path)
    told: list[str] = []
    stop = file.listen(lambda: told.append(file.settings.pool))
    path.write_text('pool = "solo"\n')
    assert file.read()
    assert not file.read()
    path.write_text('pool = "solo" # the same\n')
    assert not file.read()
    file.put(("pool",), "threads")
    assert told == ["solo", "threads"]
    stop()
    file.put(("pool",), "solo")
    assert told == ["solo", "threads"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_what_a_field_shows_is_read_as_the_same_value(entry: Entry) -> None:
    if entry.kind in (Kind.NUMBER, Kind.TEXT):
        for value in (other_value(entry), entry.default):
            assert entered(entry, shown(value)) == value
