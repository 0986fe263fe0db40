"""What a service that is up does not do: told above every page, with the button that helps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from launcher.core.state import Problem
from launcher.gui.services.link_popover import LinkPopover
from launcher.gui.settings.page import SettingsPage
from launcher.gui.window import LOGS, SERVICES, SETTINGS, Window
from launcher.runtime.probes.alarms import alarm_problem
from tests.unit.gui.fakes import FakeSession, all_ready


def degrade(session: FakeSession, window: Window, qtbot: QtBot, problem: Problem | None) -> None:
    ready = all_ready()
    session.now_stand({**ready, "rabbitmq": replace(ready["rabbitmq"], problem=problem)})
    qtbot.waitUntil(lambda: window.degraded.isVisible() is (problem is not None))


def press(window: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.degraded.mend, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("resources", [["disk"], ["memory", "disk space"]])
def test_without_room_on_the_disk_the_button_leads_to_what_takes_it(
    resources: list[str], session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    window.show_page(LOGS)
    degrade(session, window, qtbot, alarm_problem(resources))
    assert window.degraded.mend.text() == "Show disk use"
    press(window, qtbot)
    page = window.page(SETTINGS)
    assert isinstance(page, SettingsPage)
    assert window.stack.currentWidget() is page
    qtbot.waitUntil(lambda: window.focusWidget() is page.storage.folder)
    assert not page.storage.folder.visibleRegion().isEmpty()


def test_without_memory_the_button_offers_the_dashboard_with_its_login(
    session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    window.show_page(LOGS)
    degrade(session, window, qtbot, alarm_problem(["memory"]))
    press(window, qtbot)
    assert window.stack.currentWidget() is window.page(SERVICES)
    qtbot.waitUntil(lambda: bool(window.findChildren(LinkPopover)))
    window.findChildren(LinkPopover)[0].close()


def test_a_problem_without_a_place_to_mend_it_has_its_remedy_to_copy(
    session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    degrade(session, window, qtbot, Problem("RabbitMQ is odd.", "See its log."))
    assert window.degraded.mend.isHidden()
    assert window.degraded._copy.isVisible()
    degrade(session, window, qtbot, None)
