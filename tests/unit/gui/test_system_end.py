"""The system signs out or shuts down: everything is stopped in order first, within its limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.gui import opened as opened_module
from launcher.gui import system_end
from launcher.gui.opened import Opened
from launcher.gui.system_end import SystemEnd
from launcher.gui.theme import Theme
from launcher.gui.window import Window
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


def test_the_next_session_says_what_was_on_its_way(
    qapp: QApplication, theme: Theme, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened_module, "SYSTEM_LIMIT_S", 0.05)
    (tmp_path / "data").mkdir()
    with one_after_the_other(qapp, theme, tmp_path) as first:
        qapp.commitDataRequest.emit(None)
        assert first.calls == [("quit",), ("force_quit",)]
    with one_after_the_other(qapp, theme, tmp_path) as second:
        for state in ("QUEUED", "RETRYING", "SCHEDULED", "DELIVERED"):
            second.mail.add(state, state)
        window = shown_window(qapp)
        qtbot.waitUntil(lambda: hasattr(window, "notice") and window.notice.isVisible())
        said = window.notice.words.text()
        assert "The system ended the last session" in said
        assert "Worker" in said
        assert "had to be ended" in said
        assert said.endswith("2 mails were on the way and go on now.")
    with one_after_the_other(qapp, theme, tmp_path):
        window = shown_window(qapp)
        qtbot.waitUntil(lambda: hasattr(window, "notice"))
        qtbot.wait(100)
        assert not window.notice.isVisible(), "it is said once"


def shown_window(qapp: QApplication) -> Window:
    """The one that is there now: those of earlier tests may wait to be destroyed."""
    windows = (one for one in qapp.topLevelWidgets() if isinstance(one, Window))
    return next(one for one in windows if one.isVisible())


@contextmanager
def one_after_the_other(qapp: QApplication, theme: Theme, home: Path) -> Iterator[FakeSession]:
    """A session on a home that is there, in its window."""
    session = FakeSession()
    session.home = str(home)
    made = Opened(qapp, theme, session)
    made.window.show()
    yield session
    made.window._finish()
    made.close()
    made.window.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize(
    ("hard", "mails", "words"),
    [
        ((), 0, "Everything had been stopped in order. No mail was on its way."),
        ((), 1, "1 mail was on the way and goes on now."),
        (("Worker", "Beat"), None, "Worker and Beat had to be ended: there was no more time."),
    ],
)
def test_the_words_say_how_it_ended_and_what_was_pending(
    hard: tuple[str, ...], mails: int | None, words: str
) -> None:
    assert system_end.told(SystemEnd(1.7e9, hard), mails).endswith(words)


@pytest.mark.parametrize("text", ["", "null", "[]", '{"at": "noon", "ended_hard": []}'])
def test_a_note_that_makes_no_sense_is_none(text: str, tmp_path: Path) -> None:
    note = tmp_path / "system-end.json"
    note.write_text(text)
    assert system_end.take(note) is None
