"""The Services page on a fake session."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.core.checks import CheckResult, Verdict
from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.logs import Level
from launcher.core.state import ServiceState
from launcher.gui.logs.page import LogsPage
from launcher.gui.mail.page import MailPage
from launcher.gui.services import page as page_module
from launcher.gui.services.check_popover import CheckPopover
from launcher.gui.services.checks_popover import ChecksPopover
from launcher.gui.services.fix_strip import FixStrip
from launcher.gui.services.link_popover import LinkPopover
from launcher.gui.services.page import ServicesPage
from launcher.gui.theme import Theme
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.chip import Chip
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.window import LOGS, MAIL, SERVICES, Window
from launcher.platform.packages import InstallOutcome
from tests.unit.gui.fakes import SPECS, FakeSession, FakeUsage, all_stopped, failing, taken_port

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: Window) -> ServicesPage:
    found = window.page(SERVICES)
    assert isinstance(found, ServicesPage)
    return found


def chips(page: ServicesPage) -> list[str]:
    found = page.prerequisites.findChildren(Chip)
    return [chip.text() for chip in found if not chip.isHidden()]


def test_rows_stand_in_the_order_of_the_services(page: ServicesPage) -> None:
    assert list(page.rows) == list(SPECS)
    assert page.header.summary.text() == "7 of 7 ready · started in 5.9 s"


def test_a_row_says_state_cause_address_and_process(page: ServicesPage) -> None:
    row = page.rows["django"]
    assert row.headline.text() == "Ready"
    assert row.mark.tone is Tone.READY
    assert row.sentence.text() == "answers in 3 ms"
    assert row.change.text() == "waitress · 127.0.0.1:8001"
    assert (row.pid.text(), row.uptime.text()) == ("pid 5154", "up 12 min")
    assert row.accessibleName() == "Django, Ready, answers in 3 ms"


def test_statuses_of_another_thread_reach_the_rows(
    page: ServicesPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.now_stand(failing())
    flower = page.rows["flower"]
    qtbot.waitUntil(lambda: flower.headline.text() == "Failed")
    assert "held by python.exe (9120)" in flower.sentence.text()
    assert "another port" in flower.sentence.text()
    assert flower.restarts.text() == "3 restarts"
    assert page.rows["beat"].sentence.text() == "waits for RabbitMQ"
    assert window.navigation.buttons[SERVICES].accessibleName() == "Services, 1 failed"


def test_many_changes_are_shown_as_one(
    page: ServicesPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    seen: list[object] = []
    window.bridge.statuses_changed.connect(seen.append)
    for statuses in (failing(), all_stopped(), failing()):
        session.now_stand(statuses)
    qtbot.waitUntil(lambda: page.rows["flower"].headline.text() == "Failed")
    assert len(seen) == 1


def test_only_live_buttons_are_there(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    row = page.rows["worker"]
    assert row.stop.isVisible()
    assert row.restart.isVisible()
    assert not row.start.isVisible()
    session.now_stand(all_stopped())
    qtbot.waitUntil(row.start.isVisible)
    assert not row.stop.isVisible()
    assert not row.restart.isVisible()
    assert not page.rows["django"].open.isVisible()
    assert not page.stop_all.isEnabled()


def test_buttons_call_the_session(page: ServicesPage, session: FakeSession, qtbot: QtBot) -> None:
    row = page.rows["worker"]
    qtbot.mouseClick(row.stop, LEFT)
    qtbot.keyClick(row.restart, Qt.Key.Key_Space)
    qtbot.mouseClick(page.stop_all, LEFT)
    session.now_stand(all_stopped())
    qtbot.waitUntil(row.start.isVisible)
    qtbot.mouseClick(row.start, LEFT)
    qtbot.mouseClick(page.start_all, LEFT)
    assert session.calls == [
        ("stop", "worker"),
        ("restart", "worker"),
        ("stop_all",),
        ("start", "worker"),
        ("start_all",),
    ]


def test_the_keyboard_does_not_lose_its_place_when_a_button_goes(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    row = page.rows["worker"]
    row.stop.setFocus()
    session.now_stand(all_stopped())
    qtbot.waitUntil(row.start.isVisible)
    assert page.window().focusWidget() is row.start


def test_usage_is_sampled_away_from_the_window_and_shown(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.usages = {"worker": FakeUsage(6.24, 85_400_000)}
    worker = page.rows["worker"]
    # One sample may be under way, which began before there was anything to find.
    qtbot.waitUntil(lambda: not page._sampling)
    page._sample()
    qtbot.waitUntil(lambda: worker.usage.memory.text() == "85 MB")
    assert worker.usage.cpu.text() == "CPU 6.2 %"


def test_nothing_is_sampled_while_the_page_is_not_seen(page: ServicesPage, window: Window) -> None:
    window.show_page(LOGS)
    assert not page._sampler.isActive()
    assert not page._tick.isActive()
    window.show_page(SERVICES)
    assert page._sampler.isActive()


def test_errors_lead_to_the_log_of_the_service(
    page: ServicesPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.logs.add("worker", "ERROR one", Level.ERROR)
    session.logs.add("worker", "fine")
    page.show_statuses(session.statuses())
    worker = page.rows["worker"]
    assert worker.errors.text() == "1 error"
    qtbot.mouseClick(worker.errors, LEFT)
    logs = window.page(LOGS)
    assert isinstance(logs, LogsPage)
    assert logs.isVisible()
    assert logs._wanted.service == "worker"
    assert logs._wanted.level is Level.ERROR


def test_the_broker_has_a_chip_and_without_rabbitmq_a_banner(
    page: ServicesPage, session: FakeSession
) -> None:
    assert chips(page)[0] == "Private RabbitMQ 4.2.9 node"
    assert not page.broker.isVisible()
    session.broker = BrokerMode.EMBEDDED
    session.broker_words = "Embedded broker: messages travel through files"
    session.broker_remedy = "celery-launcher doctor --fix"
    page.show_statuses(session.statuses())
    assert page.broker.isVisible()
    assert page.broker.words.text() == "Embedded broker: messages travel through files."
    assert page.broker.act.text() == "Install RabbitMQ"


def test_what_is_missing_is_installed_by_one_button_that_tells_its_steps(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.broker = BrokerMode.EMBEDDED
    session.broker_remedy = "celery-launcher doctor --fix"
    session.fix_gate = threading.Event()
    page.show_statuses(session.statuses())
    strip = page.broker
    qtbot.mouseClick(strip.act, LEFT)
    qtbot.waitUntil(lambda: strip.remedy.text() == "Installing rabbitmq-server ...")
    assert strip.progress.isVisible()
    assert not strip.act.isEnabled()
    page.show_statuses(session.statuses())  # a tick meanwhile takes nothing away
    assert strip.remedy.text() == "Installing rabbitmq-server ..."
    session.fix_gate.set()
    qtbot.waitUntil(strip.again.isVisible)
    assert strip.words.text() == "Installed rabbitmq-server."
    assert not strip.progress.isVisible()
    assert session.calls == [("fix", "rabbitmq")]
    strip.again.click()
    assert ("open_again",) in session.calls


def test_what_could_not_be_installed_says_what_to_type(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    remedy = "sudo apt-get install -y libegl1"
    session.fixed = InstallOutcome(ok=False, words="it needs the administrator", remedy=remedy)
    broken = CheckResult("Qt libraries", Verdict.FAIL, "libEGL is missing", "doctor", "window")
    session.found = (*session.found, broken)
    page.show_statuses(session.statuses())
    strip = next(one for one in page.findChildren(FixStrip) if one is not page.broker)
    qtbot.waitUntil(strip.act.isVisible)
    strip.act.click()
    qtbot.waitUntil(lambda: strip.remedy.text() == remedy)
    assert session.calls == [("fix", "window")]
    assert strip.act.isEnabled()
    strip._copy.click()
    assert QGuiApplication.clipboard().text() == remedy


def test_a_broker_that_hangs_is_restarted_by_the_button_of_its_line(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    ready = session.statuses()
    hung = replace(ready["rabbitmq"], state=ServiceState.UNHEALTHY)
    session.now_stand({**ready, "rabbitmq": hung})
    qtbot.waitUntil(page.broker.isVisible)
    assert page.broker.words.text() == "RabbitMQ runs and does not answer."
    qtbot.mouseClick(page.broker_act, LEFT)
    assert session.calls == [("restart", "rabbitmq")]
    session.now_stand(ready)
    qtbot.waitUntil(lambda: not page.broker.isVisible())


def test_what_is_wrong_has_a_chip_of_its_own_and_what_passed_shares_one(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.found = (
        *session.found,
        CheckResult("Disk space", Verdict.WARN, "only 90 MB", "Make room."),
        CheckResult("eventlet", Verdict.FAIL, "not installed", "Install it."),
    )
    session.moved = (taken_port(),)
    page.show_statuses(session.statuses())
    assert chips(page)[1:] == [
        "Python 3.13.2",
        "Erlang 27.3.4",
        "Disk space: only 90 MB",
        "eventlet: not installed",
        "4 checks passed",
        "Port 8000 is used by node.exe (4312), so Django uses 8001.",
    ]
    banner = next(one for one in page.findChildren(FixStrip) if one is not page.broker)
    qtbot.waitUntil(banner.isVisible)
    assert banner.words.text() == "eventlet: not installed"
    assert banner.remedy.text() == "Install it."


def test_many_ports_that_gave_way_share_a_chip_that_names_each(
    page: ServicesPage, session: FakeSession
) -> None:
    words = [f"Port {port} is used by node.exe, so another is used." for port in (1, 2, 3)]
    pinned = CheckResult("Port", Verdict.FAIL, "Port 8000 is used by node.exe (4312).")
    session.found = (*(CheckResult("Port", Verdict.WARN, fact) for fact in words), pinned)
    page.show_statuses(session.statuses())
    assert chips(page)[1:] == [
        "3 ports are used by other programs, so others are used",
        "Port 8000 is used by node.exe (4312).",
    ]
    shared = next(one for one in page.findChildren(Chip) if one.text().startswith("3 ports"))
    shared.click()
    popover = shared.findChildren(ChecksPopover)[0]
    assert [line.text() for line in popover.findChildren(TextLine)] == words
    popover.close()


def test_a_warning_opens_its_remedy(page: ServicesPage, session: FakeSession) -> None:
    session.found = (CheckResult("Disk space", Verdict.WARN, "only 90 MB", "Make room."),)
    page.show_statuses(session.statuses())
    chip = next(one for one in page.findChildren(Chip) if one.text() == "Disk space: only 90 MB")
    chip.click()
    popover = chip.findChildren(CheckPopover)[0]
    assert popover.findChildren(Banner)[0].remedy.text() == "Make room."
    popover.close()


def test_one_plain_link_opens_at_once(
    page: ServicesPage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(page_module.QDesktopServices, "openUrl", _opener(opened))
    qtbot.mouseClick(page.rows["flower"].open, LEFT)
    assert opened == ["http://127.0.0.6:5566/"]


def test_a_link_with_a_login_copies_its_password_and_never_puts_it_into_the_url(
    page: ServicesPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(page_module.QDesktopServices, "openUrl", _opener(opened))
    row = page.rows["rabbitmq"]
    qtbot.mouseClick(row.open, LEFT)
    popover = row.findChildren(LinkPopover)[0]
    copy, go = popover.findChildren(Button)
    assert copy.accessibleName() == "Copy the password of launcher"
    copy.click()
    assert QGuiApplication.clipboard().text() == "secret of broker"
    go.click()
    assert opened == ["http://127.0.0.1:15672/"]


def test_a_one_time_link_is_asked_for_away_from_the_window(
    page: ServicesPage,
    session: FakeSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(page_module.QDesktopServices, "openUrl", _opener(opened))
    page._open_link("django", SPECS["django"].links[1])
    qtbot.waitUntil(lambda: opened == ["http://127.0.0.1:8001/admin/?once"])
    assert session.calls == [("login_link", "django")]


def test_an_outside_broker_is_said_to_be_used(page: ServicesPage, session: FakeSession) -> None:
    session.broker = BrokerMode.EXTERNAL
    session.broker_words = "Broker elsewhere, mq.example.org:5672"
    statuses = dict(session.statuses())
    statuses["rabbitmq"] = replace(
        statuses["rabbitmq"], state=ServiceState.EXTERNAL, pid=None, alive=False
    )
    page.show_statuses(statuses)
    assert chips(page)[0] == "Broker elsewhere, mq.example.org:5672"
    row = page.rows["rabbitmq"]
    assert row.headline.text() == "Running outside"
    assert not row.stop.isVisible()


def _opener(opened: list[str]) -> object:
    def open_url(url: QUrl) -> bool:
        opened.append(url.toString())
        return True

    return open_url


def test_a_page_that_is_not_shown_takes_the_keyboard_from_nobody(
    page: ServicesPage, window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    page.rows["worker"].stop.setFocus()
    window.show_page(MAIL)
    mail = window.page(MAIL)
    assert isinstance(mail, MailPage)
    mail.write_new()
    session.now_stand(all_stopped())
    qtbot.waitUntil(lambda: not page.rows["worker"].start.isHidden())
    assert mail.compose.form.to.isAncestorOf(window.focusWidget())


@pytest.mark.parametrize("percent", [100, 150])
def test_errors_are_said_in_full_at_any_size_of_text(
    percent: int, window: Window, session: FakeSession, theme: Theme
) -> None:
    page = window.page(SERVICES)
    window.resize(1000, 650)
    for _ in range(1_234):
        session.logs.add("worker", "ERROR", Level.ERROR)
    theme.set_text_size(percent)
    try:
        page.show_statuses(session.statuses())
        QApplication.processEvents()
        badge = page.rows["worker"].errors
        assert badge.text() == "1k errors"
        assert badge.width() >= badge.sizeHint().width()
    finally:
        theme.set_text_size(100)


def test_what_a_service_uses_gives_way_to_how_it_stands_where_there_is_no_room(
    window: Window, page: ServicesPage, qtbot: QtBot
) -> None:
    row = page.rows["worker"]
    window.resize(1180, 760)
    qtbot.waitUntil(row.usage.isVisible)
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: not row.usage.isVisible())
    assert row.headline.isVisible()
    assert row.sentence.width() > 80


def test_fifty_quick_clicks_are_each_passed_on_once_in_their_order(
    page: ServicesPage, session: FakeSession, qtbot: QtBot
) -> None:
    row = page.rows["django"]
    stopped, ready = all_stopped(), dict(session.statuses())
    wanted = []
    for click in range(50):
        session.now_stand(stopped if click % 2 else ready)
        page.show_statuses(session.statuses())
        button = row.start if click % 2 else row.stop
        qtbot.mouseClick(button, LEFT)
        wanted.append(("start" if click % 2 else "stop", "django"))
    assert session.calls == wanted
    assert row.headline.text() == "Stopped"
