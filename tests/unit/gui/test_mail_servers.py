"""Mail servers in the window: added, tested, used, and a password that is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from launcher.core.state import Problem
from launcher.gui.background import Background
from launcher.gui.degraded_strip import DegradedStrip
from launcher.gui.services.service_row import ServiceRow
from launcher.gui.smtp.password_sheet import PasswordSheet
from launcher.gui.smtp.routing_form import INBOX
from launcher.gui.smtp.servers_sheet import MailServersSheet
from launcher.gui.window import MAIL, Window
from launcher.mail_servers import MailServers
from launcher.runtime.passwords import Passwords
from launcher.runtime.probes.alarms import alarm_problem
from launcher.smtp.choice import MailChoice
from launcher.smtp.presets import presets
from launcher.smtp.profile import Security, SmtpProfile
from tests.helpers.smtp.server import ScriptedServer
from tests.unit.gui.fakes import NOW, SPECS, FakeSession, all_ready
from tests.unit.runtime.test_passwords import Store

CANARY = "canary-password"
WORK = SmtpProfile("work", "mail.example.org", 587, user="me@example.org")


class House:
    def __init__(self, folder: Path, qtbot: QtBot) -> None:
        self.store = Store()
        self.servers = MailServers(folder / "settings.toml", Passwords(self.store))
        self.parent = QWidget()
        qtbot.addWidget(self.parent)
        self.background = Background(self.parent)
        self.qtbot = qtbot

    def open(self) -> MailServersSheet:
        sheet = MailServersSheet(self.servers, self.background, self.parent)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        self.qtbot.addWidget(sheet)
        sheet.show()
        return sheet


@pytest.fixture
def house(tmp_path: Path, qtbot: QtBot) -> Iterator[House]:
    made = House(tmp_path, qtbot)
    yield made
    made.background.close()


def press(sheet: MailServersSheet, button: QWidget, qtbot: QtBot) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_with_no_server_the_sheet_says_where_mail_goes(house: House) -> None:
    sheet = house.open()
    assert sheet.empty.isVisible()
    assert not sheet.form.isVisible()
    assert sheet.routing.profile.text() == INBOX
    assert not sheet.routing.use.isEnabled()


def test_a_preset_fills_the_form_and_saving_keeps_profile_and_password(
    house: House, qtbot: QtBot
) -> None:
    sheet = house.open()
    action = next(each for each in sheet.add_menu.actions() if each.text() == "Gmail")
    action.trigger()
    assert sheet.form.host.text() == "smtp.gmail.com"
    assert "app password" in sheet.form.hint.text()
    sheet.form.user.setText("me@gmail.com")
    sheet.form.password.setText(CANARY)
    press(sheet, sheet.save, qtbot)
    qtbot.waitUntil(lambda: "gmail" in house.servers.profiles)
    qtbot.waitUntil(lambda: "is saved" in sheet.status.text())
    assert house.servers.profiles["gmail"].user == "me@gmail.com"
    assert list(house.store.held.values()) == [CANARY]
    assert "system's store" in sheet.status.text()


def test_a_password_is_never_shown_again(house: House, qtbot: QtBot) -> None:
    house.servers.save(WORK, CANARY)
    sheet = house.open()
    qtbot.waitUntil(lambda: "kept in the system's store" in sheet.form.password.placeholderText())
    shown = [edit.text() for edit in sheet.findChildren(QLineEdit)]
    shown += [edit.toPlainText() for edit in sheet.findChildren(QPlainTextEdit)]
    assert CANARY not in "".join(shown)
    assert sheet.form.password.text() == ""
    assert sheet.form.password.echoMode() is QLineEdit.EchoMode.Password


def test_what_is_wrong_is_marked_and_nothing_is_saved(house: House, qtbot: QtBot) -> None:
    house.servers.save(WORK)
    sheet = house.open()
    sheet.form.host.setText("smtp://mail.example.org")
    sheet.form.security[2].click()
    press(sheet, sheet.save, qtbot)
    assert "Leave out" in sheet.form.fields["host"].error.text()
    sheet.form.host.setText("mail.example.org")
    press(sheet, sheet.save, qtbot)
    assert "this computer alone" in sheet.form.fields["security"].error.text()
    assert house.servers.profiles == {"work": WORK}


def test_another_encryption_brings_its_port_and_a_typed_port_stays(house: House) -> None:
    house.servers.save(WORK)
    sheet = house.open()
    sheet.form.security[1].click()
    assert sheet.form.port.text() == "465"
    sheet.form.port.setText("2465")
    sheet.form.security[0].click()
    assert sheet.form.port.text() == "2465"


def test_a_new_server_may_not_take_the_name_of_another(house: House, qtbot: QtBot) -> None:
    house.servers.save(WORK)
    sheet = house.open()
    sheet._new(presets()["fastmail"])
    sheet.form.name.setText("work")
    press(sheet, sheet.save, qtbot)
    assert "already" in sheet.form.fields[""].error.text()
    assert house.servers.profiles == {"work": WORK}


def test_a_test_shows_the_dialogue_as_it_goes_and_how_it_ended(house: House, qtbot: QtBot) -> None:
    with ScriptedServer() as server:
        house.servers.save(SmtpProfile("local", "127.0.0.1", server.port, Security.NONE))
        sheet = house.open()
        press(sheet, sheet.test, qtbot)
        qtbot.waitUntil(lambda: "Nothing was sent" in sheet.dialogue.end.words.text(), timeout=9000)
        assert "S: 220 scripted" in sheet.dialogue.lines.toPlainText()
        assert sheet.test.text() == "Test connection"
        server.script = {"GREETING": ["554 go away"]}
        press(sheet, sheet.test, qtbot)
        qtbot.waitUntil(lambda: "554 go away" in sheet.dialogue.end.words.text(), timeout=9000)


@pytest.mark.parametrize("how", ["button", "close"])
def test_a_test_that_waits_can_be_left(house: House, qtbot: QtBot, how: str) -> None:
    with ScriptedServer() as server:
        server.script = {"EHLO": ["SILENT"]}
        house.servers.save(SmtpProfile("local", "127.0.0.1", server.port, Security.NONE))
        sheet = house.open()
        press(sheet, sheet.test, qtbot)
        qtbot.waitUntil(lambda: "C: ehlo" in sheet.dialogue.lines.toPlainText(), timeout=9000)
        if how == "close":
            sheet.reject()
            house.background.close()
            return
        press(sheet, sheet.test, qtbot)
        qtbot.waitUntil(lambda: "cancelled" in sheet.dialogue.end.words.text(), timeout=9000)


def test_a_choice_is_used_only_when_it_is_asked_for(house: House, qtbot: QtBot) -> None:
    house.servers.save(WORK, CANARY)
    sheet = house.open()
    told: list[str] = []
    sheet.told.connect(told.append)
    actions = {each.text(): each for each in sheet.routing.profile.menu_shown.actions()}
    actions["work"].trigger()
    assert house.servers.choice == MailChoice()
    assert "Django and the worker are restarted" in sheet.routing.status.text()
    sheet.routing.safe.setChecked(True)
    assert not sheet.routing.use.isEnabled()
    qtbot.keyClicks(sheet.routing.address, "me@example.org")
    press(sheet, sheet.routing.use, qtbot)
    qtbot.waitUntil(lambda: bool(told))
    assert house.servers.choice == MailChoice("work", "", "me@example.org")
    assert "me@example.org" in told[0]
    assert sheet.list.item(0).text() == "work · in use"


def test_removing_the_one_in_use_says_that_mail_stays_here(house: House, qtbot: QtBot) -> None:
    house.servers.save(WORK, CANARY)
    house.servers.choose(MailChoice("work"))
    sheet = house.open()
    press(sheet, sheet.remove, qtbot)
    qtbot.waitUntil(lambda: "is removed" in sheet.status.text())
    assert "built-in inbox now" in sheet.status.text()
    assert house.servers.profiles == {}
    assert house.store.held == {}


def test_a_file_that_cannot_be_written_is_said(house: House, qtbot: QtBot, tmp_path: Path) -> None:
    sheet = house.open()
    sheet._new(presets()["fastmail"])
    (tmp_path / "settings.toml").write_text("pool = ")
    press(sheet, sheet.save, qtbot)
    qtbot.waitUntil(lambda: "Correct it first" in sheet.status.text())


def test_a_missing_password_is_asked_for_and_kept(house: House, qtbot: QtBot) -> None:
    house.servers.save(WORK)
    house.servers.choose(MailChoice("work"))
    sheet = PasswordSheet(house.servers, WORK, house.background, house.parent)
    sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(sheet)
    sheet.show()
    assert not sheet.keep.isEnabled()
    qtbot.keyClicks(sheet.password, CANARY)
    with qtbot.waitSignal(sheet.accepted):
        qtbot.keyClick(sheet.password, Qt.Key.Key_Return)
    assert house.servers.missing == ()
    assert list(house.store.held.values()) == [CANARY]


def test_the_window_asks_for_a_missing_password_and_opens_the_servers_from_the_mail_page(
    qtbot: QtBot, tmp_path: Path
) -> None:
    session = FakeSession()
    session.mail_servers = MailServers(tmp_path / "settings.toml", Passwords(Store()))
    session.mail_servers.save(WORK)
    session.mail_servers.choose(MailChoice("work"))
    window = Window(session)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: bool(window.findChildren(PasswordSheet)))
    window.findChildren(PasswordSheet)[0].reject()
    window.show_page(MAIL)
    window.page(MAIL).mail_server.click()
    (sheet,) = window.findChildren(MailServersSheet)
    assert sheet.isVisible()
    sheet.reject()
    window.background.close()


def test_the_row_of_a_degraded_service_is_brief_and_its_name_tells_all(qtbot: QtBot) -> None:
    row = ServiceRow(SPECS["rabbitmq"])
    qtbot.addWidget(row)
    alarm = alarm_problem(["disk"])
    row.show_status(replace(all_ready()["rabbitmq"], problem=alarm), NOW, {}, 0)
    assert row.headline.text() == "Degraded"
    assert row.sentence.text() == "RabbitMQ takes no messages"
    assert alarm.remedy in row.accessibleName()


def test_what_a_ready_service_does_not_do_is_told_on_every_page_until_it_is_over(
    qtbot: QtBot,
) -> None:
    strip = DegradedStrip()
    qtbot.addWidget(strip)
    ready = all_ready()
    strip.show_statuses(ready)
    assert strip.isHidden()
    alarm = Problem("RabbitMQ takes no messages: the disk is full.", "Free some space.")
    strip.show_statuses({**ready, "rabbitmq": replace(ready["rabbitmq"], problem=alarm)})
    assert not strip.isHidden()
    assert strip.accessibleName() == f"{alarm.words} {alarm.remedy}"
    strip.show_statuses(ready)
    assert strip.isHidden()
