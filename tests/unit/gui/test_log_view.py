"""`launcher.gui.logs.log_view` and its page."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from launcher.core.logs import Level
from launcher.gui.logs.line_index import LineIndex
from launcher.gui.logs.line_painter import clock
from launcher.gui.logs.log_view import LogView
from launcher.gui.logs.page import LogsPage
from launcher.gui.window import LOGS, Window
from tests.unit.gui.fakes import FakeLogs, FakeSession


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


def test_lines_are_selected_by_mouse_and_copied(view: LogView, qtbot: QtBot) -> None:
    view.verticalScrollBar().setValue(0)
    port = view.viewport()
    line = view._line.height
    qtbot.mouseClick(port, Qt.MouseButton.LeftButton, pos=QPoint(200, 4 + line // 2))
    qtbot.mouseClick(
        port,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ShiftModifier,
        QPoint(200, 4 + 2 * line + line // 2),
    )
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert [line.partition("Worker ")[2] for line in copied] == ["line 0", "line 1", "line 2"]
    assert copied[0].startswith(clock(1.7e9))


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


# -- the page ----------------------------------------------------------------------------------


@pytest.fixture
def page(qtbot: QtBot, window: Window, session: FakeSession) -> LogsPage:
    for number in range(300):
        level = Level.ERROR if number in (20, 200) else Level.INFO
        session.logs.add("worker" if number % 2 == 0 else "django", f"line {number}", level)
    window.show_page(LOGS)
    found = window.page(LOGS)
    assert isinstance(found, LogsPage)
    return found


def test_the_page_counts_lines_and_errors(page: LogsPage) -> None:
    assert page.header.summary.text() == "all services · 300 lines · 2 errors"


def test_new_lines_come_in_batches_without_a_signal_each(
    page: LogsPage, session: FakeSession, qtbot: QtBot
) -> None:
    for number in range(5_000):
        session.logs.add("worker", f"more {number}")
    qtbot.waitUntil(lambda: page.header.summary.text().startswith("all services · 5,300"))


def test_a_text_filter_counts_its_matches_and_a_broken_one_is_marked(page: LogsPage) -> None:
    page.text.setText("/line 1\\d$/")
    assert page.matches.text() == "10 matches"
    page.text.setText("/line (/")
    assert page.text.property("refused")
    assert "Not a regular expression" in page.text.toolTip()
    assert page.matches.text() == "10 matches"
    page.text.clear()
    assert not page.text.property("refused")
    assert page.matches.text() == ""


def test_the_next_error_is_found_and_the_search_begins_again_at_the_end(
    page: LogsPage, qtbot: QtBot
) -> None:
    page.view.reveal(0)
    for expected in ("line 20", "line 200", "line 20"):
        qtbot.mouseClick(page.next_error, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda expected=expected: copied(page.view).endswith(expected))


def test_no_error_is_said(page: LogsPage, qtbot: QtBot) -> None:
    page.text.setText("/line 1\\d$/")
    with qtbot.waitSignal(page.notice_raised):
        qtbot.keyClick(page, Qt.Key.Key_F8)


def test_a_service_and_a_level_are_chosen_by_another_page(page: LogsPage) -> None:
    page.show_service("worker", Level.ERROR)
    assert page.matches.text() == "2 matches"
    assert page.level.text() == "Errors"
    assert page.header.summary.text() == "Worker · 300 lines · 2 errors"


def test_pause_and_follow_are_one_button(page: LogsPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.follow, Qt.MouseButton.LeftButton)
    assert not page.view.follow
    assert page.follow.text() == "Follow"
    qtbot.mouseClick(page.follow, Qt.MouseButton.LeftButton)
    assert page.view.follow


def test_a_page_that_is_not_seen_reads_nothing(
    page: LogsPage, window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    window.show_page(0)
    session.logs.reads = 0
    page.text.setText("line")
    session.logs.reads = 0
    session.logs.add("worker", "line")
    assert not page._timer.isActive()
    assert session.logs.reads == 0


def test_the_filter_field_is_one_key_away(page: LogsPage, window: Window, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(page.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    focused: QWidget | None = window.focusWidget()
    assert focused is page.text
