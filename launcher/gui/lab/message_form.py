"""The message: its key, headers, body and time to live; where they are wrong it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from launcher.core.lab import LabMessage
from launcher.core.lab_error import LabError
from launcher.core.lab_headers import parse_headers, shown_headers
from launcher.core.matching import ExchangeKind
from launcher.gui import tokens
from launcher.gui.lab.desk import LabDesk
from launcher.gui.lab.queue_table import milliseconds
from launcher.gui.mail.compose.field import Field
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine

HEX = "hex:"
"""A body that begins so is bytes, written as pairs of hexadecimal digits."""
_HINTS = {
    ExchangeKind.DEFAULT: "the name of a queue",
    ExchangeKind.DIRECT: "error",
    ExchangeKind.TOPIC: "quick.orange.rabbit",
    ExchangeKind.FANOUT: "plays no part here",
    ExchangeKind.HEADERS: "plays no part here",
}


class MessageForm(QWidget):
    """Every letter that is typed changes the desk's message; one that is wrong changes nothing."""

    def __init__(self, desk: LabDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._taking = False
        self._why_not = ""
        self.key, self.headers, self.body, self.expires = (QLineEdit() for _ in range(4))
        self.fields = {
            "key": Field("Routing key", self.key, wide=True),
            "headers": Field("Headers", self.headers, wide=True),
            "body": Field("Body", self.body, wide=True),
            "expires": Field("Expires, ms", self.expires, wide=True),
        }
        self.send = Button("Send", kind="primary", name="Send the message")
        self.send_ten = Button("Send 10", name="Send the message ten times")
        self._lay_out()
        self._connect()
        desk.lab_changed.connect(self.show_lab)
        self.show_lab()

    @property
    def wrong(self) -> bool:
        """Whether something typed cannot be sent."""
        return any(not field.error.isHidden() for field in self.fields.values())

    def allow(self, *, sending: bool, why: str) -> None:
        """Whether there is a broker to send to; `why` not is the buttons' tool tip."""
        self._why_not = "" if sending else why
        self._show_buttons()

    def show_lab(self) -> None:
        """Show the lab's message, unless it is just being typed here."""
        self.key.setPlaceholderText(_HINTS[self._desk.lab.exchange])
        if self._taking:
            return
        message = self._desk.lab.message
        for edit, text in (
            (self.key, message.key),
            (self.headers, shown_headers(message.headers)),
            (self.body, _shown(message.body)),
            (self.expires, "" if message.expiration is None else str(message.expiration)),
        ):
            if edit.text() != text and not edit.hasFocus():
                edit.setText(text)

    def _take(self, name: str, make: Callable[[LabMessage], LabMessage]) -> None:
        self._taking = True
        try:
            self._desk.write(make(self._desk.lab.message))
        except LabError as error:
            self.fields[name].refuse([error.words, error.remedy])
        else:
            self.fields[name].refuse([])
        finally:
            self._taking = False
        self._show_buttons()

    def _show_buttons(self) -> None:
        for button, usual in ((self.send, "Send the message"), (self.send_ten, "")):
            button.setEnabled(not self.wrong and not self._why_not)
            button.setToolTip(self._why_not or usual)

    def _connect(self) -> None:
        self.key.textEdited.connect(
            lambda text: self._take("key", lambda message: replace(message, key=text))
        )
        self.headers.textEdited.connect(
            lambda text: self._take(
                "headers", lambda message: replace(message, headers=parse_headers(text))
            )
        )
        self.body.textEdited.connect(
            lambda text: self._take("body", lambda message: replace(message, body=_bytes(text)))
        )
        self.expires.textEdited.connect(
            lambda text: self._take(
                "expires", lambda message: replace(message, expiration=milliseconds(text.strip()))
            )
        )
        for edit in (self.key, self.headers, self.body, self.expires):
            edit.returnPressed.connect(self.send.click)
        self.send.clicked.connect(lambda: self._desk.send(1))
        self.send_ten.clicked.connect(lambda: self._desk.send(10))

    def _lay_out(self) -> None:
        self.headers.setPlaceholderText("format = pdf, pages = 3, urgent")
        self.body.setPlaceholderText("text, or bytes as in hex: ff fe")
        self.expires.setPlaceholderText("never")
        foot = QHBoxLayout()
        foot.setSpacing(tokens.TIGHT)
        foot.addStretch()
        foot.addWidget(self.send_ten)
        foot.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addWidget(TextLine("Message", bold=True))
        for field in self.fields.values():
            column.addWidget(field)
        column.addLayout(foot)
        column.addStretch()


def _shown(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"{HEX} {body.hex(' ')}"
    # A line of a form holds no others: what would look otherwise than it is, is shown as bytes.
    return text if text.isprintable() and not text.startswith(HEX) else f"{HEX} {body.hex(' ')}"


def _bytes(text: str) -> bytes:
    if not text.startswith(HEX):
        try:
            return text.encode()
        except UnicodeEncodeError as error:
            raise LabError("The body holds letters that no UTF-8 has.", "Write it anew.") from error
    try:
        return bytes.fromhex(text.removeprefix(HEX))
    except ValueError as error:
        raise LabError(
            "After hex: stand pairs of the digits 0 to 9 and a to f.", "Correct them."
        ) from error
