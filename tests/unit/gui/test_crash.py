"""An error that nobody expected: shown with its trace, logged, and the window built anew."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.gui.crash_page import CrashPage
from launcher.gui.opened import Opened
from launcher.gui.theme import Theme
from launcher.gui.unexpected import KEPT
from launcher.gui.window import SERVICES
from tests.unit.gui.fakes import FakeSession, failing


@pytest.fixture
def opened(
    qapp: QApplication, theme: Theme, session: FakeSession, qtbot: QtBot
) -> Iterator[Opened]:
    made = Opened(qapp, theme, session)
    made.window.show()
    qtbot.waitUntil(lambda: made.window.stack.count() == 1)
    yield made
    made.window._finish()
    made.close()
    made.window.deleteLater()


def crash_page(opened: Opened, qtbot: QtBot) -> CrashPage:
    qtbot.waitUntil(lambda: any(p.isVisible() for p in opened.window.findChildren(CrashPage)))
    return opened.window.findChildren(CrashPage)[0]


def break_start_all(opened: Opened) -> None:
    def slot() -> None:
        raise LookupError("no such carrot")

    opened.window.page(SERVICES).stop_all.clicked.connect(slot)


def test_an_error_in_a_slot_is_shown_with_its_trace_and_logged(
    opened: Opened, session: FakeSession, qtbot: QtBot
) -> None:
    break_start_all(opened)
    qtbot.mouseClick(opened.window.page(SERVICES).stop_all, Qt.MouseButton.LeftButton)
    page = crash_page(opened, qtbot)
    assert "LookupError: no such carrot" in page.trace.toPlainText()
    assert "test_crash.py" in page.trace.toPlainText()
    assert [one.splitlines()[-1] for one in session.noted] == ["LookupError: no such carrot"]
    assert session.calls == [("stop_all",)]
    assert page.restart.hasFocus()
    page.copy.click()
    assert "no such carrot" in QGuiApplication.clipboard().text()


def test_the_window_is_built_anew_and_the_services_go_on(
    opened: Opened, session: FakeSession, qtbot: QtBot
) -> None:
    break_start_all(opened)
    opened.window.page(SERVICES).stop_all.click()
    before = opened.window
    session.calls.clear()
    crash_page(opened, qtbot).restart.click()
    qtbot.waitUntil(lambda: opened.window is not before)
    assert opened.window.isVisible()
    assert opened.window.findChildren(CrashPage) == []
    assert session.calls == []
    session.now_stand(failing())
    qtbot.waitUntil(lambda: opened.window.navigation.buttons[SERVICES]._badge == 1)
    session.notice[0]("said to the window that is gone")
    session.notice[1]("said to the new one")
    qtbot.waitUntil(lambda: opened.window.notice.words.text() == "said to the new one")


def test_going_on_leaves_the_window_as_it_is(opened: Opened, qtbot: QtBot) -> None:
    break_start_all(opened)
    opened.window.page(SERVICES).stop_all.click()
    page = crash_page(opened, qtbot)
    page.go_on.click()
    assert not page.isVisible()
    opened.window.resize(900, 600)
    opened.window.page(SERVICES).stop_all.click()
    assert opened.window.isEnabled()


def test_an_error_of_another_thread_is_shown_as_well(
    opened: Opened, session: FakeSession, qtbot: QtBot
) -> None:
    def work() -> None:
        raise OSError(28, "No space left on device")

    thread = threading.Thread(target=work, name="carrots")
    thread.start()
    thread.join()
    page = crash_page(opened, qtbot)
    assert "In the thread carrots:" in page.trace.toPlainText()
    assert "No space left" in session.noted[0]


def test_an_error_met_again_and_again_is_logged_a_few_times(
    opened: Opened, session: FakeSession, qtbot: QtBot
) -> None:
    break_start_all(opened)
    button = opened.window.page(SERVICES).stop_all
    for _ in range(120):
        button.clicked.emit()
    page = crash_page(opened, qtbot)
    qtbot.waitUntil(lambda: page.status.text() == "met 100 times")
    assert len(session.noted) == 3
    assert page.trace.toPlainText().count("LookupError") == 2  # where it was raised, and its name


def test_ever_other_errors_come_to_an_end(
    opened: Opened, session: FakeSession, qtbot: QtBot
) -> None:
    def raise_other(number: int) -> None:
        raise LookupError(str(number))

    for number in range(KEPT + 30):
        thread = threading.Thread(target=raise_other, args=(number,), name="same")
        thread.start()
        thread.join()
    crash_page(opened, qtbot)
    assert len(session.noted) == KEPT


def test_a_window_too_small_for_it_shows_all_of_it(opened: Opened, qtbot: QtBot) -> None:
    break_start_all(opened)
    opened.window.resize(860, 560)
    opened.window.page(SERVICES).stop_all.click()
    page = crash_page(opened, qtbot)
    assert page.size() == opened.window.size()
    for button in (page.copy, page.go_on, page.restart):
        assert page.rect().contains(button.geometry().translated(page.trace.parentWidget().pos()))


def test_the_hooks_are_given_back(qapp: QApplication, theme: Theme, session: FakeSession) -> None:
    import sys

    before = sys.excepthook, threading.excepthook
    made = Opened(qapp, theme, session)
    assert sys.excepthook is not before[0]
    made.window._finish()
    made.close()
    assert (sys.excepthook, threading.excepthook) == before
