"""The Settings page and the sheets that it opens."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea

from launcher.core.disk import Scope
from launcher.gui.settings.page import SettingsPage
from launcher.gui.settings.start_over_sheet import StartOverSheet
from launcher.gui.window import SETTINGS, Window
from tests.screenshots.scene import Act, Scene, page_of, showing
from tests.screenshots.sessions import lively, with_mail_servers
from tests.screenshots.troubled import misset, unremovable
from tests.screenshots.waiting import wait


def end(window: Window) -> None:
    """What lies furthest down."""
    page = page_of(window, SETTINGS, SettingsPage)
    wait(100)
    bar = page.findChildren(QScrollArea)[0].verticalScrollBar()
    bar.setValue(bar.maximum())


def starting_over(scope: Scope) -> Act:
    def act(window: Window) -> None:
        window.show_page(SETTINGS)
        window.show_start_over()
        window.findChildren(StartOverSheet)[0].scopes[scope].click()

    return act


def about(window: Window) -> None:
    window.show_page(SETTINGS)
    window.show_about()


def mail_servers(window: Window) -> None:
    window.show_page(SETTINGS)
    window.show_mail_servers()


SCENES = (
    Scene("settings", lively, showing(SETTINGS)),
    Scene("settings-end", lively, end),
    Scene("settings-wrong", misset, showing(SETTINGS)),
    Scene("settings-start-over", lively, starting_over(Scope.BROKER)),
    Scene("settings-start-over-all", lively, starting_over(Scope.ALL)),
    Scene("settings-start-over-refused", unremovable, starting_over(Scope.DATABASE)),
    Scene("settings-about", lively, about),
    Scene("settings-mail-servers", with_mail_servers, mail_servers),
    Scene("settings-mail-servers-none", lively, mail_servers),
)
