"""Asks for the password of a mail server that is in use and whose password is not known."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from launcher.gui.background import Background
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.mail_servers import MailServers
from launcher.smtp.profile import SmtpProfile


class PasswordSheet(Sheet):
    """One password; *Later* leaves it, and mails wait."""

    def __init__(
        self, servers: MailServers, profile: SmtpProfile, background: Background, parent: QWidget
    ) -> None:
        super().__init__("Password of the mail server", parent)
        self._servers = servers
        self._profile = profile
        self._background = background
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setAccessibleName(f"Password of {profile.user} at {profile.host}")
        self.close_button.setText("Later")
        self.body.addWidget(
            sentence(
                f"Mail goes through {profile.name} ({profile.host}), and the password of "
                f"{profile.user} is not known. {servers.passwords.words}"
            )
        )
        self.body.addWidget(self.password)
        self.keep = self.action("Use it")
        self.keep.setEnabled(False)
        self.password.textChanged.connect(lambda text: self.keep.setEnabled(bool(text)))
        self.keep.clicked.connect(self._keep)
        self.password.setFocus()

    def _keep(self) -> None:
        given = self.password.text()
        self.keep.setEnabled(False)
        self._background.run(
            self,
            lambda: self._servers.set_password(self._profile.name, given),
            lambda _kept: self.accept(),
            lambda error: self.say(str(error), wrong=True),
        )
