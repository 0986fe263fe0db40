"""Every action of every page by keyboard alone, and a name for every control: asserted, not hoped.

The keyboard goes through the window as a person's does, by Tab; the names are read where a screen
reader reads them, in the accessible tree.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from launcher.core.flow_topology import QueueNumbers, Topology
from launcher.core.logs import Level
from launcher.gui.mail.page import COMPOSE, INBOX, OUTBOX, REPEATS
from launcher.gui.widgets.chip import Chip
from launcher.gui.window import FIRST_RUN, FLOW, LOGS, MAIL, SERVICES, SETTINGS, TASKS, Window
from launcher.runtime.flow_source import Look
from tests.unit.gui.fakes import FakeSession, failing

CONTROLS = (
    QAbstractButton,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QAbstractItemView,
    QComboBox,
    QAbstractSpinBox,
)
PAGES = [
    pytest.param((SERVICES, None), id="services"),
    pytest.param((LOGS, None), id="logs"),
    *(
        pytest.param((MAIL, pane), id=f"mail-{name}")
        for pane, name in (
            (COMPOSE, "write"),
            (OUTBOX, "outbox"),
            (INBOX, "inbox"),
            (REPEATS, "repeats"),
        )
    ),
    *(
        pytest.param((TASKS, pane), id=f"tasks-{name}")
        for pane, name in enumerate(("list", "workers", "schedule"))
    ),
    pytest.param((FLOW, None), id="flow"),
    pytest.param((SETTINGS, None), id="settings"),
    pytest.param((FIRST_RUN, None), id="first-steps"),
]
Role = QAccessible.Role
NAMED = {
    *(Role.Button, Role.CheckBox, Role.RadioButton, Role.EditableText, Role.List, Role.Table),
    *(Role.ComboBox, Role.SpinBox, Role.PushButton, Role.Tree, Role.Link, Role.ButtonMenu),
}


@pytest.fixture
def lively(session: FakeSession) -> FakeSession:
    """Something on every page, a failed service among it."""
    session.mail.add("DELIVERED", "one")
    session.mail.add("FAILED", "two")
    session.mail.catch("caught", "text")
    for text in ("started", "ERROR it broke"):
        session.logs.add("worker", text, Level.ERROR)
    session.tasks.task("one", "received", "started", "failed", exception="no", traceback="trace")
    queue = QueueNumbers("celery", 3, 0, 0, 0.0, 0.0, 0.0)
    session.flow.answer = Look(Topology((queue,), (), (), 1), broker=None)
    session.now_stand(failing())
    return session


@pytest.fixture(params=PAGES)
def page(
    request: pytest.FixtureRequest, lively: FakeSession, window: Window, qtbot: QtBot
) -> Iterator[QWidget]:
    index, pane = request.param
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.show_page(index)
    shown = window.page(index)
    if pane is not None:
        shown.show_pane(pane)
    qtbot.wait(150)  # answers of the fake arrive and the page builds what it shows
    return shown


def by_tab(window: Window, qtbot: QtBot) -> list[QWidget]:
    """What the Tab key reaches, once around the window."""
    window.navigation.buttons[SERVICES].setFocus()
    reached: list[QWidget] = []
    focused = window.focusWidget()
    while focused is not None and focused not in reached:
        reached.append(focused)
        assert len(reached) < 400, "the Tab key goes nowhere"
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        focused = window.focusWidget()
    assert len(reached) > 2
    return reached


def controls(window: Window) -> list[QWidget]:
    """What can be used with the mouse now."""
    found = {
        one
        for kind in CONTROLS
        for one in window.findChildren(kind)
        if one.isVisibleTo(window) and one.isEnabled() and not _is_part(one)
    }
    return sorted(found, key=lambda one: one.mapTo(window, one.rect().topLeft()).toTuple())


def _is_part(control: QWidget) -> bool:
    """What is none by itself: a fact that is read, or what Qt builds into a control."""
    if isinstance(control, Chip) and control.focusPolicy() is Qt.FocusPolicy.NoFocus:
        # A fact to be read: pressing it does nothing.
        return True
    part = isinstance(control, QToolButton) and isinstance(control.parent(), QLineEdit)
    parent = control.parent()
    return part or isinstance(parent, QAbstractItemView | QComboBox | QAbstractSpinBox)


def by_arrows(control: QWidget, reached: list[QWidget]) -> bool:
    """Of a group only the chosen one is a stop of the Tab key; arrow keys lead to the others."""
    if not isinstance(control, QAbstractButton):
        return False
    group = control.group()
    return group is not None and any(one in reached for one in group.buttons())


def described(control: QWidget) -> str:
    return f"{type(control).__name__} {control.accessibleName()!r}"


def test_tab_and_arrows_reach_every_control(page: QWidget, window: Window, qtbot: QtBot) -> None:
    reached = by_tab(window, qtbot)
    missed = [
        described(one)
        for one in controls(window)
        if one not in reached and one.focusProxy() not in reached and not by_arrows(one, reached)
    ]
    assert missed == []


def test_shift_tab_leads_the_same_way_back(page: QWidget, window: Window, qtbot: QtBot) -> None:
    there = by_tab(window, qtbot)
    there[-1].setFocus()
    back = [there[-1]]
    for _ in there[1:]:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
        back.append(window.focusWidget())
    assert [described(one) for one in reversed(back)] == [described(one) for one in there]


def test_every_control_has_a_name_where_a_screen_reader_looks(
    page: QWidget, window: Window
) -> None:
    nameless, seen = [], 0
    for one in _tree(QAccessible.queryAccessibleInterface(window)):
        if one.role() in NAMED and not one.state().invisible:
            seen += 1
            if not one.text(QAccessible.Text.Name) and not _is_qts(one):
                nameless.append(f"{one.role()} {one.object()}")
    assert nameless == []
    assert seen > 4


def _tree(root: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    waiting = [root]
    while waiting:
        one = waiting.pop()
        if one is None or not one.isValid():
            continue
        yield one
        # The rows of a list are its model's; here the controls count.
        if one.role() not in (Role.List, Role.Table, Role.Tree):
            waiting += [one.child(index) for index in range(one.childCount())]


def _is_qts(one: QAccessibleInterface) -> bool:
    widget = one.object()
    return isinstance(widget, QWidget) and _is_part(widget)
