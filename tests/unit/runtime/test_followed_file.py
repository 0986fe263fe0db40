"""The log file of a service is read as it grows, in whole lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.runtime import followed_file
from launcher.runtime.followed_file import FollowedFile


def test_what_was_there_before_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    path.write_bytes(b"of an earlier run\n")
    log = FollowedFile(path)
    assert log.read() == b""
    with path.open("ab") as file:
        file.write(b"one\ntwo\nhal")
    assert log.read() == b"one\ntwo\n"
    assert log.read() == b""
    with path.open("ab") as file:
        file.write(b"f\n")
    assert log.read() == b"half\n"


def test_a_file_may_come_later_and_go(tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    log = FollowedFile(path)
    assert log.read() == b""
    path.write_bytes(b"first\n")
    assert log.read() == b"first\n"
    path.unlink()
    assert log.read() == b""
    path.write_bytes(b"anew\n")
    assert log.read() == b"anew\n"


def test_a_file_that_was_begun_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "node.log"
    path.write_bytes(b"much that was written before\n")
    log = FollowedFile(path)
    path.write_bytes(b"anew\n")
    assert log.read() == b"anew\n"


def test_a_line_longer_than_a_look_comes_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followed_file, "_MOST", 4)
    path = tmp_path / "node.log"
    log = FollowedFile(path)
    path.write_bytes(b"abcdefg\nhi\n")
    assert [log.read() for _ in range(4)] == [b"abcd", b"efg\n", b"hi\n", b""]
