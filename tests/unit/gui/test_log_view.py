"""`launcher.gui.logs.log_view`."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from launcher.core.logs import Level, shown
from launcher.gui.logs.line_filter import LineFilter
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.line_painter import clock
from launcher.gui.logs.log_view import LogView
from tests.unit.gui.fakes import FakeLogs


@pytest.fixture
def logs() -> FakeLogs:
    made = FakeLogs()
    for number in range(1_000):
        made.add("worker", f"line {number}", Level.ERROR if number == 500 else Level.INFO)
    return made


@pytest.fixture
def index(logs: FakeLogs) -> LineIndex:
    return LineIndex(logs)


@pytest.fixture
def view(qtbot: QtBot, index: LineIndex) -> LogView:
    made = LogView(index)
    made.set_services({"worker": "Worker"})
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show()
    pull(made, index)
    return made


def pull(view: LogView, index: LineIndex) -> None:
    view.rows_changed(index.advance(10_000).dropped)


def first(view: LogView, index: LineIndex) -> str:
    return index.records(view.verticalScrollBar().value(), 1)[0].text


def test_following_shows_the_newest_line(view: LogView, logs: FakeLogs, index: LineIndex) -> None:
    logs.add("worker", "newest")
    pull(view, index)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 900


def test_scrolling_up_stops_following_and_back_to_the_end_begins_again(view: LogView) -> None:
    bar = view.verticalScrollBar()
    bar.setValue(10)
    assert not view.follow
    bar.setValue(bar.maximum())
    assert view.follow


def test_a_reader_keeps_the_line_while_lines_come_and_go(
    view: LogView, logs: FakeLogs, index: LineIndex
) -> None:
    view.verticalScrollBar().setValue(400)
    assert first(view, index) == "line 400"
    logs.drop(100)
    logs.add("worker", "newest")
    pull(view, index)
    assert first(view, index) == "line 400"


def test_painting_reads_no_more_lines_than_are_seen(view: LogView, logs: FakeLogs) -> None:
    logs.reads = 0
    view.grab()
    assert logs.reads == 1


def at(view: LogView, line: int, letter: int | None) -> QPoint:
    """The middle of a line of the screen, just before a letter, or beside the text."""
    x = 60 if letter is None else round(view._line.text_x + letter * view._line.letter)
    return QPoint(x, 4 + line * view._line.height + view._line.height // 2)


def click(qtbot: QtBot, view: LogView, line: int, letter: int | None, *, shift: bool) -> None:
    keys = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, at(view, line, letter))


def test_whole_lines_are_selected_beside_the_text(view: LogView, qtbot: QtBot) -> None:
    view.verticalScrollBar().setValue(0)
    click(qtbot, view, 0, None, shift=False)
    click(qtbot, view, 2, None, shift=True)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert [line.partition("Worker ")[2] for line in copied] == ["line 0", "line 1", "line 2"]
    assert copied[0].startswith(clock(1.7e9))


def test_letters_are_selected_in_the_text_and_across_lines(view: LogView, qtbot: QtBot) -> None:
    view.verticalScrollBar().setValue(0)
    click(qtbot, view, 0, 2, shift=False)
    click(qtbot, view, 0, 4, shift=True)
    assert copied(view) == "ne"
    click(qtbot, view, 2, 3, shift=True)
    first, second, third = copied(view).splitlines()
    assert first == "ne 0"
    assert second.endswith("Worker line 1")
    assert third.endswith("Worker lin")
    qtbot.keyClick(
        view,
        Qt.Key.Key_C,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert QGuiApplication.clipboard().text().splitlines() == ["ne 0", "line 1", "lin"]


def test_a_click_alone_stands_for_its_line(view: LogView, qtbot: QtBot) -> None:
    view.verticalScrollBar().setValue(0)
    click(qtbot, view, 1, 3, shift=False)
    assert copied(view).endswith("Worker line 1")


def test_a_double_click_selects_a_word(view: LogView, qtbot: QtBot) -> None:
    view.verticalScrollBar().setValue(10)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 0, 6))
    assert copied(view) == "10"
    assert view.selected_words == "10"


def test_letters_and_words_are_selected_by_keys(view: LogView, qtbot: QtBot) -> None:
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(view, Qt.Key.Key_Home)
    qtbot.keyClick(view, Qt.Key.Key_Right, shift | control)
    assert copied(view) == "line"
    qtbot.keyClick(view, Qt.Key.Key_Left, shift)
    assert copied(view) == "lin"


def copied(view: LogView) -> str:
    view.copy()
    return QGuiApplication.clipboard().text()


def test_keys_move_and_extend_the_selection(view: LogView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert copied(view).endswith("line 0")
    assert not view.follow
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(copied(view).splitlines()) == 2
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert copied(view).endswith("line 999")
    qtbot.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(copied(view).splitlines()) == 1_000


def test_a_copy_is_cut_and_says_so(
    view: LogView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.gui.logs.log_view.COPY_LIMIT", 10)
    view.select_all()
    with qtbot.waitSignal(view.copy_cut) as cut:
        view.copy()
    assert cut.args == [10]
    assert len(QGuiApplication.clipboard().text().splitlines()) == 10


def test_lines_that_came_while_the_view_stood_still_are_counted(
    view: LogView, logs: FakeLogs, index: LineIndex
) -> None:
    view.verticalScrollBar().setValue(10)
    assert view.waiting == 0
    for number in range(3):
        logs.add("worker", f"new {number}")
    pull(view, index)
    assert view.waiting == 3
    view.set_follow(True)
    assert view.waiting == 0


def test_a_line_is_shown_once_it_has_been_read(view: LogView, index: LineIndex) -> None:
    index.set_filter(LineFilter(text="line"))
    view.begin_anew(None)
    view.rows_changed(index.advance(100).dropped)
    view.reveal(700)
    assert view.on_its_way
    pull(view, index)
    assert not view.on_its_way
    assert "line 700" in [line.record.text for line in view.lines.lines()]
    assert view.waiting == 0


def test_a_long_line_is_wrapped_or_scrolled_across(
    view: LogView, logs: FakeLogs, index: LineIndex
) -> None:
    logs.add("worker", "x" * 5_000)
    pull(view, index)
    view.grab()
    assert view.horizontalScrollBar().maximum() > 0
    view.set_wrap(True)
    assert view.horizontalScrollBar().maximum() == 0
    shown = view.lines.lines()
    assert {line.record.text[:1] for line in shown} == {"x"}
    assert shown[-1].end == 5_000
    view.grab()


def test_the_text_grows_shrinks_and_returns(view: LogView, qtbot: QtBot) -> None:
    before = view.font().pointSizeF()
    view.zoom(2)
    assert view.font().pointSizeF() > before
    assert view.lines.lines()[-1].record.text == "line 999"
    for _ in range(40):
        view.zoom(-1)
    assert 0 < view.font().pointSizeF() < before
    view.zoom(None)
    assert view.font().pointSizeF() == before


def test_a_screen_reader_is_told_the_line(view: LogView, qtbot: QtBot) -> None:
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.accessibleDescription().startswith("line 1,000 of 1,000: ")
    assert view.accessibleDescription().endswith("Worker line 999")


def test_what_is_selected_stays_when_other_lines_are_shown(
    view: LogView, index: LineIndex, qtbot: QtBot
) -> None:
    view.reveal(500)
    index.set_filter(LineFilter(level=Level.ERROR))
    view.begin_anew(500)
    pull(view, index)
    assert copied(view).endswith("line 500")
    index.set_filter(LineFilter())
    view.begin_anew(500)
    pull(view, index)
    assert "line 500" in [line.record.text for line in view.lines.lines()]
    assert not view.follow


@pytest.mark.parametrize("wrap", [False, True])
def test_a_page_of_hostile_lines_is_painted(
    view: LogView, logs: FakeLogs, index: LineIndex, *, wrap: bool
) -> None:
    for raw in HOSTILE:
        logs.add("worker", shown(raw))
    view.highlight(LineFilter(text="e"))
    view.set_wrap(wrap)
    pull(view, index)
    view.select_all()
    view.grab()
    view.copy(columns=False)
    assert QGuiApplication.clipboard().text().splitlines()[-1] == shown(HOSTILE[-1])


HOSTILE = (
    b"\x1b]52;c;ZXZpbA==\x07 and \x1b]0;title\x07",
    "\u202eevil\u202c \u0628\u0633\u0645 \u05e9\u05dc\u05d5\u05dd".encode(),
    "e\u0301\u0327 \U0001f468\u200d\U0001f469\u200d\U0001f467 \u65e5\u672c\u8a9e".encode() * 300,
    b"\x00\xff\xfe" * 4_000,
    b"\t" * 500,
    b"",
    b"the end",
)
