"""One mail server as a form: its address, its login, who mails are from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from launcher.gui import theme, tokens
from launcher.gui.mail.compose.field import Field
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.sized_line import SizedLine
from launcher.smtp.presets import Preset, preset_of
from launcher.smtp.profile import USUAL_PORTS, Security, SmtpProfile, profile_from

_SECURITIES = tuple(Security)
_PORT_WIDTH = 64


class ProfileForm(QWidget):
    """Shows one profile; what is typed is read with `profile`. A password is never shown again.

    Signals: `edited()` something was typed or chosen.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.host, self.user, self.own = (QLineEdit() for _ in range(4))
        self.port = SizedLine(_PORT_WIDTH)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.security = [Segment(each.words.capitalize()) for each in _SECURITIES]
        self.security[0].say("STARTTLS")
        self.security[1].say("TLS")
        self._group = QButtonGroup(self)
        self._choices = QWidget()
        self.fields = {
            "": Field("Name", self.name, wide=True),
            "host": Field("Server", self.host, wide=True),
            "security": Field("Encryption", self._choices, wide=True),
            "port": Field("Port", self.port),
            "user": Field("User", self.user, wide=True),
            "password": Field("Password", self.password, wide=True),
            "from": Field("From", self.own, wide=True),
        }
        self.hint = QLabel()
        self._lay_out()
        self._connect()

    def show_new(self, name: str, preset: Preset | None = None) -> None:
        """Begin another profile, filled with what a provider says."""
        security = preset.security if preset else Security.STARTTLS
        port = preset.port if preset else USUAL_PORTS[security]
        user = preset.user if preset else ""
        self._fill(SmtpProfile(name, preset.host if preset else "", port, security, user))
        self._is_new(new=True)
        self.say_password("")
        (self.user if preset else self.host).setFocus()

    def show_profile(self, profile: SmtpProfile) -> None:
        """Show a profile that is saved; its name stays."""
        self._fill(profile)
        self._is_new(new=False)

    @property
    def is_new(self) -> bool:
        """Whether what is shown is not saved yet."""
        return not self.fields[""].isHidden()

    def say_password(self, words: str) -> None:
        """Say beside the empty field whether the password is known."""
        self.password.setPlaceholderText(words)

    def profile(self) -> SmtpProfile | None:
        """What is typed, None when something of it is wrong: that is marked."""
        entries: dict[str, Any] = {
            "host": self.host.text().strip(),
            "security": _SECURITIES[self._group.checkedId()].value,
            "user": self.user.text(),
            "from": self.own.text(),
        }
        if self.port.text():
            entries["port"] = int(self.port.text())
        profile, errors = profile_from(self.name.text().strip(), entries)
        self.refuse(errors)
        return profile

    def refuse(self, errors: Mapping[str, str]) -> None:
        """Mark what is wrong, and put the cursor there."""
        for key, field in self.fields.items():
            words = errors.get(key, "")
            field.refuse([f"{words[0].upper()}{words[1:]}."] if words else [])
        if "security" in errors:
            # Too long for the line below its field.
            self._hint(self.fields["security"].error.text())
        for key in errors:
            if key in self.fields and key != "security":
                self.fields[key].control.setFocus()
                break

    def _is_new(self, *, new: bool) -> None:
        """A saved one keeps its name: passwords are kept under it."""
        self.fields[""].setVisible(new)

    def _fill(self, profile: SmtpProfile) -> None:
        self.name.setText(profile.name)
        self.host.setText(profile.host)
        self.port.setText(str(profile.port))
        self.user.setText(profile.user)
        self.own.setText(profile.sender)
        self.password.clear()
        self.security[_SECURITIES.index(profile.security)].setChecked(True)
        self.refuse({})
        self._say_hint()

    def _secured(self, index: int) -> None:
        """Another encryption has another usual port; one that was typed stays."""
        usual = {str(port) for port in USUAL_PORTS.values()}
        if not self.port.text() or self.port.text() in usual:
            self.port.setText(str(USUAL_PORTS[_SECURITIES[index]]))
        self.edited.emit()

    def _say_hint(self) -> None:
        preset = preset_of(self.host.text().strip())
        self._hint(f"{preset.title}: {preset.hint}" if preset else "")
        self.hint.setToolTip(f"From {preset.record}" if preset else "")

    def _hint(self, words: str) -> None:
        self.hint.setText(words)
        self.hint.setVisible(bool(words))

    def _connect(self) -> None:
        for edit in (self.name, self.host, self.port, self.user, self.password, self.own):
            edit.textEdited.connect(lambda _text: self.edited.emit())
        self.host.textEdited.connect(lambda _text: self._say_hint())
        self._group.idClicked.connect(self._secured)

    def _lay_out(self) -> None:
        self.port.setValidator(QIntValidator(1, 65535, self))
        self.host.setPlaceholderText("smtp.example.org")
        self.user.setPlaceholderText("nobody: without a login")
        self.own.setPlaceholderText("me@example.org")
        choices = QHBoxLayout(self._choices)
        choices.setContentsMargins(0, 0, 0, 0)
        choices.setSpacing(tokens.TIGHT)
        for index, segment in enumerate(self.security):
            self._group.addButton(segment, index)
            choices.addWidget(segment)
        choices.addStretch()
        self.hint.setWordWrap(True)
        self.hint.setFont(theme.font(tokens.SMALL))
        self.hint.setForegroundRole(self.hint.palette().ColorRole.Dark)
        # What stands below may give way, a field may not.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        secured = QHBoxLayout()
        secured.setSpacing(tokens.GAP)
        secured.addWidget(self.fields["security"], 1)
        secured.addWidget(self.fields["port"])
        for key, field in self.fields.items():
            if key == "security":
                column.addLayout(secured)
            elif key != "port":
                column.addWidget(field)
        column.addWidget(self.hint)
