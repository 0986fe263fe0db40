"""The tray and what the desktop is told: overall state, its menu, closing to it, no storms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.core.explain import Tone
from launcher.core.state import Problem, ServiceState
from launcher.gui import toasts as toasts_module
from launcher.gui import tray as tray_module
from launcher.gui.opened import Opened
from launcher.gui.overall import overall
from launcher.gui.theme import Theme
from launcher.gui.toasts import Toasts, grouped
from launcher.gui.tray import Tray, state_icon
from launcher.gui.window import MAIL, SETTINGS
from tests.unit.gui.fakes import SPECS, FakeSession, all_ready, all_stopped, failing

NO_CHANGE = all_ready()


def stand(state: ServiceState, name: str = "worker", **more: object) -> dict[str, object]:
    return {**NO_CHANGE, name: replace(NO_CHANGE[name], state=state, **more)}


DEGRADED = stand(ServiceState.READY, problem=Problem("full", ""))


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (all_ready(), (Tone.READY, "7 of 7 ready")),
        (all_stopped(), (Tone.OFF, "All stopped")),
        (failing(), (Tone.FAILED, "Flower failed")),
        (stand(ServiceState.STARTING), (Tone.WORKING, "Starting: 6 of 7 ready")),
        (stand(ServiceState.STOPPING), (Tone.WORKING, "Stopping")),
        (stand(ServiceState.BACKOFF), (Tone.TROUBLE, "Worker: in trouble")),
        (
            stand(ServiceState.READY, problem=Problem("full", "")),
            (Tone.TROUBLE, "Worker: in trouble"),
        ),
    ],
)
def test_the_worst_is_what_the_tray_says(statuses: dict, expected: tuple[Tone, str]) -> None:
    assert overall(SPECS, statuses) == expected


def test_each_state_has_a_picture_of_its_own_in_light_and_dark(theme: Theme) -> None:
    seen = []
    for choice in ("light", "dark"):
        theme.choose(choice)
        for tone in (Tone.READY, Tone.WORKING, Tone.TROUBLE, Tone.FAILED, Tone.OFF):
            picture = state_icon(tone).pixmap(22, 22).toImage()
            assert picture not in seen, (choice, tone)
            seen.append(picture)


# -- notifications -----------------------------------------------------------------------------


@pytest.fixture
def told(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Toasts, list]]:
    monkeypatch.setattr(toasts_module, "GATHER_MS", 20)
    monkeypatch.setattr(toasts_module, "PAUSE_MS", 200)
    made = Toasts()
    heard: list[tuple[str, str]] = []
    made.told.connect(lambda title, words: heard.append((title, words)))
    made.observe(SPECS, all_ready(), seen=False)
    yield made, heard
    made.deleteLater()


def test_a_service_that_fails_is_told_with_its_reason(
    told: tuple[Toasts, list], qtbot: QtBot
) -> None:
    toasts, heard = told
    toasts.observe(SPECS, failing(), seen=False)
    qtbot.waitUntil(lambda: heard != [])
    assert heard == [("Flower failed", failing()["flower"].problem.words)]


def test_nobody_is_told_what_they_see_or_what_was_so_at_the_start(
    told: tuple[Toasts, list], qtbot: QtBot
) -> None:
    toasts, heard = told
    toasts.observe(SPECS, failing(), seen=True)
    fresh = Toasts(toasts)
    fresh.told.connect(lambda *words: heard.append(words))
    fresh.observe(SPECS, failing(), seen=False)
    fresh.observe_mails(7, seen=False)
    qtbot.wait(80)
    assert heard == []


def test_fifty_failures_a_second_make_two_notifications_at_most(
    told: tuple[Toasts, list], qtbot: QtBot
) -> None:
    toasts, heard = told
    for count in range(50):
        toasts.observe(SPECS, failing(), seen=False)
        toasts.observe_mails(count, seen=False)
        toasts.observe(SPECS, all_ready(), seen=False)
    toasts.observe(SPECS, failing(), seen=False)
    qtbot.waitUntil(lambda: heard != [])
    for count in range(50, 90):
        toasts.observe_mails(count, seen=False)
    qtbot.wait(60)
    assert len(heard) == 1
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert heard[1][0] == "40 mails could not be delivered"


def test_what_is_mended_meanwhile_is_not_told(told: tuple[Toasts, list], qtbot: QtBot) -> None:
    toasts, heard = told
    toasts.observe(SPECS, failing(), seen=False)
    toasts.observe(SPECS, all_ready(), seen=False)
    qtbot.wait(60)
    assert heard == []


def test_many_are_told_as_one() -> None:
    assert grouped({"Django": "a", "Beat": "b"}, 0)[0] == "Django and Beat failed"
    assert grouped({"A": "", "B": "", "C": "", "D": ""}, 0)[0] == "4 services failed"
    assert grouped({"Django": "It exited."}, 1) == (
        "Django failed",
        "It exited. 1 mail could not be delivered.",
    )


# -- in the window -----------------------------------------------------------------------------


@pytest.fixture
def opened(
    qapp: QApplication,
    theme: Theme,
    session: FakeSession,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Opened]:
    """With a tray that is there, as far as the launcher knows."""
    monkeypatch.setattr(tray_module, "available", lambda: True)
    made = Opened(qapp, theme, session)
    made.window.show()
    qtbot.waitUntil(lambda: made.tray is not None)
    yield made
    made.window._finish()
    made.close()
    made.window.deleteLater()


def tray(opened: Opened) -> Tray:
    assert opened.tray is not None
    return opened.tray


def want_close_to_tray(session: FakeSession) -> None:
    session.settings.file._settings = replace(session.settings.now, close_to_tray=True)


def test_its_menu_does_what_the_window_does(opened: Opened, session: FakeSession) -> None:
    tray(opened).stop.trigger()
    assert session.calls == [("stop_all",)]
    assert not tray(opened).start.isEnabled()
    opened.window.hide()
    tray(opened).mail.trigger()
    assert opened.window.isVisible()
    assert opened.window.stack.currentWidget() is opened.window.page(MAIL)


def test_a_close_stops_everything_unless_it_was_chosen(
    opened: Opened, session: FakeSession
) -> None:
    opened.window.close()
    assert session.calls == [("quit",)]


def test_where_chosen_a_close_leaves_all_running_and_the_icon_brings_it_back(
    opened: Opened, session: FakeSession
) -> None:
    want_close_to_tray(session)
    opened.window.close()
    assert not opened.window.isVisible()
    assert session.calls == []
    tray(opened).show_window.trigger()
    assert opened.window.isVisible()
    opened.window.commands["quit"].call()
    assert session.calls == [("quit",)]
    assert opened.window.overlay.isVisible()


def test_quit_of_the_hidden_window_shows_the_stop(opened: Opened, session: FakeSession) -> None:
    want_close_to_tray(session)
    opened.window.close()
    tray(opened).quit.trigger()
    assert session.calls == [("quit",)]
    assert opened.window.isVisible()


def test_a_tray_that_is_gone_keeps_no_window_out_of_reach(
    opened: Opened, session: FakeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    want_close_to_tray(session)
    monkeypatch.setattr(tray_module, "available", lambda: False)
    opened.window.close()
    assert session.calls == [("quit",)]


def test_without_a_tray_the_choice_is_greyed_with_the_reason(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tray_module, "available", lambda: False)
    row = opened.window.page(SETTINGS).rows["close_to_tray"]
    assert not row.edit.isEnabled()
    assert row.words.text() == tray_module.NO_TRAY
    opened.window.page(SETTINGS).show_settings()
    assert not row.edit.isEnabled()


def test_mails_that_failed_are_counted_and_can_be_kept_silent(
    opened: Opened, session: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str]] = []
    monkeypatch.setattr(tray(opened), "tell", lambda *words: heard.append(words))
    session.mail.add("DELIVERED", "one")
    opened._count_mails()
    qtbot.waitUntil(lambda: opened.toasts._failed_mails == 0)
    session.mail.add("FAILED", "two")
    opened.toasts.observe_mails(1, seen=False)
    opened.toasts._tell()
    assert heard == [("1 mail could not be delivered", "The outbox says why.")]
    session.settings.file._settings = replace(session.settings.now, notifications=False)
    opened._tell("x", "y")
    assert len(heard) == 1
