"""`launcher.gui.logs.page`."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from launcher.core.logs import Level
from launcher.gui.logs.line_filter import LineFilter
from launcher.gui.logs.log_view import LogView
from launcher.gui.logs.page import LogsPage
from launcher.gui.mail.page import MailPage
from launcher.gui.window import LOGS, MAIL, Window
from tests.unit.gui.fakes import FakeSession


def copied(view: LogView) -> str:
    view.copy()
    return QGuiApplication.clipboard().text()


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
    page.bar.text.setText("/line 1\\d$/")
    assert page.bar.matches.text() == "10 matches"
    page.bar.text.setText("/line (/")
    assert page.bar.text.property("refused")
    assert "Not a regular expression" in page.bar.text.toolTip()
    assert page.bar.matches.text() == "10 matches"
    page.bar.text.clear()
    assert not page.bar.text.property("refused")
    assert page.bar.matches.text() == ""


def test_the_next_error_is_found_and_the_search_begins_again_at_the_end(
    page: LogsPage, qtbot: QtBot
) -> None:
    page.view.reveal(0)
    for expected in ("line 20", "line 200", "line 20"):
        qtbot.mouseClick(page.bar.next_error, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda expected=expected: copied(page.view).endswith(expected))


def test_no_error_is_said(page: LogsPage, qtbot: QtBot) -> None:
    page.bar.text.setText("/line 1\\d$/")
    with qtbot.waitSignal(page.notice_raised):
        qtbot.keyClick(page, Qt.Key.Key_F8)


def test_a_service_and_a_level_are_chosen_by_another_page(page: LogsPage) -> None:
    page.show_service("worker", Level.ERROR)
    assert page.bar.matches.text() == "2 matches"
    assert page.bar.level.text() == "Errors"
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
    page.bar.text.setText("line")
    session.logs.reads = 0
    session.logs.add("worker", "line")
    assert not page._timer.isActive()
    assert session.logs.reads == 0


def test_the_filter_field_is_one_key_away(page: LogsPage, window: Window, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(page.view, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    focused: QWidget | None = window.focusWidget()
    assert focused is page.bar.text


def test_the_error_before_is_found_too(page: LogsPage, qtbot: QtBot) -> None:
    page.view.reveal(299)
    for expected in ("line 200", "line 20", "line 200"):
        qtbot.keyClick(page, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda expected=expected: copied(page.view).endswith(expected))


def test_matches_are_gone_through_in_both_directions(page: LogsPage, qtbot: QtBot) -> None:
    page.bar.text.setText("/line 1\\d$/")
    page.view.reveal(0)
    for keys, expected in (
        (Qt.KeyboardModifier.NoModifier, "line 10"),
        (Qt.KeyboardModifier.NoModifier, "line 11"),
        (Qt.KeyboardModifier.ShiftModifier, "line 10"),
        (Qt.KeyboardModifier.ShiftModifier, "line 19"),
    ):
        qtbot.keyClick(page.bar.text, Qt.Key.Key_Return, keys)
        assert copied(page.view).endswith(expected)


def test_matches_can_be_marked_among_all_lines(page: LogsPage, qtbot: QtBot) -> None:
    page.bar.text.setText("line 10")
    assert page.bar.matches.text() == "11 matches"
    qtbot.mouseClick(page.bar.only, Qt.MouseButton.LeftButton)
    assert page.bar.matches.text() == "11 matches"
    assert len(page.view.index) == 300
    page.view.reveal(0)
    qtbot.keyClick(page, Qt.Key.Key_F3)
    assert copied(page.view).endswith("line 10")
    qtbot.keyClick(page, Qt.Key.Key_F3)
    assert copied(page.view).endswith("line 100")


def test_a_broken_expression_is_told_in_words_below_the_field(page: LogsPage) -> None:
    page.bar.text.setText("/line (/")
    assert page.bar.wrong.isVisible()
    assert page.bar.wrong.text().startswith("Not a regular expression: missing closing parenthesis")
    page.bar.text.setText("/line ()/")
    assert not page.bar.wrong.isVisible()


def test_clearing_the_filter_keeps_the_line_in_its_place(page: LogsPage, qtbot: QtBot) -> None:
    page.bar.text.setText("line 150")
    page.view.reveal(150)
    qtbot.keyClick(page.bar.text, Qt.Key.Key_Escape)
    assert not page.bar.text.text()
    assert not page.view.follow
    assert copied(page.view).endswith("line 150")
    seen = [line.record.text for line in page.view.lines.lines()]
    assert {"line 149", "line 150", "line 151"} <= set(seen)


def test_what_stands_around_a_match_is_shown(page: LogsPage) -> None:
    page.bar.text.setText("line 150")
    page.view.reveal(150)
    page.menu.around_asked.emit()
    assert not page.bar.only.isChecked()
    seen = [line.record.text for line in page.view.lines.lines()]
    assert {"line 149", "line 150", "line 151"} <= set(seen)


def test_the_button_says_how_many_lines_wait(
    page: LogsPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.view.verticalScrollBar().setValue(3)
    assert page.follow.text() == "Follow"
    for number in range(1_234):
        session.logs.add("worker", f"more {number}")
    qtbot.waitUntil(lambda: page.follow.text() == "Follow (1,234 new)")
    qtbot.mouseClick(page.follow, Qt.MouseButton.LeftButton)
    assert page.follow.text() == "Pause"


def test_no_match_is_said_in_words(page: LogsPage) -> None:
    page.bar.text.setText("nothing like it")
    assert page.empty.isVisible()
    assert page.empty.heading.text() == "No line matches"


def test_a_mail_leads_to_its_lines_and_back(
    page: LogsPage, session: FakeSession, qtbot: QtBot
) -> None:
    for text in ("Task x[mail-12-1] received", "Mail 12 was late", "Task x[mail-121-1] received"):
        session.logs.add("worker", text)
    page.show_mail_lines(12)
    assert page.bar.matches.text() == "2 matches"
    assert page.mail.text() == "Mail 12"
    with qtbot.waitSignal(page.mail_asked) as asked:
        qtbot.mouseClick(page.mail, Qt.MouseButton.LeftButton)
    assert asked.args == [12]


def test_a_line_that_names_a_mail_offers_it(
    page: LogsPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.logs.add("worker", "Task x[mail-7-1] received")
    assert not page.mail.isVisible()
    page._pull()
    qtbot.keyClick(page.view, Qt.Key.Key_End)
    assert page.mail.isVisible()
    with qtbot.waitSignal(page.mail_asked) as asked:
        qtbot.keyClick(page.view, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == [7]
    qtbot.keyClick(page.view, Qt.Key.Key_Home)
    assert not page.mail.isVisible()


def test_the_menu_offers_what_fits_the_line(page: LogsPage) -> None:
    page.view.reveal(20)
    page.view.selection.choose_letters(20, 0, 4)
    page._open_menu(page.view.mapToGlobal(page.view.rect().center()))
    assert page.menu.look_for.text() == "Look for “line”"
    assert page.menu.one_service.text() == "Show Worker alone"
    assert not page.menu.around.isVisible()
    assert not page.menu.mail.isVisible()
    page.menu.one_service.trigger()
    assert page.bar.matches.text() == "150 matches"
    page.menu.close()


def test_wrap_and_size_have_keys(page: LogsPage, window: Window, qtbot: QtBot) -> None:
    size = page.view.font().pointSizeF()
    window.activateWindow()
    page.view.setFocus()
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(page.view, Qt.Key.Key_Plus, control)
    assert page.view.font().pointSizeF() > size
    qtbot.keyClick(page.view, Qt.Key.Key_0, control)
    assert page.view.font().pointSizeF() == size
    qtbot.keyClick(page.view, Qt.Key.Key_Z, alt)
    assert page.options.wrap.isChecked()


def test_lines_are_exported_with_words_about_it(
    page: LogsPage, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(page.notice_raised) as said:
        page.exporting.begin(LineFilter(text="line 10"), tmp_path / "a.log")
    assert said.args == [f"11 lines exported to {tmp_path / 'a.log'}."]
    lines = (tmp_path / "a.log").read_text().splitlines()
    assert lines[0].split()[2:] == ["worker", "line", "10"]
    assert not page.exporting.isVisible()


def test_an_export_that_cannot_be_written_says_why(
    page: LogsPage, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(page.notice_raised) as said:
        page.exporting.begin(LineFilter(), tmp_path / "none" / "a.log")
    assert "cannot be written (No such file or directory)" in said.args[0]


def test_the_outbox_leads_to_the_lines_of_a_mail_and_back(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    for subject in ("one", "two"):
        session.mail.add("DELIVERED", subject)
    session.logs.add("worker", "Task x[mail-1-1] received")
    window.show_page(MAIL)
    mail = window.page(MAIL)
    assert isinstance(mail, MailPage)
    mail.show_in_outbox(1)
    qtbot.waitUntil(lambda: mail.outbox.detail.mail_id == mail.outbox.list.current == 1)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(mail.outbox.list.view, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    logs = window.page(LOGS)
    assert isinstance(logs, LogsPage)
    assert logs.isVisible()
    assert logs.bar.matches.text() == "1 match"
    qtbot.mouseClick(logs.mail, Qt.MouseButton.LeftButton)
    assert mail.isVisible()
    qtbot.waitUntil(lambda: mail.outbox.detail.mail_id == 1)
