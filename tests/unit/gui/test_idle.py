"""What the window does while nothing happens: as good as nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from launcher.gui.services.page import QUIET_TICK_MS, TICK_MS, ServicesPage
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.window import SERVICES, Window
from tests.unit.gui.fakes import FakeSession, all_ready, all_stopped, failing


class Watch(QObject):
    """Counts the events of all widgets that cost something."""

    def __init__(self) -> None:
        super().__init__()
        self.layouts: list[QObject] = []
        self.paints: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() is QEvent.Type.LayoutRequest:
            self.layouts.append(watched)
        elif event.type() is QEvent.Type.Paint:
            self.paints.append(watched)
        return False

    def settle(self) -> None:
        """Have everything that was asked for done now."""
        for _ in range(5):  # a layout may ask for another one above it
            QCoreApplication.sendPostedEvents()


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> ServicesPage:
    qtbot.waitExposed(window)
    found = window.page(SERVICES)
    assert isinstance(found, ServicesPage)
    return found


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[Watch]:
    made = Watch()
    made.settle()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


def test_a_second_in_which_nothing_changes_lays_nothing_out_and_paints_nothing(
    page: ServicesPage, session: FakeSession, watch: Watch
) -> None:
    watch.settle()
    watch.layouts.clear()
    watch.paints.clear()
    page.show_statuses(session.statuses())
    watch.settle()
    assert watch.layouts == []
    assert watch.paints == []


def test_a_text_of_a_fixed_width_changes_without_a_layout(qtbot: QtBot, watch: Watch) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    column = QVBoxLayout(box)
    fixed, free = TextLine("up 9 s", width=66), TextLine("up 9 s")
    for line in (fixed, free):
        column.addWidget(line)
    box.show()
    watch.settle()
    watch.layouts.clear()
    fixed.say("up 10 s")
    watch.settle()
    assert watch.layouts == []
    assert fixed.text() == "up 10 s"
    free.say("up 10 s")
    watch.settle()
    assert watch.layouts


class Measured(FlowLayout):
    """Counts how often all its items are gone through."""

    times = 0

    def _arrange(self, rect: QRect, *, apply: bool) -> int:
        self.times += 1
        return super()._arrange(rect, apply=apply)


def test_a_flow_is_measured_again_only_when_something_in_it_changed(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = Measured(box)
    labels = [QLabel("one"), QLabel("two")]
    for label in labels:
        flow.addWidget(label)
    box.show()
    height = flow.heightForWidth(300)
    before = flow.times
    assert flow.heightForWidth(300) == height
    assert flow.times == before
    assert flow.heightForWidth(1) > height
    labels[0].setText("one\nand a half")
    assert flow.heightForWidth(300) > height
    third = QLabel("three\nlines\nmore")
    flow.addWidget(third)
    third.show()
    taller = flow.heightForWidth(300)
    item = flow.takeAt(2)
    assert item is not None
    assert flow.heightForWidth(300) < taller


def test_the_page_ticks_every_second_only_while_seconds_are_shown(
    page: ServicesPage, session: FakeSession
) -> None:
    page.show_statuses(failing())
    assert page._tick.interval() == TICK_MS
    page.show_statuses(all_ready())
    assert page._tick.interval() == QUIET_TICK_MS
    young = replace(all_ready()["django"], started_at=session.now() - 9)
    page.show_statuses(all_ready() | {"django": young})
    assert page.rows["django"].uptime.text() == "up < 1 min"
    assert page._tick.interval() == QUIET_TICK_MS
    page.show_statuses(all_stopped())
    assert page._tick.interval() == QUIET_TICK_MS
