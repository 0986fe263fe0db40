"""A download of ours in the line that offers it: how far it has come, Cancel, another way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from launcher.core.explain import Tone
from launcher.gui.background import Background
from launcher.gui.services.fix_strip import FixStrip
from launcher.platform.packages import InstallOutcome
from launcher.runtime.parts.watching import CancelledError, Watch

Work = Callable[[Watch], InstallOutcome]
OFFERED = "RabbitMQ is not here, so an embedded broker takes its place."


class Installer:
    """Does what the test says, on the thread that installs."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.work: Work = lambda _: InstallOutcome(ok=True, words="installed Erlang")

    def __call__(self, groups: Sequence[str], watch: Watch) -> InstallOutcome:
        assert groups == ("rabbitmq",)
        return self.work(watch)

    def halfway(self, watch: Watch) -> InstallOutcome:
        watch.tell("Downloading Erlang 27: 60.0 MB of 120.0 MB · 5.0 MB/s · 12 s left", 0.5)
        assert self.go_on.wait(20)
        try:
            watch.check()
        except CancelledError:
            return InstallOutcome(
                ok=False, words="cancelled; what was downloaded is kept", cancelled=True
            )
        return InstallOutcome(ok=True, words="installed Erlang 27")


@pytest.fixture
def installer() -> Installer:
    return Installer()


@pytest.fixture
def strip(installer: Installer, qtbot: QtBot) -> Iterator[FixStrip]:
    background = Background()
    made = FixStrip(installer, background)
    qtbot.addWidget(made)
    made.offer(Tone.TROUBLE, OFFERED, "", "rabbitmq", "Install RabbitMQ")
    made.show()
    yield made
    installer.go_on.set()
    background.close()


def test_a_download_shows_its_share_and_words_and_can_be_cancelled(
    strip: FixStrip, installer: Installer, qtbot: QtBot
) -> None:
    installer.work = installer.halfway
    qtbot.mouseClick(strip.act, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(strip.cancel.isVisible)
    assert (strip.progress.value(), strip.progress.maximum()) == (500, 1000)
    assert strip.remedy.text().endswith("12 s left")
    assert strip.cancel.accessibleName() == "Cancel the installation"
    assert not strip.act.isVisible()
    strip.cancel.setFocus()
    qtbot.keyClick(strip.cancel, Qt.Key.Key_Space)
    assert strip.remedy.text() == "Cancelling …"
    installer.go_on.set()
    qtbot.waitUntil(strip.act.isEnabled)
    assert strip.words.text() == OFFERED
    assert strip.remedy.text() == "Cancelled; what was downloaded is kept."
    assert strip.act.isVisible()
    assert strip.act.text() == "Install RabbitMQ"
    assert not strip.cancel.isVisible()
    assert not strip.holds


def test_the_systems_own_packages_cannot_be_cancelled(
    strip: FixStrip, installer: Installer, qtbot: QtBot
) -> None:
    told = threading.Event()

    def by_apt(watch: Watch) -> InstallOutcome:
        watch.tell("Installing rabbitmq-server ...")
        told.set()
        assert installer.go_on.wait(20)
        return InstallOutcome(ok=True, words="installed rabbitmq-server")

    installer.work = by_apt
    strip.act.click()
    qtbot.waitUntil(lambda: strip.remedy.text().startswith("Installing"))
    assert not strip.cancel.isVisible()
    assert strip.progress.maximum() == 0
    installer.go_on.set()
    qtbot.waitUntil(strip.again.isVisible)


def test_a_failure_copies_the_other_way_alone(
    strip: FixStrip, installer: Installer, qtbot: QtBot
) -> None:
    installer.work = lambda _: InstallOutcome(
        ok=False,
        words="github.com cannot be reached: no route",
        remedy="Check the connection. Or as administrator: choco install rabbitmq",
        copied="choco install rabbitmq",
    )
    strip.act.click()
    qtbot.waitUntil(lambda: strip.words.text().startswith("github.com cannot be reached"))
    strip._copy.click()
    assert QGuiApplication.clipboard().text() == "choco install rabbitmq"
    assert strip.act.isEnabled()


def test_it_goes_on_after_a_cancelled_try(
    strip: FixStrip, installer: Installer, qtbot: QtBot
) -> None:
    installer.work = installer.halfway
    strip.act.click()
    qtbot.waitUntil(strip.cancel.isVisible)
    strip.cancel.click()
    installer.go_on.set()
    qtbot.waitUntil(strip.act.isEnabled)
    strip.act.click()
    qtbot.waitUntil(strip.again.isVisible)
    assert strip.words.text() == "Installed Erlang 27."


def test_the_end_of_the_program_ends_a_download(
    strip: FixStrip, installer: Installer, qtbot: QtBot
) -> None:
    ended = threading.Event()

    def until_cancelled(watch: Watch) -> InstallOutcome:
        watch.tell("Downloading", 0.1)
        try:
            watch.pause(20)
        except CancelledError:
            ended.set()
        return InstallOutcome(ok=False, words="cancelled", cancelled=True)

    installer.work = until_cancelled
    strip.act.click()
    qtbot.waitUntil(strip.cancel.isVisible)
    QGuiApplication.instance().aboutToQuit.emit()
    assert ended.wait(10)
