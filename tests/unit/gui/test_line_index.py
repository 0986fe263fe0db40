"""`launcher.gui.logs.line_index`."""

from __future__ import annotations

from launcher.core.logs import Level
from launcher.gui.logs.line_filter import LineFilter
from launcher.gui.logs.line_index import LineIndex
from tests.unit.gui.fakes import FakeLogs


def logs(count: int = 10) -> FakeLogs:
    made = FakeLogs()
    for number in range(count):
        level = Level.ERROR if number % 5 == 4 else Level.INFO
        made.add("worker" if number % 2 else "django", f"line {number}", level)
    return made


def texts(index: LineIndex) -> list[str]:
    return [record.text for record in index.records(0, len(index))]


def test_without_a_filter_nothing_is_read_to_count_the_lines() -> None:
    source = logs(100_000)
    index = LineIndex(source)
    index.advance(500)
    assert len(index) == 100_000
    assert source.reads == 0
    assert [record.text for record in index.records(77_000, 2)] == ["line 77000", "line 77001"]


def test_a_filter_is_applied_in_steps_and_goes_on_with_new_lines() -> None:
    source = logs()
    index = LineIndex(source)
    index.set_filter(LineFilter(level=Level.ERROR))
    assert index.advance(6).more
    assert texts(index) == ["line 4"]
    assert not index.advance(6).more
    source.add("worker", "late", Level.ERROR)
    index.advance(6)
    assert texts(index) == ["line 4", "line 9", "late"]


def test_a_service_is_a_filter_too() -> None:
    index = LineIndex(logs(4))
    index.set_filter(LineFilter("worker"))
    index.advance(100)
    assert texts(index) == ["line 1", "line 3"]
    assert (index.position(1), index.row(3), index.row(2)) == (3, 1, 1)


def test_dropped_lines_are_counted_with_and_without_a_filter() -> None:
    source = logs()
    plain, errors = LineIndex(source), LineIndex(source)
    errors.set_filter(LineFilter(level=Level.ERROR))
    for index in (plain, errors):
        index.advance(100)
    source.drop(6)
    assert plain.advance(100).dropped == 6
    assert errors.advance(100).dropped == 1
    assert texts(plain)[0] == "line 6"
    assert texts(errors) == ["line 9"]
    assert plain.row(7) == 1


def test_lines_that_are_dropped_between_counting_and_painting_are_left_out() -> None:
    source = logs()
    index = LineIndex(source)
    index.set_filter(LineFilter("worker"))
    index.advance(100)
    source.drop(8)
    assert texts(index) == ["line 9"]


def test_a_search_goes_on_in_steps_and_ends() -> None:
    index = LineIndex(logs())
    index.advance(100)
    step = index.search(0, Level.ERROR, 3)
    assert (step.found, step.go_on) == (None, 3)
    assert index.search(3, Level.ERROR, 3).found == 4
    end = index.search(10, Level.ERROR, 3)
    assert (end.found, end.go_on) == (None, None)


def test_a_search_looks_only_at_what_is_shown() -> None:
    index = LineIndex(logs())
    index.set_filter(LineFilter("worker"))
    index.advance(100)
    assert index.search(0, Level.ERROR, 100).found == 9
