"""Which mail server is used for what, and the safe mode."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.smtp.menu_choice import MenuChoice
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.text_line import TextLine
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import CATCHER, check_address

INBOX = "The built-in inbox"
NOBODY = "Nothing is released"
_RESTART = "Django and the worker are restarted; waiting mails are kept."


class RoutingForm(Card):
    """Two choices and a safe address; nothing is used before *Use this* is pressed.

    Signals: `asked(object)` the MailChoice to be used.
    """

    asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._shown = MailChoice()
        self.profile = MenuChoice("Mail goes through")
        self.release = MenuChoice("Released mails go through")
        self.safe = QCheckBox("Safe mode: send every mail to")
        self.address = QLineEdit()
        self.address.setPlaceholderText("me@example.org")
        self.address.setAccessibleName("The address that gets every mail in safe mode")
        self.status = TextLine("", "soft", tokens.SMALL)
        self.use = Button("Use this", kind="primary", small=True)
        self.use.setAutoDefault(False)
        self._lay_out()
        self.use.clicked.connect(self._ask)
        self.profile.chosen.connect(lambda _value: self._say())
        self.release.chosen.connect(lambda _value: self._say())
        self.safe.toggled.connect(self._safe_toggled)
        self.address.textEdited.connect(lambda _text: self._say())

    def show_choice(self, choice: MailChoice, names: Iterable[str]) -> None:
        """Show what is used now, among these profiles."""
        self._shown = choice
        profiles = [(name, name) for name in names]
        self.profile.offer([(CATCHER, INBOX), *profiles], choice.profile)
        self.release.offer([("", NOBODY), *profiles], choice.release)
        self.address.setText(choice.redirect_to)
        self.safe.setChecked(bool(choice.redirect_to))
        self._say()

    def choice(self) -> MailChoice:
        """What is chosen now."""
        address = self.address.text().strip() if self.safe.isChecked() else ""
        return MailChoice(
            self.profile.value, self.release.value, address, self._shown.retention_days
        )

    def _ask(self) -> None:
        if not self._fault():
            self.asked.emit(self.choice())

    def _fault(self) -> str:
        if not self.safe.isChecked():
            return ""
        try:
            check_address(self.address.text().strip())
        except ValueError as error:
            return f"Safe mode: {error}."
        return ""

    def _safe_toggled(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.address.setEnabled(on)
        if on and not self.address.text():
            self.address.setFocus()
        self._say()

    def _say(self) -> None:
        fault, changed = self._fault(), self.choice() != self._shown
        self.address.setEnabled(self.safe.isChecked())
        self.use.setEnabled(changed and not fault)
        if fault:
            self.status.say(fault, Tone.FAILED)
        else:
            self.status.say(_RESTART if changed else "This is used now.", "soft")

    def _lay_out(self) -> None:
        self.safe.setFont(theme.font())
        first = QWidget()
        pairs = FlowLayout(first)
        for words, control in (
            ("Mail goes through", self.profile),
            ("Released mails go through", self.release),
        ):
            label = QLabel(words)
            label.setBuddy(control)
            label.setFont(theme.font())
            pair = QWidget()
            line = QHBoxLayout(pair)
            line.setContentsMargins(0, 0, tokens.GAP, 0)
            line.setSpacing(tokens.GAP)
            line.addWidget(label)
            line.addWidget(control)
            pairs.addWidget(pair)
        second = QHBoxLayout()
        second.setSpacing(tokens.GAP)
        second.addWidget(self.safe)
        second.addWidget(self.address, 1)
        third = QHBoxLayout()
        third.setSpacing(tokens.GAP)
        third.addWidget(self.status, 1)
        third.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        column.setSpacing(tokens.TIGHT + 2)
        column.addWidget(first)
        for row in (second, third):
            column.addLayout(row)
