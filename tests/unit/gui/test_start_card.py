"""The start order on the Services page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.core.state import ServiceState, ServiceStatus
from launcher.gui.remembered import Remembered
from launcher.gui.services.page import ServicesPage
from launcher.gui.window import SERVICES, Window
from tests.unit.gui.fakes import NOW, FakeSession, all_ready, all_stopped
from tests.unit.gui.test_idle import Watch


def page_of(window: Window) -> ServicesPage:
    found = window.page(SERVICES)
    assert isinstance(found, ServicesPage)
    return found


def test_the_way_of_the_start_is_said_and_told_to_those_who_do_not_see_it(window: Window) -> None:
    card = page_of(window).start_card
    assert card.summary.text() == "5.9 s in all: RabbitMQ 3.1 s → Worker 2.8 s"
    told = card.picture.accessibleDescription()
    assert "RabbitMQ, Ready after 3.1 s" in told
    assert "Django, Ready after 1.2 s, starts after Database" in told


def test_a_start_lights_up_service_by_service(window: Window, session: FakeSession) -> None:
    page = page_of(window)
    page.show_statuses(all_stopped())
    assert page.start_card.summary.text() == ""
    statuses = {
        name: ServiceStatus(name, ServiceState.WAITING, wanted=True) for name in all_ready()
    }
    statuses["migrate"] = all_ready()["migrate"]
    statuses["django"] = ServiceStatus(
        "django", ServiceState.STARTING, wanted=True, started_at=NOW - 2.4, pid=7, alive=True
    )
    page.show_statuses(statuses)
    told = page.start_card.picture.accessibleDescription()
    assert "Database, Done after 0.9 s" in told
    assert "Django, Starting after 2 s" in told
    assert "Worker, Waiting, starts after" in told
    assert page.start_card.summary.text() == ""


def test_a_later_restart_changes_the_word_and_not_the_times(window: Window) -> None:
    page = page_of(window)
    worker = all_ready()["worker"]
    again = replace(worker, state=ServiceState.STARTING, started_at=NOW, ready_after=None)
    page.show_statuses(all_ready() | {"worker": again})
    assert page.start_card.summary.text().startswith("5.9 s in all")
    assert "Worker, Starting after 2.8 s" in page.start_card.picture.accessibleDescription()


def test_while_all_is_well_nothing_is_drawn_anew(
    window: Window, session: FakeSession, qapp: QApplication
) -> None:
    page = page_of(window)
    watch = Watch()
    watch.settle()
    qapp.installEventFilter(watch)
    ready = all_ready()
    page.show_statuses(ready | {"django": replace(ready["django"], since=NOW)})
    watch.settle()
    qapp.removeEventFilter(watch)
    assert page.start_card.picture not in watch.paints


def test_it_folds_away_by_key_and_stays_so(
    qtbot: QtBot, tmp_path: Path, session: FakeSession, background: object
) -> None:
    session.home = str(tmp_path)
    (tmp_path / "data").mkdir()
    page = ServicesPage(session, background)  # type: ignore[arg-type]
    qtbot.addWidget(page)
    assert page.start_card.is_open
    qtbot.keyClick(page.start_card.toggle, Qt.Key.Key_Space)
    assert not page.start_card.is_open
    assert page.start_card.toggle.accessibleName().startswith("Show")
    again = ServicesPage(session, background)  # type: ignore[arg-type]
    qtbot.addWidget(again)
    assert not again.start_card.is_open


def test_what_is_remembered_survives_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "window.json"
    for text in ("", "[1]", "{", '{"open": 3}'):
        path.write_text(text)
        kept = Remembered(path)
        assert kept.flag("open", usual=True)
    kept.put("open", False)
    assert not Remembered(path).flag("open", usual=True)
    Remembered(tmp_path / "gone" / "window.json").put("open", False)  # no folder, no error


def test_a_click_on_a_node_leads_to_the_row_of_its_service(window: Window, qtbot: QtBot) -> None:
    page = page_of(window)
    window.resize(1000, 560)
    picture = page.start_card.picture
    qtbot.waitUntil(lambda: picture.width() > 400)
    beat = picture._boxes()["beat"].center().toPoint()
    qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=beat)
    row = page.rows["beat"]
    assert window.focusWidget() in row.controls
    assert row.visibleRegion().boundingRect().height() == row.height()


def test_a_click_beside_the_nodes_chooses_nothing(window: Window, qtbot: QtBot) -> None:
    picture = page_of(window).start_card.picture
    qtbot.waitUntil(lambda: picture.width() > 400)
    right = max(box.right() for box in picture._boxes().values())
    with qtbot.assertNotEmitted(picture.chosen):
        beside = picture.rect().bottomRight()
        assert beside.x() > right
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=beside)


def test_arrows_go_from_node_to_node_and_enter_chooses(window: Window, qtbot: QtBot) -> None:
    picture = page_of(window).start_card.picture
    picture.setFocus()
    first, second = (picture._columns[0][0], picture._columns[1][0])
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    with qtbot.waitSignal(picture.chosen) as at_first:
        qtbot.keyClick(picture, Qt.Key.Key_Return)
    qtbot.keyClick(picture, Qt.Key.Key_Right)
    with qtbot.waitSignal(picture.chosen) as at_second:
        qtbot.keyClick(picture, Qt.Key.Key_Space)
    assert (at_first.args, at_second.args) == ([first], [second])
    assert picture._nodes[second].title in picture.accessibleName()
