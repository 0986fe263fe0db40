"""Counting and removing real files, with links that lead out of the home."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.core.disk import Entry, Part, Scope, going, use_by_part
from launcher.runtime.disk import RemovalError, entries, remove


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    for place, size in (
        ("settings.toml", 10),
        ("logs/worker.log", 100),
        ("data/rabbitmq-3.10/mnesia/deep/one.rdq", 1_000),
        ("data/launcher.sqlite3", 500),
        ("data/launcher.sqlite3-wal", 50),
    ):
        file = made / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "precious.txt").write_bytes(b"x" * 7_000)
    return folder


def test_what_stands_in_folders_is_counted(home: Path) -> None:
    use = use_by_part(entries(home))
    assert use == {Part.LOGS: 100, Part.BROKER: 1_000, Part.DATABASE: 550, Part.OTHER: 10}


def test_a_home_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert entries(tmp_path / "none") == ()


def test_what_a_link_leads_to_is_neither_counted_nor_removed(home: Path, elsewhere: Path) -> None:
    (home / "data" / "rabbitmq-9").symlink_to(elsewhere)
    (home / "data" / "rabbitmq-3.10" / "inner").symlink_to(elsewhere)
    (home / "data" / "broker").symlink_to(elsewhere / "precious.txt")
    found = going(entries(home), Scope.BROKER)
    assert sum(entry.bytes for entry in found) < 2_000
    remove(home, found)
    assert {one.name for one in (home / "data").iterdir()} == {
        "launcher.sqlite3",
        "launcher.sqlite3-wal",
    }
    assert (elsewhere / "precious.txt").stat().st_size == 7_000


def test_nothing_is_removed_through_a_folder_that_is_a_link(home: Path, elsewhere: Path) -> None:
    (elsewhere / "launcher.sqlite3").write_bytes(b"x")
    (home / "data").rename(home / "moved")
    (home / "data").symlink_to(elsewhere)
    with pytest.raises(RemovalError, match=r"data is a link to .*elsewhere"):
        remove(home, [Entry(("data", "launcher.sqlite3"), 1)])
    assert (elsewhere / "launcher.sqlite3").exists()


@pytest.mark.parametrize("path", [(), ("..",), ("data", ".."), ("data", "../../elsewhere"), ("",)])
def test_a_place_outside_is_refused(home: Path, path: tuple[str, ...]) -> None:
    with pytest.raises(RemovalError, match="no place in"):
        remove(home, [Entry(path, 0)])
    assert (home / "data" / "launcher.sqlite3").exists()


def test_what_is_gone_already_is_no_fault(home: Path) -> None:
    remove(home, [Entry(("data", "never-there"), 0)])


def test_what_cannot_go_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(place: Path) -> None:
        raise PermissionError(13, "Permission denied", str(place / "mnesia"))

    monkeypatch.setattr("launcher.runtime.disk.shutil.rmtree", refuse)
    with pytest.raises(RemovalError, match=r"mnesia cannot be removed \(Permission denied\)"):
        remove(home, going(entries(home), Scope.BROKER))
