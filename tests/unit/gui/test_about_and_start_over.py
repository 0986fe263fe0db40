"""What is shipped and under which licence; and starting over, asked for in the window."""

from __future__ import annotations

import threading
from importlib import metadata

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from launcher.core.disk import Scope
from launcher.gui.about import AboutSheet, versions
from launcher.gui.settings.start_over_sheet import StartOverSheet
from launcher.gui.window import Window
from launcher.runtime import shipped
from tests.unit.gui.fakes import FakeSession


@pytest.fixture
def about(window: Window, qtbot: QtBot) -> AboutSheet:
    window.show_about()
    (sheet,) = window.findChildren(AboutSheet)
    qtbot.waitUntil(lambda: sheet.table.rowCount() > 20)
    return sheet


@pytest.fixture
def sheet(window: Window, qtbot: QtBot) -> StartOverSheet:
    window.show_start_over()
    (made,) = window.findChildren(StartOverSheet)
    qtbot.waitUntil(made.do.isEnabled)
    return made


def test_versions_are_those_that_run(session: FakeSession) -> None:
    told = dict(versions(session))
    assert told["Celery"] == metadata.version("celery")
    assert told["Erlang"] == "27.3.4"
    assert told["RabbitMQ"] == "4.2.9"
    session.found = ()
    assert dict(versions(session))["RabbitMQ"] == "not found"


def test_each_package_that_is_shipped_has_its_licence(about: AboutSheet) -> None:
    rows = {
        about.table.item(row, 0).text(): about.table.item(row, 2).text()
        for row in range(about.table.rowCount())
    }
    assert "LGPL" in rows["PySide6_Essentials"]
    assert rows["celery"] == "BSD-3-Clause"
    assert all(rows.values())
    assert "pytest" not in rows


def test_all_of_it_can_be_copied(about: AboutSheet, qtbot: QtBot) -> None:
    about.copy.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith(f"Celery Launcher {FakeSession.version}\nPython ")
    assert "celery\t" in text


def test_without_a_page_of_releases_there_is_no_link(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in ("", "https://example.org/releases"):
        monkeypatch.setattr("launcher.gui.about.releases_page", lambda page=page: page)
        window.show_about()
        newest = window.findChildren(AboutSheet)[-1]
        assert newest.releases.isVisible() == bool(page)


def test_only_what_is_needed_and_installed_counts_as_shipped() -> None:
    names = {package.name.lower() for package in shipped.packages()}
    assert {"celery launcher", "django", "kombu"} <= names
    assert not names & {"pytest", "mypy", "pip"}


def test_it_names_what_goes_and_does_nothing_before_the_button(
    sheet: StartOverSheet, session: FakeSession, qtbot: QtBot
) -> None:
    assert sheet.focusWidget() is sheet.close_button
    assert sheet.do.text() == "Remove 41.3 MB"
    assert "data/rabbitmq-4.2 · 41.3 MB" in sheet.folders.text()
    sheet.scopes[Scope.ALL].click()
    qtbot.waitUntil(lambda: sheet.do.text() == "Remove 55.4 MB")
    assert "logs/*.log" in sheet.folders.text()
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert session.calls == []


def test_it_says_how_far_it_has_come_and_cannot_be_left_meanwhile(
    sheet: StartOverSheet, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    session.start_over.gate = threading.Event()
    sheet.do.click()
    qtbot.waitUntil(lambda: sheet.status.text() == "Waiting for Worker to stop …")
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isVisible()
    with qtbot.waitSignal(sheet.accepted):
        session.start_over.gate.set()
    assert session.calls == [("start_over", "broker")]
    assert window.notice.words.text() == "Started over: 41.3 MB removed."


def test_a_broker_elsewhere_is_refused_in_words(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    session.start_over.refuse = "The broker at h runs elsewhere and is not ours to empty."
    window.show_start_over()
    (sheet,) = window.findChildren(StartOverSheet)
    qtbot.waitUntil(lambda: sheet.words.text() == session.start_over.refuse)
    assert not sheet.do.isEnabled()


def test_restarting_the_program_closes_in_order_and_opens_again(
    window: Window, session: FakeSession
) -> None:
    window._restart()
    assert session.calls == [("open_again",), ("quit",)]
