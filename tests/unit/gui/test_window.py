"""The window: pages, notices, themes, and the ordered end."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from launcher.gui.background import Background
from launcher.gui.icon import FOLDER
from launcher.gui.theme import Theme, colours
from launcher.gui.tokens import DARK, LIGHT
from launcher.gui.window import LOGS, MAIL, SERVICES, TASKS, Window
from tests.unit.gui.fakes import FakeSession, all_ready, all_stopped


def test_pages_are_built_when_they_are_first_asked_for(window: Window, qtbot: QtBot) -> None:
    assert window.stack.count() == 1
    window.activateWindow()
    for key, index in ((Qt.Key.Key_2, LOGS), (Qt.Key.Key_3, MAIL), (Qt.Key.Key_1, SERVICES)):
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.stack.currentWidget() is window.page(index)
        assert window.navigation.buttons[index].isChecked()
    assert window.stack.count() == 3


def test_the_frame_is_painted_before_the_first_page_is_built(
    session: FakeSession, qtbot: QtBot, theme: Theme
) -> None:
    window = Window(session, frame_first=True)
    counts: list[int] = []
    window.painted.connect(lambda: counts.append(window.stack.count()))
    window.show()
    qtbot.waitUntil(lambda: window.stack.count() == 1)
    assert counts == [0]
    window._finish()


def test_a_close_before_the_first_picture_stops_in_order_too(
    session: FakeSession, qtbot: QtBot, theme: Theme
) -> None:
    window = Window(session, frame_first=True)
    window.close()
    assert session.calls == [("quit",)]
    assert session.quit_done is not None
    with qtbot.waitSignal(window.finished):
        session.quit_done()


def test_a_new_mail_is_one_key_away(window: Window, qtbot: QtBot) -> None:
    window.activateWindow()
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.currentWidget() is window.page(MAIL)
    focused = window.focusWidget()
    assert focused is not None
    assert focused.accessibleName() == "To"


def test_a_refusal_of_another_thread_is_shown_and_can_be_closed(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    threading.Thread(target=lambda: session.notice[0]("It runs outside.")).start()
    qtbot.waitUntil(window.notice.isVisible)
    assert window.notice.words.text() == "It runs outside."
    window.notice.findChildren(QAbstractButton)[0].click()
    assert not window.notice.isVisible()


def test_a_second_start_raises_the_window(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    window.showMinimized()
    threading.Thread(target=session.raised[0]).start()
    qtbot.waitUntil(lambda: not window.isMinimized())


def test_closing_shows_the_ordered_stop_and_then_goes(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    window.close()
    assert window.isVisible()
    assert window.overlay.isVisible()
    assert "waits for RabbitMQ" in window.overlay.progress.text()
    assert session.calls == [("quit",)]
    session.now_stand(all_stopped())
    qtbot.waitUntil(lambda: window.overlay.progress.text() == "Everything has stopped.")
    assert session.quit_done is not None
    with qtbot.waitSignal(window.finished):
        threading.Thread(target=session.quit_done).start()
    assert not window.isVisible()


def test_a_second_close_asks_and_a_third_ends_at_once(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    window.close()
    window.close()
    assert session.calls == [("quit",)]
    assert window.focusWidget() is window.overlay.end_now
    with qtbot.waitSignal(window.finished):
        window.close()
    assert session.calls == [("quit",), ("force_quit",)]


def test_end_now_ends_at_once(window: Window, session: FakeSession, qtbot: QtBot) -> None:
    window.close()
    with qtbot.waitSignal(window.finished):
        window.overlay.end_now.click()
    assert session.calls == [("quit",), ("force_quit",)]


def test_an_end_that_fails_is_said_and_the_window_goes_all_the_same(
    window: Window, session: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        raise PermissionError("pid 12 is not ours")

    monkeypatch.setattr(session, "force_quit", fails)
    monkeypatch.setattr("launcher.gui.window.LAST_WORDS_MS", 50)
    window.close()
    with qtbot.waitSignal(window.finished):
        window.overlay.end_now.click()
        qtbot.waitUntil(lambda: "pid 12" in window.overlay.progress.text())


def test_pages_cannot_be_used_while_it_stops(window: Window, session: FakeSession) -> None:
    window.close()
    window.show_page(LOGS)
    assert window.stack.currentWidget() is window.page(SERVICES)
    assert not window.stack.isEnabled()


def test_with_nothing_running_it_goes_without_a_word(
    qtbot: QtBot, window: Window, session: FakeSession
) -> None:
    session.now_stand(all_stopped())
    window.close()
    assert not window.isVisible()
    assert not window.overlay.isVisible()
    assert session.calls == [("quit",)]


def test_a_terminal_can_ask_for_the_end(window: Window, session: FakeSession, qtbot: QtBot) -> None:
    threading.Thread(target=session.asked_to_quit[0]).start()
    qtbot.waitUntil(window.overlay.isVisible)
    assert session.calls == [("quit",)]


def test_light_and_dark_reach_palette_and_painted_widgets(window: Window, theme: Theme) -> None:
    theme.choose("dark")
    assert colours() is DARK
    assert window.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    dark = window.grab().toImage().pixelColor(188, 740).name()
    assert dark == DARK.window
    theme.choose("light")
    assert window.grab().toImage().pixelColor(188, 740).name() == LIGHT.window


def test_every_control_of_every_page_has_a_name(window: Window, session: FakeSession) -> None:
    session.mail.add("DELIVERED", "one")
    for index in (SERVICES, LOGS, MAIL, TASKS):
        window.show_page(index)
    nameless = [
        control
        for kind in (QAbstractButton, QLineEdit, QPlainTextEdit)
        for control in window.findChildren(kind)
        if not control.accessibleName() and not _is_qts_own(control)
    ]
    assert nameless == []


def _is_qts_own(control: object) -> bool:
    """The clear button inside a line edit."""
    return type(control).__name__ == "QToolButton"


def test_all_colours_of_states_can_be_read_on_their_ground() -> None:
    for scheme in (LIGHT, DARK):
        grounds = (scheme.card, scheme.window)
        inks = (scheme.ink, scheme.soft, scheme.faint, *scheme.tones.values())
        for ground in grounds:
            for ink in inks:
                assert contrast(ink, ground) >= 4.0, (ink, ground)


def contrast(one: str, two: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_icon_takes_its_colour_from_the_palette() -> None:
    for path in FOLDER.glob("*.svg"):
        if path.name != "app.svg":
            assert b"currentColor" in path.read_bytes(), path.name


def test_the_png_is_the_svg(qapp: object) -> None:
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    drawn = QImage(256, 256, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(0)
    painter = QPainter(drawn)
    QSvgRenderer(str(FOLDER / "app.svg")).render(painter)
    painter.end()
    kept = QImage(str(FOLDER / "app.png")).convertToFormat(drawn.format())
    assert kept == drawn


def test_work_whose_owner_is_gone_is_not_delivered(background: Background, qtbot: QtBot) -> None:
    import shiboken6
    from PySide6.QtCore import QObject

    owner, other = QObject(), QObject()
    gate = threading.Event()
    heard: list[str] = []
    background.run(owner, gate.wait, lambda _r: heard.append("gone"), lambda _e: None)
    shiboken6.delete(owner)
    gate.set()
    background.run(other, lambda: "x", heard.append, lambda _e: None)
    qtbot.waitUntil(lambda: heard == ["x"])


def test_statuses_are_read_from_the_session_when_the_window_opens(
    window: Window, session: FakeSession
) -> None:
    assert session.statuses() == all_ready()
    assert window.navigation.buttons[SERVICES].accessibleName() == "Services"
