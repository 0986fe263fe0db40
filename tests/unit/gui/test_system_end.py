"""The system signs out or shuts down: everything is stopped in order first, within its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.gui import opened as opened_module
from launcher.gui.opened import Opened
from launcher.gui.theme import Theme
from tests.unit.gui.fakes import FakeSession


@pytest.fixture
def opened(qapp: QApplication, theme: Theme, session: FakeSession) -> Iterator[Opened]:
    made = Opened(qapp, theme, session)
    made.window.show()
    yield made
    made.window._finish()
    made.close()
    made.window.deleteLater()


def test_all_is_stopped_before_the_system_goes_on(
    opened: Opened,
    qapp: QApplication,
    session: FakeSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def quit_at_once(done: Callable[[], None]) -> None:
        session.calls.append(("quit",))
        done()

    monkeypatch.setattr(session, "quit", quit_at_once)
    with qtbot.waitSignal(opened.window.finished):
        qapp.commitDataRequest.emit(None)
        assert session.calls == [("quit",)]


def test_what_does_not_stop_in_time_is_ended(
    opened: Opened, qapp: QApplication, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened_module, "SYSTEM_LIMIT_S", 0.05)
    qapp.commitDataRequest.emit(None)
    assert session.calls == [("quit",), ("force_quit",)]
