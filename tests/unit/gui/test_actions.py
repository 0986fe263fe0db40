"""Actions: one table for keys and words, the palette, the sheet of shortcuts, the text's size."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from launcher.gui.actions.fuzzy import score
from launcher.gui.actions.palette import Palette
from launcher.gui.actions.shortcuts_sheet import ShortcutsSheet
from launcher.gui.actions.table import BY_NAME, TABLE, Place
from launcher.gui.theme import Theme
from launcher.gui.window import LOGS, MAIL, SERVICES, SETTINGS, TASKS, Window
from launcher.settings import write_template
from launcher.settings.file import SettingsFile
from tests.unit.gui.fakes import FakeSession, all_stopped

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def palette(window: Window) -> Iterator[Palette]:
    window.commands["palette"].call()
    made = window.findChildren(Palette)[-1]
    yield made
    made.close()


def words(palette: Palette) -> list[str]:
    return [action.words for action in palette.found]


# -- the table ---------------------------------------------------------------------------------


def test_no_name_and_no_keys_stand_twice_where_both_would_hold() -> None:
    assert len(BY_NAME) == len(TABLE)
    twice = [
        (one.name, other.name)
        for one, other in itertools.combinations(TABLE, 2)
        if one.place.meets(other.place) and _keys(one.keys) & _keys(other.keys)
    ]
    assert twice == []


def test_what_the_window_and_its_pages_bind_is_what_the_table_says(window: Window) -> None:
    for index in (SERVICES, LOGS, MAIL, TASKS, SETTINGS):
        window.show_page(index)
    bound = [_text(shortcut.key()) for shortcut in window.findChildren(QShortcut)]
    bound += [_text(keys) for page in window.open_pages.values() for keys in _of_actions(page)]
    told = [keys for entry in TABLE for keys in entry.keys]
    assert sorted(bound) == sorted(_text(QKeySequence(keys)) for keys in told)


def _of_actions(page: object) -> list[QKeySequence]:
    return [keys for action in page.actions() for keys in action.shortcuts()]  # type: ignore[attr-defined]


def _keys(keys: tuple[str, ...]) -> set[str]:
    return {_text(QKeySequence(one)) for one in keys}


def _text(keys: QKeySequence) -> str:
    return keys.toString(QKeySequence.SequenceFormat.PortableText)


# -- finding -----------------------------------------------------------------------------------


def test_beginnings_of_words_fit_better_than_letters_within_them() -> None:
    texts = ["Restart Worker", "Show the log of Worker", "Network", "Write a mail"]
    found = sorted(
        (text for text in texts if score("wor", text) is not None),
        key=lambda text: -(score("wor", text) or 0),
    )
    assert found == ["Restart Worker", "Show the log of Worker", "Network"]


def test_the_first_letters_of_several_words_are_enough() -> None:
    assert score("rw", "Restart Worker") is not None
    assert score("worker restart", "Restart Worker") is not None
    assert score("wr", "Restart Worker") is None
    assert score("xyz", "Restart Worker") is None


@pytest.mark.parametrize("query", ["", "   ", "İ", "ß", "(", "\\", "a" * 500, "\x00"])
def test_nothing_that_is_typed_breaks_it(query: str) -> None:
    for text in ("", "Restart Worker", "İstanbul straße"):
        score(query, text)


# -- the palette -------------------------------------------------------------------------------


def test_ctrl_k_opens_it_and_enter_does_what_is_chosen(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    palette = window.findChildren(Palette)[-1]
    assert palette.isVisible()
    qtbot.keyClicks(palette.line, "restart work")
    assert words(palette)[0] == "Restart Worker"
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert session.calls == [("restart", "worker")]
    qtbot.waitUntil(lambda: not window.findChildren(Palette))


def test_the_arrow_keys_choose_and_go_round(palette: Palette, qtbot: QtBot) -> None:
    qtbot.keyClick(palette.line, Qt.Key.Key_Up)
    assert palette.list.currentRow() == len(palette.found) - 1
    qtbot.keyClick(palette.line, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 0


def test_pages_services_and_what_the_shown_page_can_do_are_found(
    window: Window, qtbot: QtBot
) -> None:
    window.show_page(LOGS)
    window.commands["palette"].call()
    palette = window.findChildren(Palette)[-1]
    palette.line.setText("next error")
    assert words(palette)[0] == "Next error"
    palette.line.setText("settings")
    assert words(palette)[0] == "Go to Settings"
    palette.line.setText("log flower")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.page(LOGS)


def test_a_mail_of_the_outbox_is_found_by_its_subject(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.add("DELIVERED", "Invoice 2041")
    session.mail.add("DELIVERED", "Something else")
    window.show_page(MAIL)
    page = window.page(MAIL)
    qtbot.waitUntil(lambda: page.outbox.list.model.rowCount() == 2)
    window.show_page(SERVICES)
    window.commands["palette"].call()
    palette = window.findChildren(Palette)[-1]
    palette.line.setText("invo")
    assert words(palette)[0].startswith("Mail: Invoice 2041")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is page


def test_what_cannot_be_done_now_is_not_offered(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    session.now_stand(all_stopped())
    window.commands["palette"].call()
    found = words(window.findChildren(Palette)[-1])
    assert "Start all services" in found
    assert "Stop all services" not in found
    assert "Restart Worker" not in found


def test_nothing_found_is_said(palette: Palette, qtbot: QtBot) -> None:
    palette.line.setText("qqqq")
    assert palette.none.isVisibleTo(palette)
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert palette.isVisible()


# -- shortcuts and text ------------------------------------------------------------------------


def test_f1_shows_every_shortcut_in_words(window: Window, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_F1)
    sheet = window.findChildren(ShortcutsSheet)[-1]
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {entry.words for entry in TABLE if entry.keys} <= shown
    assert {place.value for place in Place if place is not Place.ELSEWHERE} <= shown
    sheet.reject()


def test_the_text_grows_by_keys_and_the_choice_is_kept(
    session: FakeSession, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    write_template(tmp_path / "settings.toml")
    session.settings.file = SettingsFile(tmp_path / "settings.toml")
    window = Window(session)
    qtbot.addWidget(window, before_close_func=lambda one: one._finish())
    window.settings_changed.connect(lambda: theme.follow(session.settings.now))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    before = QApplication.font().pointSizeF()
    try:
        for _ in range(2):
            qtbot.keyClick(window, Qt.Key.Key_Equal, CTRL)
        qtbot.waitUntil(lambda: session.settings.now.text_size == 125)
        qtbot.waitUntil(lambda: QApplication.font().pointSizeF() == before * 1.25)
        qtbot.keyClick(window, Qt.Key.Key_0, CTRL)
        qtbot.waitUntil(lambda: QApplication.font().pointSizeF() == before)
    finally:
        theme.set_text_size(100)
        window.background.close()


def test_on_logs_the_same_keys_are_for_the_lines(window: Window, session: FakeSession) -> None:
    window.show_page(LOGS)
    shortcuts = [s for s in window.findChildren(QShortcut) if _text(s.key()) == "Ctrl++"]
    assert [one.isEnabled() for one in shortcuts] == [False]
    window.show_page(SERVICES)
    assert [one.isEnabled() for one in shortcuts] == [True]
