"""All log files together stay below what is allowed, and the oldest go first."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from launcher.runtime.log_room import LogRoom
from launcher.runtime.rotated_file import RotatedFile

LIMIT = 20_000


def together(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir())


def aged(folder: Path, name: str, size: int, age: int) -> Path:
    file = folder / name
    file.write_bytes(b"x" * size)
    os.utime(file, (1_000_000 - age, 1_000_000 - age))
    return file


def test_however_services_write_the_limit_holds_at_every_moment(tmp_path: Path) -> None:
    room = LogRoom(tmp_path, LIMIT)
    files = [RotatedFile(tmp_path / f"service{number}.log", room) for number in range(9)]
    pick = random.Random(7)
    for _ in range(2_000):
        pick.choices(files, weights=[30, 9, 5, 3, 1, 1, 1, 1, 1])[0].write(
            b"x" * pick.randrange(1, room.file_bytes)
        )
        assert together(tmp_path) <= LIMIT
    # It is used, and every service keeps what it said last.
    assert together(tmp_path) > LIMIT * 0.6
    assert {f"service{number}.log" for number in range(9)} <= {f.name for f in tmp_path.iterdir()}
    for file in files:
        file.close()


def test_the_oldest_goes_first_whosever_it_is(tmp_path: Path) -> None:
    for name, age in (("a.log.1", 10), ("a.log.2", 30), ("b.log.1", 20), ("b.log.2", 40)):
        aged(tmp_path, name, 6_000, age)
    LogRoom(tmp_path, LIMIT).make()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.log.1", "a.log.2", "b.log.1"]


def test_a_lower_limit_holds_at_once_for_what_nobody_writes_to(tmp_path: Path) -> None:
    room = LogRoom(tmp_path, 10 * LIMIT)
    old = aged(tmp_path, "flower.log", 9_000, 5)
    live = RotatedFile(tmp_path / "worker.log", room)
    live.write(b"x" * 9_000)
    room.set_limit(LIMIT // 2)
    assert not old.exists()
    assert (tmp_path / "worker.log").exists()
    # The next line puts the file aside, which then fits or goes.
    live.write(b"y")
    assert together(tmp_path) <= LIMIT // 2
    assert (tmp_path / "worker.log").read_bytes() == b"y"
    live.close()


def test_what_is_no_log_of_ours_stays(tmp_path: Path) -> None:
    for name in ("notes.txt", "a.log.old", "export.log.1.zip"):
        aged(tmp_path, name, LIMIT, 99)
    outside = tmp_path.parent / "outside.log.1"
    outside.write_bytes(b"x" * LIMIT)
    (tmp_path / "link.log.1").symlink_to(outside)
    LogRoom(tmp_path, LIMIT).make()
    assert len(list(tmp_path.iterdir())) == 4
    assert outside.exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    LogRoom(tmp_path / "none", LIMIT).make()


def test_what_cannot_be_removed_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = aged(tmp_path, "a.log.2", LIMIT, 9)
    aged(tmp_path, "a.log.1", LIMIT, 1)
    real = Path.unlink

    def unlink(file: Path, missing_ok: bool = False) -> None:
        if file == stuck:
            raise PermissionError(13, "in use")
        real(file, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink)
    LogRoom(tmp_path, LIMIT).make()
    assert [file.name for file in tmp_path.iterdir()] == ["a.log.2"]
