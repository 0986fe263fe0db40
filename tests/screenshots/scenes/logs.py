"""The Logs page."""

from __future__ import annotations

from launcher.core.logs import Level
from launcher.gui.logs.page import LogsPage
from launcher.gui.window import LOGS, Window
from tests.screenshots.scene import Scene, page_of, showing
from tests.screenshots.sessions import lively
from tests.screenshots.troubled import broken, embedded, hostile


def filtered(window: Window) -> None:
    page = page_of(window, LOGS, LogsPage)
    page.bar.text.setText("/mail (11|12)/")
    page.view.reveal(1180)


def refused(window: Window) -> None:
    page_of(window, LOGS, LogsPage).bar.text.setText("/mail (11|/")


def nothing_matches(window: Window) -> None:
    page = page_of(window, LOGS, LogsPage)
    page.bar.only.setChecked(True)
    page.bar.text.setText("no such words")


def errors(window: Window) -> None:
    window.show_log("worker", Level.ERROR)


def wrapped(window: Window) -> None:
    page_of(window, LOGS, LogsPage).view.set_wrap(True)


SCENES = (
    Scene("logs", lively, showing(LOGS)),
    Scene("logs-filtered", lively, filtered),
    Scene("logs-refused", lively, refused),
    Scene("logs-no-match", lively, nothing_matches),
    Scene("logs-errors", broken, errors),
    Scene("logs-hostile", hostile, wrapped),
    Scene("logs-empty", embedded, showing(LOGS)),
)
