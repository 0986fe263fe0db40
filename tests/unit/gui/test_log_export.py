"""`launcher.gui.logs.export`."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.core.logs import Level
from launcher.gui.logs.export import ExportCancelledError, export
from launcher.gui.logs.line_filter import LineFilter
from tests.unit.gui.fakes import FakeLogs


@pytest.fixture
def logs() -> FakeLogs:
    made = FakeLogs()
    for number in range(5_000):
        level = Level.ERROR if number % 100 == 0 else Level.INFO
        made.add("worker" if number % 2 else "django", f"line {number}", level)
    return made


def test_all_lines_are_written_in_their_order(logs: FakeLogs, tmp_path: Path) -> None:
    shares: list[float] = []
    done = export(logs, LineFilter(), tmp_path / "a", lambda share: not shares.append(share))
    assert (done.lines, done.missed) == (5_000, 0)
    texts = [line.split(maxsplit=3)[3] for line in (tmp_path / "a").read_text().splitlines()]
    assert texts == [f"line {number}" for number in range(5_000)]
    assert shares == sorted(shares)
    assert all(0 <= share < 1 for share in shares)


def test_a_filter_leaves_the_others_out(logs: FakeLogs, tmp_path: Path) -> None:
    wanted = LineFilter("django", Level.ERROR, "/line [12]00$/")
    assert export(logs, wanted, tmp_path / "a", lambda _: True).lines == 2


def test_lines_that_left_the_memory_meanwhile_are_counted(logs: FakeLogs, tmp_path: Path) -> None:
    def go_on(share: float) -> bool:
        if share > 0 and len(logs.records) == 5_000:
            logs.drop(2_500)
        return True

    done = export(logs, LineFilter(), tmp_path / "a", go_on)
    assert (done.lines, done.missed) == (4_500, 500)


def test_a_cancelled_export_leaves_nothing_and_harms_nothing(
    logs: FakeLogs, tmp_path: Path
) -> None:
    (tmp_path / "a").write_text("before")
    with pytest.raises(ExportCancelledError):
        export(logs, LineFilter(), tmp_path / "a", lambda share: share < 0.5)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "before"
