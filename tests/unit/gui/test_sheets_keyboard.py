"""What opens before a page can be used by keyboard alone, and read by a screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose.address_chip import AddressChip
from launcher.gui.settings.start_over_sheet import StartOverSheet
from launcher.gui.widgets.popover import Popover
from launcher.gui.window import Window
from tests.screenshots.scenes import SCENES
from tests.unit.gui.test_keyboard import NAMED, _is_qts, _tree, by_arrows, controls, described

OPENED = (
    *("shortcuts", "diagnostics", "password", "palette"),
    *("settings-about", "settings-start-over", "settings-start-over-all"),
    *("settings-mail-servers", "settings-mail-servers-none"),
    *("mail-later", "mail-each", "mail-templates", "mail-doubtful", "mail-inbox-release"),
    *("services-open", "services-port", "services-ports", "services-pool"),
)
"""Scenes in which a sheet or a popover stands before the window."""

PARTS = 8
"""Within a date Tab goes from day to month and so on before it goes to the next control."""


@pytest.fixture(params=OPENED)
def sheet(request: pytest.FixtureRequest, qtbot: QtBot, qapp: object) -> Iterator[QWidget]:
    scene = next(each for each in SCENES if each.name == request.param)
    window = Window(scene.session())
    qtbot.addWidget(window, before_close_func=lambda one: one._finish())
    window.show()
    qtbot.waitExposed(window)
    scene.act(window)
    qtbot.waitUntil(lambda: bool(fronts(window)))
    qtbot.wait(150)  # what it asks for arrives, and more controls can be used
    front = fronts(window)[-1]
    yield front
    for one in fronts(window):
        one.close()
    window.background.close()


def fronts(window: Window) -> list[QWidget]:
    return [
        one
        for one in window.findChildren(QWidget)
        if isinstance(one, QDialog | Popover) and one.isVisible()
    ]


def by_tab(sheet: QWidget, qtbot: QtBot) -> list[QWidget]:
    """What the Tab key reaches, once around, from where the keyboard is when it opens."""
    reached: list[QWidget] = []
    focused = sheet.focusWidget()
    assert focused is not None, "nothing has the keyboard when it opens"
    while focused is not None and focused not in reached:
        reached.append(focused)
        assert len(reached) < 100, "the Tab key goes nowhere"
        for _ in range(PARTS):
            qtbot.keyClick(focused, Qt.Key.Key_Tab)
            if sheet.focusWidget() is not focused:
                break
        focused = sheet.focusWidget()
    return reached


def test_tab_and_arrows_reach_every_control_of_it(sheet: QWidget, qtbot: QtBot) -> None:
    reached = by_tab(sheet, qtbot)
    missed = [
        described(one)
        for one in controls(sheet)
        if one.focusPolicy() is not Qt.FocusPolicy.NoFocus
        and one not in reached
        and not isinstance(one, AddressChip)  # Left leads to it from the line behind it
        and one.focusProxy() not in reached
        and not by_arrows(one, reached)
    ]
    assert missed == []
    assert all(sheet.isAncestorOf(one) for one in reached), "the keyboard leaves it"


def test_every_control_of_it_has_a_name(sheet: QWidget) -> None:
    nameless = [
        f"{one.role()} {one.object()}"
        for one in _tree(QAccessible.queryAccessibleInterface(sheet))
        if one.role() in NAMED
        and not one.state().invisible
        and not one.text(QAccessible.Text.Name)
        and not _is_qts(one)
    ]
    assert nameless == []


def test_escape_leaves_it_and_nothing_is_done(sheet: QWidget, qtbot: QtBot) -> None:
    session = sheet.parentWidget().window()._session
    before = [*session.calls]
    qtbot.keyClick(sheet.focusWidget() or sheet, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not sheet.isVisible())
    assert session.calls == before
    assert not isinstance(sheet, StartOverSheet) or ("start_over",) not in session.calls
