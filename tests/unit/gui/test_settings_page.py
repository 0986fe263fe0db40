"""The Settings page over a real file: what is typed, saved, refused, and changed from outside."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from launcher.core.disk import Part
from launcher.gui.settings.broker_url import masked, unmasked
from launcher.gui.settings.page import SettingsPage
from launcher.gui.settings.switch import Switch
from launcher.gui.settings.value_edit import BrokerEdit, ChoiceEdit, LineEdit, SwitchEdit
from launcher.gui.theme import Theme
from launcher.gui.window import SETTINGS, Window
from launcher.live_settings import Waiting
from launcher.settings import Settings, write_template
from launcher.settings.file import SettingsFile
from launcher.settings.table import GROUPS
from tests.unit.gui.fakes import FakeSession


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_template(tmp_path / "settings.toml")
    return tmp_path


@pytest.fixture
def session(home: Path) -> FakeSession:
    made = FakeSession()
    made.home = str(home)
    made.settings.file = SettingsFile(home / "settings.toml")
    return made


@pytest.fixture
def page(window: Window) -> SettingsPage:
    window.show_page(SETTINGS)
    found = window.page(SETTINGS)
    assert isinstance(found, SettingsPage)
    return found


def line(page: SettingsPage, key: str) -> QLineEdit:
    edit = page.rows[key].edit
    assert isinstance(edit, LineEdit)
    return edit.line


def type_in(qtbot: QtBot, field: QLineEdit, text: str) -> None:
    field.window().activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, text)


def test_each_setting_has_a_row_with_its_name(page: SettingsPage) -> None:
    assert list(page.rows) == [entry.key for group in GROUPS for entry in group.entries]
    for row in page.rows.values():
        assert row.edit.control.accessibleName().startswith(row.entry.title)


def test_a_number_is_saved_with_enter_and_goes_back_to_its_default(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    row = page.rows["concurrency"]
    assert not row.reset.isVisible()
    type_in(qtbot, line(page, "concurrency"), "8")
    qtbot.keyClick(line(page, "concurrency"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.settings.now.concurrency == 8)
    qtbot.waitUntil(row.reset.isVisible)
    row.reset.click()
    qtbot.waitUntil(lambda: line(page, "concurrency").text() == "50")
    assert session.settings.now == Settings()


def test_a_wrong_value_is_said_while_it_is_typed_and_never_saved(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    before = session.settings.file.path.read_text()
    field = line(page, "ports.django")
    type_in(qtbot, field, "99999")
    assert page.rows["ports.django"].error.text() == "Use a whole number from 1 to 65535."
    assert field.accessibleDescription() == "Use a whole number from 1 to 65535."
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert session.settings.file.path.read_text() == before
    type_in(qtbot, field, "8010")
    assert not page.rows["ports.django"].error.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: session.settings.now.ports == {"django": 8010})


def test_a_port_that_is_emptied_is_free_again(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.file.put(("ports", "django"), 8010)
    field = line(page, "ports.django")
    qtbot.waitUntil(lambda: field.text() == "8010")
    field.setFocus()
    field.clear()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.settings.now.ports == {})
    assert "8000" in field.placeholderText()


def test_the_last_of_fifty_quick_clicks_holds(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    edit = page.rows["start_services"].edit
    assert isinstance(edit, SwitchEdit)
    for _ in range(51):
        edit.switch.click()
    qtbot.waitUntil(lambda: not page.saver.busy_with("start_services"))
    assert not session.settings.now.start_services
    assert not edit.switch.isChecked()


def test_colours_and_text_size_hold_at_once(
    window: Window, page: SettingsPage, session: FakeSession, qtbot: QtBot, theme: Theme
) -> None:
    window.settings_changed.connect(lambda: theme.follow(session.settings.now))
    before = QApplication.font().pointSizeF()
    title = page.header.title.font().pointSizeF()
    try:
        edit = page.rows["text_size"].edit
        assert isinstance(edit, ChoiceEdit)
        edit._choose("125")
        qtbot.waitUntil(lambda: QApplication.font().pointSizeF() == before * 1.25)
        assert page.header.title.font().pointSizeF() == pytest.approx(title * 1.25)
        qtbot.waitUntil(lambda: page.header.height() >= page.header.title.fontMetrics().height())
        fields = line(page, "concurrency")
        assert fields.font().pointSizeF() == before * 1.25
        theme.choose("dark")
        assert page.header.title.font().pointSizeF() == pytest.approx(title * 1.25)
        assert fields.font().pointSizeF() == before * 1.25
    finally:
        theme.set_text_size(100)
    assert page.header.title.font().pointSizeF() == pytest.approx(title)


def test_a_change_of_the_file_from_outside_is_taken_live(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    path = session.settings.file.path
    path.write_text("concurrency = 9\n")
    qtbot.waitUntil(lambda: line(page, "concurrency").text() == "9")
    # Many editors put a new file in the place of the old one.
    other = path.with_name("settings.toml.new")
    other.write_text("concurrency = 10\n")
    other.replace(path)
    qtbot.waitUntil(lambda: line(page, "concurrency").text() == "10")
    path.write_text("concurrency = 11\n")
    qtbot.waitUntil(lambda: line(page, "concurrency").text() == "11")


def test_a_file_that_is_written_without_end_is_read_all_the_same(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    path = session.settings.file.path
    writing = QTimer()
    writing.timeout.connect(lambda: path.write_text("concurrency = 9\n"))
    writing.start(40)
    qtbot.waitUntil(lambda: line(page, "concurrency").text() == "9")
    writing.stop()


def test_what_is_being_typed_survives_a_change_from_outside(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    field = line(page, "concurrency")
    type_in(qtbot, field, "1")
    session.settings.file.put(("pool",), "solo")
    edit = page.rows["pool"].edit
    assert isinstance(edit, ChoiceEdit)
    qtbot.waitUntil(lambda: edit.menu.value == "solo")
    assert field.text() == "1"


def test_wrong_lines_are_named_at_the_top_and_at_their_rows_and_stay(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    text = 'pool = "eventlett"\nconcurrency = 5000 # many\n'
    session.settings.file.path.write_text(text)
    qtbot.waitUntil(page.notices.wrong.isVisible)
    said = page.notices.wrong.accessibleName()
    assert "2 lines of settings.toml cannot be used." in said
    assert "Line 1, pool: use one of eventlet, threads" in said
    assert "whole number from 1 to 1000" in page.rows["concurrency"].error.text()
    assert session.settings.file.path.read_text() == text
    type_in(qtbot, line(page, "concurrency"), "5")
    qtbot.keyClick(line(page, "concurrency"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.settings.now.concurrency == 5)
    assert session.settings.file.path.read_text() == 'pool = "eventlett"\nconcurrency = 5 # many\n'


def test_nothing_can_be_changed_while_the_file_is_no_toml(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.file.path.write_text('pool = "sol')
    qtbot.waitUntil(page.notices.wrong.isVisible)
    assert not page.rows["pool"].isEnabled()
    session.settings.file.path.write_text('pool = "solo"')
    qtbot.waitUntil(page.rows["pool"].isEnabled)
    assert not page.notices.wrong.isVisible()


def test_a_file_that_cannot_be_written_is_said_and_the_old_value_shown(
    page: SettingsPage, session: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("launcher.settings.editing._replace", full)
    type_in(qtbot, line(page, "concurrency"), "8")
    with qtbot.waitSignal(page.notice_raised) as said:
        qtbot.keyClick(line(page, "concurrency"), Qt.Key.Key_Return)
    assert "No space left" in str(said.args)
    assert session.settings.now.concurrency == 50


def test_services_that_wait_for_a_restart_are_restarted_by_one_button(
    page: SettingsPage, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    session.settings.waits = Waiting(("worker", "beat"))
    page.show_statuses(session.statuses())
    assert page.notices.apply.text() == "Restart Worker and Beat"
    page.notices.apply.click()
    assert ("apply",) in session.calls
    assert not page.notices.services.isVisible()


def test_the_program_is_restarted_where_the_broker_changes(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.waits = Waiting(program=True)
    page.show_statuses(session.statuses())
    assert page.notices.program.isVisible()
    with qtbot.waitSignal(page.restart_asked):
        page.notices.again.click()


def test_a_broker_elsewhere_is_shown_without_its_password_and_keeps_it(
    page: SettingsPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.file.put(("broker",), "amqp://me:canary@host:5672/v")
    edit = page.rows["broker"].edit
    assert isinstance(edit, BrokerEdit)
    qtbot.waitUntil(edit.line.isVisible)
    assert edit.line.text() == "amqp://me:****@host:5672/v"
    type_in(qtbot, edit.line, "amqp://me:****@other:5673/v")
    qtbot.keyClick(edit.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: session.settings.now.broker == "amqp://me:canary@other:5673/v")
    edit._choose("embedded")
    qtbot.waitUntil(lambda: session.settings.now.broker == "embedded")
    qtbot.waitUntil(edit.line.isHidden)


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("amqp://me:secret@h:1/v", "amqp://me:****@h:1/v"),
        ("amqps://h/v", "amqps://h/v"),
        ("amqp://me@h", "amqp://me@h"),
        ("amqp://me:@h", "amqp://me:@h"),
        ("embedded", "embedded"),
    ],
)
def test_a_password_is_masked_and_put_back(url: str, seen: str) -> None:
    assert masked(url) == seen
    assert unmasked(seen, url) == url
    assert unmasked("amqp://me:new@h", url) == "amqp://me:new@h"


def test_what_the_home_holds_is_shown(page: SettingsPage, home: Path, qtbot: QtBot) -> None:
    (home / "logs").mkdir()
    (home / "logs" / "worker.log").write_bytes(b"x" * 3_400)
    page.measure()
    qtbot.waitUntil(lambda: page.storage.figures[Part.LOGS].text() == "3.4 kB")
    assert page.storage.figures[Part.BROKER].text() == "0 bytes"


def test_every_control_can_be_reached_with_tab_in_the_order_in_which_they_stand(
    page: SettingsPage, window: Window, qtbot: QtBot
) -> None:
    window.activateWindow()
    page.open_file.setFocus()
    seen: list[QWidget] = []
    focused: QWidget | None = page.open_file
    while focused is not None and focused not in seen and len(seen) < 200:
        seen.append(focused)
        page.focusNextChild()
        focused = window.focusWidget()
    wanted = [row.edit.control for row in page.rows.values() if row.edit.isEnabled()]
    assert [one for one in seen if one in wanted] == wanted
    assert {page.mail_servers, page.storage.start_over, page.storage.folder} <= set(seen)


def test_every_control_has_a_name(page: SettingsPage) -> None:
    for kind in (QAbstractButton, QLineEdit, Switch):
        for control in page.findChildren(kind):
            if type(control).__name__ != "QToolButton":
                assert control.accessibleName(), control
