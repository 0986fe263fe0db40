"""One message: its way with times, its headers and body, and the ways to its mail and log lines."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from launcher.core.flow_content import Content
from launcher.core.flow_messages import Message
from launcher.gui import theme, tokens
from launcher.gui.flow.words import message_text, state_words, steps
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail


class MessageDetail(QWidget):
    """Shows one message at a time.

    Signals: `closed()`; `mail_asked(int)`; `mail_lines_asked(int)`, `lines_asked(str)` for the log
    lines of a mail, or of a task by its id.
    """

    closed = Signal()
    mail_asked = Signal(int)
    mail_lines_asked = Signal(int)
    lines_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message: Message | None = None
        self._mark = StateMark()
        self.title = TextLine("", bold=True)
        self.state = TextLine("", "soft")
        self.open_mail = Button("Open mail", small=True)
        self.open_lines = Button("Log lines", small=True)
        self.back = Button(icon="close", name="Back to the queues", kind="bare", small=True)
        self.back.clicked.connect(self.closed)
        self.open_mail.clicked.connect(self._ask_mail)
        self.open_lines.clicked.connect(self._ask_lines)
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT + 2)
        head.addWidget(self._mark)
        head.addWidget(self.title)
        head.addWidget(self.state, 1)
        for button in (self.open_mail, self.open_lines, self.back):
            head.addWidget(button)
        self.steps = _reading("The way of the message")
        self.text = _reading("Headers and body")
        below = QHBoxLayout()
        below.setSpacing(tokens.WIDE)
        below.addWidget(self.steps, 2)
        below.addWidget(self.text, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.WIDE, tokens.TIGHT, tokens.GAP, tokens.TIGHT)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addLayout(below, 1)
        leave = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        leave.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        leave.activated.connect(self.closed)

    @property
    def message_id(self) -> str:
        """The message that is shown, "" when none is."""
        return self._message.id if self._message else ""

    def show_message(
        self, message: Message, content: Content | None, why_not: str, mail: Mail | None
    ) -> None:
        """Show it as it is now; `why_not` says why there is no content, `mail` is its own."""
        self._message = message
        words, tone = state_words(message)
        self._mark.set_tone(tone)
        self.title.say(message.id)
        self.state.say(words)
        self.open_mail.setVisible(message.mail is not None)
        _replace(
            self.steps, "\n".join(f"{when:>13}  {what}" for when, what in steps(message, mail))
        )
        _replace(self.text, message_text(message, content, why_not))

    def _ask_mail(self) -> None:
        if self._message is not None and self._message.mail is not None:
            self.mail_asked.emit(self._message.mail)

    def _ask_lines(self) -> None:
        if self._message is None:
            return
        if self._message.mail is not None:
            self.mail_lines_asked.emit(self._message.mail)
        else:
            self.lines_asked.emit(self._message.id)


def _reading(name: str) -> QPlainTextEdit:
    """A field for text that is read, and copied."""
    field = QPlainTextEdit()
    field.setReadOnly(True)
    field.setProperty("look", "code")
    field.setFrameShape(QFrame.Shape.NoFrame)
    field.setFont(theme.mono_font())
    field.setTabChangesFocus(True)
    field.setAccessibleName(name)
    return field


def _replace(field: QPlainTextEdit, text: str) -> None:
    """Show another text at the same place."""
    if text != field.toPlainText():
        place = field.verticalScrollBar().value()
        field.setPlainText(text)
        field.verticalScrollBar().setValue(place)
