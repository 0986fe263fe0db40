"""Writing a mail. What was typed stays until the mail was saved, whatever happens meanwhile."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.mail.field import LABEL_WIDTH, Field
from launcher.gui.mail.words import DraftKey, split_addresses
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Draft, MailClient, MailRefused, MailRow


class ComposePane(Card):
    """The form.

    Signals: `saved(int)` the id of the mail that was accepted.
    """

    saved = Signal(int)

    def __init__(
        self, client: MailClient, background: Background, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent=parent)
        self._client = client
        self._background = background
        self._key = DraftKey()
        self._sending = False
        self._ready = True
        self.to, self.cc, self.bcc, self.subject = (QLineEdit() for _ in range(4))
        self.text = QPlainTextEdit()
        self.fields = {
            "to": Field("To", self.to),
            "cc": Field("Cc", self.cc),
            "bcc": Field("Bcc", self.bcc),
            "subject": Field("Subject", self.subject),
            "text": Field("Text", self.text),
        }
        self.status = TextLine("", "soft")
        self.send = Button("Send", icon="resend", name="Send (Ctrl+Enter)", kind="primary")
        self.send.clicked.connect(self._send)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._send)
        self._lay_out()
        self.set_ready(ready=True)

    def draft(self) -> Draft:
        """The mail as it is written now."""
        return Draft(
            to=split_addresses(self.to.text()),
            cc=split_addresses(self.cc.text()),
            bcc=split_addresses(self.bcc.text()),
            subject=self.subject.text(),
            text=self.text.toPlainText(),
        )

    def begin(self) -> None:
        """Put the cursor where writing goes on."""
        (self.text if self.to.text() and self.subject.text() else self.to).setFocus()

    def set_ready(self, *, ready: bool) -> None:
        """Say whether mails can be taken at the moment."""
        self._ready = ready
        if not self._sending:
            self.send.setEnabled(ready)
            if self.status.text() in ("", _HINT, _NOT_READY):
                self.status.say(_HINT if ready else _NOT_READY, "soft")

    def _send(self) -> None:
        if self._sending or not self._ready:
            return
        self._refuse({})
        draft = self.draft()
        key = self._key.of(draft)
        self._sending = True
        self.send.setEnabled(False)
        self.status.say("Saving…", "soft")
        self._background.run(
            self, lambda: self._client.submit(draft, key), self._accepted, self._failed
        )

    def _accepted(self, row: MailRow) -> None:
        self._finish(_HINT)
        self._key.spent()
        for field in (self.to, self.cc, self.bcc, self.subject, self.text):
            field.clear()
        self.saved.emit(row.id)

    def _failed(self, error: Exception) -> None:
        self._finish(str(error), Tone.FAILED)
        if isinstance(error, MailRefused):
            self.status.say("Not sent: see what is marked above.", Tone.FAILED)
            self._refuse(error.errors)

    def _finish(self, words: str, ink: Tone | None = None) -> None:
        self._sending = False
        self.send.setEnabled(self._ready)
        self.status.say(words, ink or "soft")

    def _refuse(self, errors: object) -> None:
        named = dict(errors) if isinstance(errors, dict) else {}
        for name, field in self.fields.items():
            field.refuse(named.pop(name, ()))
        if named:
            rest = [word for words in named.values() for word in words]
            self.status.say(" ".join(rest), Tone.FAILED)
        for field in self.fields.values():
            if field.error.text():
                field.control.setFocus()
                break

    def _lay_out(self) -> None:
        self.to.setPlaceholderText("someone@example.com, another@example.com")
        self.text.setProperty("look", "field")
        self.text.setTabChangesFocus(True)
        self.text.setFont(theme.font())
        self.text.setMinimumHeight(100)
        foot = QHBoxLayout()
        foot.setSpacing(tokens.GAP)
        foot.addSpacing(LABEL_WIDTH + tokens.GAP)
        foot.addWidget(self.status, 1)
        foot.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        column.setSpacing(tokens.GAP)
        for name, field in self.fields.items():
            column.addWidget(field, 1 if name == "text" else 0)
        column.addLayout(foot)


_HINT = "Ctrl+Enter sends. The mail is saved first and then travels through the queue."
_NOT_READY = "What you write is kept until Django is ready."
