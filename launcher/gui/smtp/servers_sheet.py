"""The mail servers: which is used on top, all of them at the left, the chosen one at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QMenu, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet
from launcher.gui.smtp.dialogue_view import DialogueView
from launcher.gui.smtp.profile_form import ProfileForm
from launcher.gui.smtp.routing_form import RoutingForm
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.empty_state import EmptyState
from launcher.mail_servers import MailServers, run_check
from launcher.runtime.smtp_check import SmtpCheck
from launcher.runtime.smtp_dialogue import Said
from launcher.runtime.smtp_words import CANCELLED, Outcome
from launcher.smtp.choice import MailChoice
from launcher.smtp.presets import Preset, presets
from launcher.smtp.profile import SmtpProfile

NEW = "New server"
T = TypeVar("T")


class MailServersSheet(Sheet):
    """Adds, changes, tests and removes mail servers; files and stores in the background.

    Signals: `told(str)` what was changed, for the window. Private: `_said(str)`, a line of a test.
    """

    told = Signal(str)
    _said = Signal(str)

    def __init__(self, servers: MailServers, background: Background, parent: QWidget) -> None:
        super().__init__("Mail servers", parent, width=820)
        self._servers = servers
        self._background = background
        self._check: SmtpCheck | None = None
        self._testing = False
        self._cancelled = False
        self.routing = RoutingForm()
        self.list = QListWidget()
        self.list.setAccessibleName("Mail servers")
        self.add = Button("Add", menu=True, name="Add a mail server", small=True)
        self.add_menu = QMenu(self)
        self.empty = EmptyState(
            "No mail server yet",
            "Every mail goes to the built-in inbox and stays on this computer. Add a server to "
            "send mails to people.",
        )
        self.form = ProfileForm()
        self.dialogue = DialogueView()
        self.test = Button("Test connection", small=True)
        self.remove = Button("Remove", name="Remove this mail server", small=True)
        self.save = Button("Save", kind="primary", small=True)
        self.close_button.setText("Close")
        self._lay_out()
        self._connect()
        self._show_all()
        (self.list if servers.profiles else self.add).setFocus()

    def reject(self) -> None:
        """Close, and let a test go."""
        self._cancel()
        super().reject()

    # -- showing -------------------------------------------------------------------------------

    def _show_all(self, wanted: str = "") -> None:
        choice, profiles = self._servers.choice, self._servers.profiles
        self.routing.show_choice(choice, profiles)
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's own
        self.list.clear()
        for name, profile in profiles.items():
            item = QListWidgetItem(f"{name} · in use" if name == choice.profile else name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setToolTip(profile.words)
            self.list.addItem(item)
        self.list.blockSignals(False)  # noqa: FBT003 - Qt's own
        names = list(profiles)
        if names:
            self.list.setCurrentRow(names.index(wanted) if wanted in names else 0)
        self._show_form(bool(names))
        if self._servers.errors:
            self.say(self._servers.errors[0].words, wrong=True)

    def _show_form(self, shown: bool) -> None:  # noqa: FBT001 - one question
        self.empty.setVisible(not shown)
        for widget in (self.form, self.test, self.remove, self.save):
            widget.setVisible(shown)
        if not shown:
            self.dialogue.hide()

    def _show_chosen(self, row: int) -> None:
        item = self.list.item(row)
        name = str(item.data(Qt.ItemDataRole.UserRole)) if item else ""
        if name not in self._servers.profiles:
            return
        self._cancel()
        self.dialogue.hide()
        profile = self._servers.profiles[name]
        self.form.show_profile(profile)
        self.form.say_password("")
        self.remove.setText("Remove")
        if profile.user:
            self._background.run(
                self,
                lambda: (self._servers.has_password(name), self._servers.passwords.has_store),
                partial(self._say_password, name),
                self._failed,
            )

    def _say_password(self, name: str, known: tuple[bool, bool]) -> None:
        if self.form.name.text() != name:
            return
        there, stored = known
        if there:
            where = "in the system's store" if stored else "in memory until you quit"
            self.form.say_password(f"kept {where}; type to replace it")
        else:
            self.form.say_password("not known yet")

    def _new(self, preset: Preset | None) -> None:
        self._cancel()
        self.dialogue.hide()
        taken = set(self._servers.profiles)
        base = preset.name if preset else "work"
        name = next(
            each
            for each in (base, *(f"{base}{number}" for number in range(2, 1000)))
            if each not in taken
        )
        self.list.setCurrentRow(-1)
        self._show_form(shown=True)
        self.remove.setText("Discard")
        self.form.show_new(name, preset)

    # -- changing ------------------------------------------------------------------------------

    def _save(self) -> None:
        profile = self.form.profile()
        if profile is None:
            return
        if self.form.is_new and profile.name in self._servers.profiles:
            self.form.refuse({"": "there is a mail server of this name already"})
            return
        password = self.form.password.text()

        def work() -> str:
            kept = self._servers.save(profile, password)
            return self._servers.passwords.words if kept else ""

        self._change(work, lambda words: self._saved(profile, words))

    def _saved(self, profile: SmtpProfile, words: str) -> None:
        self._show_all(profile.name)
        self.say(f"{profile.name} is saved. {words}".strip())
        if len(self._servers.profiles) == 1 and self._servers.choice.profile != profile.name:
            self.say(f"{profile.name} is saved. {words} It is not used yet: see above.")

    def _remove(self) -> None:
        name = self.form.name.text()
        if self.form.is_new:
            self._show_all()
            return

        def work() -> bool:
            used = name in self._servers.choice.in_use
            self._servers.remove(name)
            return used

        def done(used: bool) -> None:  # noqa: FBT001 - the outcome
            self._show_all()
            more = " Mail goes to the built-in inbox now." if used else ""
            self.say(f"{name} is removed, with its password.{more}")

        self._change(work, done)

    def _use(self, choice: MailChoice) -> None:
        def work() -> None:
            self._servers.choose(choice)

        def done(_none: object) -> None:
            self._show_all(self.form.name.text())
            where = choice.profile if choice.profile in self._servers.profiles else "the inbox"
            safe = f" Safe mode: all of it to {choice.redirect_to}." if choice.redirect_to else ""
            self.told.emit(f"Mail goes through {where} now.{safe}")
            if self._servers.missing:
                self.say(f"The password of {self._servers.missing[0]} is missing.", wrong=True)

        self._change(work, done)

    def _change(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self.say("")
        self._background.run(self, work, done, self._failed)

    def _failed(self, error: Exception) -> None:
        self.say(str(error), wrong=True)

    # -- testing -------------------------------------------------------------------------------

    def _test(self) -> None:
        if self._testing:
            self._cancel()
            return
        profile = self.form.profile()
        if profile is None:
            return
        password = self.form.password.text()
        self._testing, self._cancelled = True, False
        self.test.setText("Cancel test")
        self.dialogue.begin(f"{profile.host}:{profile.port}")
        self.dialogue.show()

        def tell(line: Said) -> None:
            if shiboken6.isValid(self):
                self._said.emit(line.words)

        def work() -> Outcome:
            check = self._servers.check(profile, password, tell)
            self._check = check
            return CANCELLED if self._cancelled else run_check(check, profile)

        self._background.run(self, work, self._tested, self._test_failed)

    def _tested(self, outcome: Outcome) -> None:
        self._testing, self._check = False, None
        self.test.setText("Test connection")
        self.dialogue.finish(outcome)

    def _test_failed(self, error: Exception) -> None:
        self._tested(Outcome(ok=False, phase="start", words=str(error)))

    def _cancel(self) -> None:
        self._cancelled = True
        if self._check is not None:
            self._check.cancel()

    # -- arranging -----------------------------------------------------------------------------

    def _connect(self) -> None:
        self._said.connect(self.dialogue.add)
        self.list.currentRowChanged.connect(self._show_chosen)
        self.routing.asked.connect(self._use)
        self.save.clicked.connect(self._save)
        self.remove.clicked.connect(self._remove)
        self.test.clicked.connect(self._test)
        self.add_menu.addAction(NEW).triggered.connect(partial(self._new, None))
        self.add_menu.addSeparator()
        for preset in presets().values():
            self.add_menu.addAction(preset.title).triggered.connect(partial(self._new, preset))
        self.add.clicked.connect(self._open_add)

    def _open_add(self) -> None:
        self.add_menu.popup(self.add.mapToGlobal(self.add.rect().bottomLeft()))

    def _lay_out(self) -> None:
        self.resize(860, 640)
        self.list.setFixedWidth(200)
        left = QVBoxLayout()
        left.setSpacing(tokens.TIGHT)
        left.addWidget(self.list, 1)
        left.addWidget(self.add)
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.TIGHT)
        buttons.addWidget(self.test)
        buttons.addStretch()
        buttons.addWidget(self.remove)
        buttons.addWidget(self.save)
        right = QVBoxLayout()
        right.setSpacing(tokens.TIGHT + 2)
        right.addWidget(self.empty, 1)
        right.addWidget(self.form)
        right.addLayout(buttons)
        right.addWidget(self.dialogue, 1)
        right.addStretch()
        row = QHBoxLayout()
        row.setSpacing(tokens.WIDE)
        row.addLayout(left)
        row.addLayout(right, 1)
        for button in (self.add, self.test, self.remove, self.save):
            button.setAutoDefault(False)
        self.dialogue.hide()
        self.body.addWidget(self.routing)
        self.body.addLayout(row, 1)
