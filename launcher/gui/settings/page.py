"""The Settings page: puts groups of settings, notices and storage together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.core.disk import Part, use_by_part
from launcher.core.state import ServiceStatus
from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.page import Page
from launcher.gui.session import Session
from launcher.gui.settings.notices import SettingsNotices
from launcher.gui.settings.saver import Saver
from launcher.gui.settings.setting_row import SettingRow
from launcher.gui.settings.storage_card import StorageCard
from launcher.gui.settings.watch import SettingsWatch
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.page_header import PageHeader
from launcher.gui.widgets.scrolled import lay_out_scrolled, scroll_to
from launcher.gui.widgets.text_line import TextLine
from launcher.runtime.disk import entries
from launcher.settings.table import GROUPS, Entry, Group

WIDTH = 860
"""A line between a name and its value that is longer is hard to follow."""


class SettingsPage(Page):
    """Every setting, one row each; shows the file, and what of it waits for a restart.

    Signals: `mail_servers_asked()`, `start_over_asked()`, `about_asked()`, `first_steps_asked()`,
    `restart_asked()` the program itself.
    """

    mail_servers_asked = Signal()
    start_over_asked = Signal()
    about_asked = Signal()
    first_steps_asked = Signal()
    restart_asked = Signal()

    def __init__(
        self,
        session: Session,
        background: Background,
        watch: SettingsWatch,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._background = background
        self.header = PageHeader("Settings")
        self.open_file = Button("Open file", name="Open settings.toml in your editor")
        self.about = Button("About", name="About: versions and licences")
        self.first_steps = Button("First steps", name="Show the first steps again")
        self.notices = SettingsNotices()
        self.storage = StorageCard()
        self.mail_server = TextLine("", "soft")
        self.mail_servers = Button("Mail servers…", name="Mail servers: choose, add, change")
        self.rows: dict[str, SettingRow] = {}
        self.saver = Saver(session.settings.file, background, self)
        self._body = QVBoxLayout()
        self._lay_out()
        self._connect(watch)
        self.show_settings()

    def show_settings(self) -> None:
        """Show what the file says now."""
        file = self._session.settings.file
        wrong = {error.key: error.remedy for error in file.errors}
        for key, row in self.rows.items():
            if not self.saver.busy_with(key):
                row.show_value(row.entry.value(file.settings), wrong.get(key, ""))
            row.setEnabled(file.readable)
        self.notices.show_errors(file.errors, readable=file.readable)
        profile = file.settings.profile
        self.mail_server.say(f"{profile.name} · {profile.host}" if profile else "Built-in inbox")
        self._show_waiting()

    def show_statuses(self, statuses: Mapping[str, ServiceStatus]) -> None:
        """A service that stopped waits for nothing any more."""
        del statuses
        if self.isVisible():
            self._show_waiting()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the disk again."""
        super().showEvent(event)
        self._show_waiting()
        QTimer.singleShot(0, self, self.measure)

    def show_storage(self) -> None:
        """Turn to what the home holds, once the page stands as it will."""

        def turn() -> None:
            scroll_to(self.storage)
            self.storage.folder.setFocus(Qt.FocusReason.OtherFocusReason)

        QTimer.singleShot(0, self, turn)

    def measure(self) -> None:
        """Count what the home holds."""
        home = Path(self._session.home)
        self._background.run(
            self,
            lambda: use_by_part(entries(home)),
            self._measured,
            lambda error: self.notice_raised.emit(f"The folder cannot be looked through: {error}"),
        )

    def _measured(self, use: Mapping[Part, int]) -> None:
        self.storage.show_use(use)

    def _show_waiting(self) -> None:
        self.notices.show_waiting(self._session.settings.waiting(), self._session.specs())

    def _choose(self, entry: Entry, value: Any) -> None:
        self.saver.put(entry, value)

    def _saved(self, key: str) -> None:
        # What was chosen may be what the file said already: then nobody tells of a change.
        del key
        self.show_settings()

    def _refused(self, key: str, words: str) -> None:
        self.show_settings()
        self.rows[key].refuse(words)
        self.notice_raised.emit(words)

    def _open(self, path: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self.notice_raised.emit(f"Nothing was found to open it with. It is {path}.")

    def _apply(self) -> None:
        self._session.settings.apply()
        self._show_waiting()

    def _connect(self, watch: SettingsWatch) -> None:
        watch.changed.connect(self.show_settings)
        self.saver.saved.connect(self._saved)
        self.saver.refused.connect(self._refused)
        file = self._session.settings.file
        home = Path(self._session.home)
        self.open_file.clicked.connect(lambda: self._open(file.path))
        self.notices.open_asked.connect(lambda: self._open(file.path))
        self.notices.apply_asked.connect(self._apply)
        self.notices.restart_asked.connect(self.restart_asked)
        self.storage.folder_asked.connect(lambda: self._open(home))
        self.storage.start_over_asked.connect(self.start_over_asked)
        self.mail_servers.clicked.connect(self.mail_servers_asked)
        self.about.clicked.connect(self.about_asked)
        self.first_steps.clicked.connect(self.first_steps_asked)

    def _add_group(self, group: Group) -> None:
        card = self._card(group.title)
        column = QVBoxLayout(card)
        column.setContentsMargins(0, tokens.HAIR, 0, tokens.HAIR)
        column.setSpacing(0)
        if group.title == "Mail":
            column.addLayout(self._mail_line())
        for entry in group.entries:
            row = SettingRow(entry)
            row.chosen.connect(self._choose)
            row.reset_asked.connect(self.saver.reset)
            self.rows[entry.key] = row
            column.addWidget(row)

    def _mail_line(self) -> QHBoxLayout:
        title = QLabel("Mail server")
        title.setFont(theme.font())
        line = QHBoxLayout()
        line.setContentsMargins(tokens.WIDE, tokens.TIGHT, tokens.WIDE, tokens.TIGHT)
        line.setSpacing(tokens.GAP)
        line.addWidget(title)
        line.addStretch()
        line.addWidget(self.mail_server)
        line.addWidget(self.mail_servers)
        return line

    def _card(self, title: str) -> Card:
        self._body.addSpacing(tokens.HAIR)
        self._body.addWidget(TextLine(title, bold=True))
        card = Card()
        self._body.addWidget(card)
        return card

    def _lay_out(self) -> None:
        for button in (self.first_steps, self.about, self.open_file):
            self.header.add(button)
        self._body.setSpacing(tokens.TIGHT)
        self._body.addWidget(self.notices)
        for group in GROUPS:
            self._add_group(group)
        self._body.addSpacing(tokens.HAIR)
        self._body.addWidget(TextLine("Storage", bold=True))
        self._body.addWidget(self.storage)
        self._body.addStretch()
        lay_out_scrolled(self, self.header, self._body, WIDTH)
