"""Ports, pool and number of workers, changed in place on the Services page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from launcher.core.explain import Tone
from launcher.core.facts import PortOwner
from launcher.gui.overall import overall
from launcher.gui.services import page as page_module
from launcher.gui.services.change_popover import ChangePopover
from launcher.gui.services.page import ServicesPage
from launcher.gui.services.port_popover import PortPopover
from launcher.gui.services.worker_popover import WorkerPopover
from launcher.gui.toasts import Toasts
from launcher.gui.window import SERVICES, Window
from launcher.gui.words import stop_summary
from launcher.settings import parse
from tests.unit.gui.fakes import SPECS, FakeSession, all_ready, failing

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: Window) -> ServicesPage:
    found = window.page(SERVICES)
    assert isinstance(found, ServicesPage)
    return found


def sheet_of(page: ServicesPage, name: str) -> ChangePopover:
    return page.rows[name].findChildren(ChangePopover)[0]


def port_sheet(page: ServicesPage, qtbot: QtBot, name: str = "django") -> PortPopover:
    qtbot.mouseClick(page.rows[name].change, LEFT)
    sheet = sheet_of(page, name)
    assert isinstance(sheet, PortPopover)
    return sheet


def retype(qtbot: QtBot, sheet: PortPopover, listener: str, text: str) -> None:
    field = sheet.fields[listener]
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)


def test_a_port_is_changed_by_a_click_a_number_and_enter_after_saying_what_restarts(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.would_restart = ("django",)
    sheet = port_sheet(page, qtbot)
    assert sheet.fields["django"].text() == "8001"
    retype(qtbot, sheet, "django", "8020")
    assert sheet.message.text() == "Django will be restarted."
    told: list[str] = []
    page.notice_raised.connect(told.append)
    qtbot.keyClick(sheet.fields["django"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told == ["Django moves to 8020."])
    assert session.calls == [("change", "ports.django", "8020")]


def test_f2_on_any_button_of_a_row_opens_what_can_be_changed(
    page: ServicesPage, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.rows["catcher"].stop, Qt.Key.Key_F2)
    assert isinstance(sheet_of(page, "catcher"), PortPopover)
    sheet_of(page, "catcher").close()
    qtbot.keyClick(page.rows["worker"].log, Qt.Key.Key_F2)
    assert isinstance(sheet_of(page, "worker"), WorkerPopover)
    sheet_of(page, "worker").close()
    qtbot.keyClick(page.rows["beat"].log, Qt.Key.Key_F2)
    assert page.rows["beat"].findChildren(ChangePopover) == []


def test_a_taken_port_names_its_owner_and_cannot_be_used(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.taken = {8010: PortOwner(4312, "node.exe")}
    sheet = port_sheet(page, qtbot)
    retype(qtbot, sheet, "django", "8010")
    qtbot.keyClick(sheet.fields["django"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "node.exe (4312)" in sheet.message.text())
    assert not sheet.apply.isEnabled()
    assert session.calls == []
    sheet.close()


@pytest.mark.parametrize("text", ["0", "65536", "8x", "80.5", "-1"])
def test_what_is_no_port_is_refused_as_it_is_typed(
    page: ServicesPage, session: FakeSession, qtbot: QtBot, text: str
) -> None:
    sheet = port_sheet(page, qtbot)
    retype(qtbot, sheet, "django", text)
    assert sheet.message.text() == "Use a whole number from 1 to 65535."
    assert not sheet.apply.isEnabled()
    sheet.close()


def test_an_empty_field_gives_the_port_up(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    sheet = port_sheet(page, qtbot)
    retype(qtbot, sheet, "django", "")
    qtbot.waitUntil(sheet.apply.isEnabled)
    sheet.apply.click()
    qtbot.waitUntil(lambda: session.calls == [("change", "ports.django", "None")])


def test_rabbitmq_has_a_field_for_each_of_its_ports(page: ServicesPage, qtbot: QtBot) -> None:
    sheet = port_sheet(page, qtbot, "rabbitmq")
    assert list(sheet.fields) == ["amqp", "management", "distribution"]
    assert [field.text() for field in sheet.fields.values()] == ["5672", "", ""]
    sheet.close()


def test_a_file_that_cannot_be_written_is_said_in_the_sheet(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.refuse = "settings.toml cannot be written (Read-only). Make it writable."
    sheet = port_sheet(page, qtbot)
    retype(qtbot, sheet, "django", "8020")
    qtbot.waitUntil(sheet.apply.isEnabled)
    sheet.apply.click()
    qtbot.waitUntil(lambda: sheet.message.text().startswith("Settings.toml cannot be written"))
    assert sheet.isVisible()
    sheet.close()


def test_a_service_whose_port_is_taken_offers_another_one(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.show_statuses(failing())
    row = page.rows["flower"]
    assert row.mend.isVisible()
    assert row.start.isVisible()
    qtbot.mouseClick(row.mend, LEFT)
    sheet_of(page, "flower").close()
    page.show_statuses(all_ready())
    assert not row.mend.isVisible()


def test_the_pool_is_one_choice_and_the_restart_is_said_before(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.settings.would_restart = ("worker",)
    qtbot.mouseClick(page.rows["worker"].change, LEFT)
    sheet = sheet_of(page, "worker")
    assert isinstance(sheet, WorkerPopover)
    assert sheet.chosen == "eventlet"
    assert not sheet.apply.isVisible()
    qtbot.mouseClick(sheet.pools["threads"], LEFT)
    assert "Worker will be restarted." in sheet.message.text()
    assert sheet.apply.text() == "Use threads"
    qtbot.keyClick(sheet.apply, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.calls == [("change", "pool", "threads")])


def test_a_pool_that_this_machine_lacks_says_why(
    page: ServicesPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacks = {"prefork": "this system has no fork"}
    monkeypatch.setattr(page_module, "missing_for", lambda pool: lacks.get(pool, ""))
    page.change("worker")
    sheet = sheet_of(page, "worker")
    assert isinstance(sheet, WorkerPopover)
    assert not sheet.pools["prefork"].isEnabled()
    assert sheet.pools["prefork"].accessibleDescription() == "this system has no fork"
    assert sheet.pools["gevent"].isEnabled()
    sheet.close()


def test_a_worker_is_added_and_the_last_one_removed(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.change("worker")
    sheet = sheet_of(page, "worker")
    assert isinstance(sheet, WorkerPopover)
    assert not sheet.remove.isVisible()
    sheet.add.click()
    qtbot.waitUntil(lambda: session.calls == [("change", "workers", "2")])
    session.settings.file._settings, _ = parse("workers = 4\n")
    page.change("worker")
    more = [one for one in page.rows["worker"].findChildren(WorkerPopover) if one.isVisible()][-1]
    assert not more.add.isEnabled()
    assert more.remove.text() == "Remove Worker 4"
    more.remove.click()
    qtbot.waitUntil(lambda: session.calls[-1] == ("change", "workers", "3"))


def test_a_second_worker_has_a_row_below_the_first_which_goes_with_it(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.described["worker2"] = replace(SPECS["worker"], name="worker2", title="Worker 2")
    ready = all_ready()
    second = replace(ready["worker"], service="worker2")
    order = [*ready]
    order.insert(order.index("worker") + 1, "worker2")
    both = {name: {**ready, "worker2": second}[name] for name in order}
    session.now_stand(both)
    qtbot.waitUntil(lambda: "worker2" in page.rows)
    rows = page._rows
    assert [rows.itemAt(n).widget() for n in range(rows.count())] == [
        page.rows[name] for name in order
    ]
    assert page.rows["worker2"].title.text() == "Worker 2"
    assert list(page.rows) == order
    session.now_stand(ready)
    qtbot.waitUntil(lambda: "worker2" not in page.rows)
    assert rows.count() == len(ready)


def test_only_what_mends_a_failed_service_is_loud(page: ServicesPage) -> None:
    page.show_statuses(failing())
    worker = page.rows["worker"]
    assert worker.mark.tone is Tone.TROUBLE
    assert worker.start.text() == "Try now"
    assert page.rows["migrate"].start.text() == "Run again"


def focus_chain(page: ServicesPage, first: QWidget, count: int) -> list[QWidget]:
    """What Tab reaches from `first` on."""
    window, found = page.window(), []
    first.setFocus()
    for _ in range(count):
        found.append(window.focusWidget())
        window.focusNextChild()
    return found


def test_tab_goes_through_all_rows_as_they_stand_also_one_that_came_later(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.described["worker2"] = replace(SPECS["worker"], name="worker2", title="Worker 2")
    ready = all_ready()
    known = {**ready, "worker2": replace(ready["worker"], service="worker2")}
    order = ["rabbitmq", "migrate", "django", "worker", "worker2", "beat", "flower", "catcher"]
    session.now_stand({name: known[name] for name in order})
    qtbot.waitUntil(lambda: "worker2" in page.rows)
    page.window().activateWindow()
    live = [
        control
        for name in order
        for control in page.rows[name].controls
        if control.isVisible() and control.isEnabled()
    ]
    live.append(page.start_card.toggle)
    assert focus_chain(page, live[0], len(live)) == live
    assert all(control.accessibleName() for control in live)


def test_a_worker_that_was_removed_a_moment_ago_disturbs_nobody(
    window: Window, session: FakeSession
) -> None:
    late = {**failing(), "worker2": replace(failing()["worker"], service="worker2")}
    assert overall(SPECS, late)[1] == "Flower failed"
    assert "Worker 2" not in stop_summary(SPECS, late)
    Toasts(window).observe(SPECS, late, seen=False)
    window.page(SERVICES).show_statuses(late)
