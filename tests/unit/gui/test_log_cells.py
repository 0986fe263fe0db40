"""`launcher.gui.logs.cells` and `launcher.gui.logs.line_window`: where letters and lines stand."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launcher.gui.logs.cells import breaks, letter_at, runs, starts
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.line_window import LineWindow
from tests.unit.gui.fakes import FakeLogs

TEXT = st.text(st.sampled_from("ab \t日🙂e\u0301\u200d\u0628é"), max_size=40)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", [0, 1, 2, 3]),
        ("日本", [0, 2, 4]),
        ("e\u0301x", [0, 1, 1, 2]),
        ("a\tb", [0, 1, 8, 9]),
        ("👨\u200d👩x", [0, 2, 2, 2, 3]),
    ],
)
def test_letters_take_as_many_cells_as_in_a_terminal(text: str, cells: list[int]) -> None:
    assert list(starts(text)) == cells


@settings(deadline=None)
@given(TEXT, st.integers(1, 12))
def test_a_wrapped_line_is_whole_and_no_part_is_too_wide(text: str, columns: int) -> None:
    cells = starts(text)
    parts = [*breaks(text, columns), len(text)]
    assert parts == sorted(parts)
    assert parts[0] == 0
    for begin, end in pairwise(parts):
        # A letter that is wider than the window has a part of its own.
        assert cells[end] - cells[begin] <= columns or end == begin + 1


@settings(deadline=None)
@given(TEXT)
def test_every_letter_is_drawn_once_in_its_place(text: str) -> None:
    pieces = list(runs(text, 0, len(text)))
    assert "".join(piece for _, piece in pieces) == text.replace("\t", "")
    for index, piece in pieces:
        assert text[index : index + len(piece)] == piece


@settings(deadline=None)
@given(TEXT, st.integers(0, 60))
def test_a_cell_leads_to_the_letter_in_it(text: str, cell: int) -> None:
    letter = letter_at(text, cell)
    assert starts(text)[letter] <= cell
    assert letter == len(text) or starts(text)[letter + 1] > cell


# -- the window --------------------------------------------------------------------------------


def window(texts: list[str], height: int, columns: int | None) -> LineWindow:
    logs = FakeLogs()
    for text in texts:
        logs.add("worker", text)
    index = LineIndex(logs)
    index.advance(1_000)
    made = LineWindow(index)
    made.height, made.columns = height, columns
    return made


def seen(one: LineWindow) -> list[str]:
    return [line.record.text[line.begin : line.end] for line in one.lines()][: one.height]


LINES = ["a" * 25, "b", "c" * 12, "", "d" * 95]


def test_the_end_shows_the_last_lines_also_of_a_line_that_is_larger_than_the_window() -> None:
    one = window(LINES, 4, 10)
    one.go_end()
    assert seen(one) == ["d" * 10, "d" * 10, "d" * 10, "d" * 5]


@pytest.mark.parametrize("columns", [None, 10])
def test_scrolling_line_by_line_sees_everything_once(columns: int | None) -> None:
    one = window(LINES, 3, columns)
    one.go_end()
    last = seen(one)
    one.go(0)
    down = seen(one)[:1]
    while one.top < one.end():
        one.scroll(1)
        down += seen(one)[:1]
    assert "".join(down + last[1:]) == "".join(LINES)
    while one.top > (0, 0):
        one.scroll(-1)
    assert seen(one)[0] == LINES[0][:columns]


@pytest.mark.parametrize("row", range(100))
def test_a_row_is_shown_by_moving_as_little_as_needed(row: int) -> None:
    one = window([f"line {number}" for number in range(100)], 10, None)
    one.go(50)
    one.show(row)
    assert f"line {row}" in seen(one)
    if 50 <= row < 60:
        assert one.top == (50, 0)


def test_a_window_is_never_beyond_the_end() -> None:
    one = window(["x"] * 5, 10, None)
    one.go(3)
    assert one.top == (0, 0)
    one.scroll(7)
    assert one.top == (0, 0)
