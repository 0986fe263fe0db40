"""The file of the progress: read whatever it holds, written whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.core.lessons_progress import Progress
from launcher.learn.progress_file import NAME, load, save

DONE = Progress(frozenset({"why"}), "broker")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path


def test_progress_is_kept_in_the_homes_data(home: Path) -> None:
    save(home, DONE)
    assert load(home) == DONE
    assert [each.name for each in (home / "data").iterdir()] == [NAME]


def test_a_home_without_progress_has_none(home: Path) -> None:
    assert load(home) == Progress()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"{}" + b" " * 1_000_000, b""])
def test_a_file_that_makes_no_sense_counts_as_none(home: Path, content: bytes) -> None:
    (home / "data" / NAME).write_bytes(content)
    assert load(home) == Progress()


def test_a_home_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="data"):
        save(tmp_path, DONE)
