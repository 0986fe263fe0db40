"""One mail of the outbox: how it stands, its way, the server's reply, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.timeline import Timeline
from launcher.gui.mail.words import (
    CANCELLABLE,
    RESENDABLE,
    STATE_TONES,
    STATE_WORDS,
    html_as_text,
)
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail

_LOUD = frozenset({Tone.FAILED, Tone.TROUBLE})


class OutboxDetail(Card):
    """Shows one Mail.

    Signals: `resend_asked(int)`, `cancel_asked(int)` with the mail's id.
    """

    resend_asked = Signal(int)
    cancel_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._mail_id: int | None = None
        self.subject = TextLine("", scale=tokens.HEADING, bold=True)
        self.mark = StateMark()
        self.state = TextLine("", bold=True)
        self.to = TextLine("", "soft")
        self.why = Banner(Tone.TROUBLE, "")
        self.timeline = Timeline()
        self.reply = TextPane("The mail server's reply", code=True)
        self.text = TextPane("Text of the mail")
        self.resend = Button("Resend", icon="resend", name="Send this mail again", small=True)
        self.cancel = Button("Cancel", name="Cancel this mail", small=True)
        self.resend.clicked.connect(lambda: self._ask(self.resend_asked.emit))
        self.cancel.clicked.connect(lambda: self._ask(self.cancel_asked.emit))
        self._lay_out()
        self.clear()

    @property
    def mail_id(self) -> int | None:
        """The mail that is shown."""
        return self._mail_id

    def clear(self) -> None:
        """Show that no mail is chosen."""
        self._mail_id = None
        self._stack.setCurrentIndex(0)

    def show_mail(self, mail: Mail) -> None:
        """Show a mail as it stands now."""
        row = mail.row
        self._mail_id = row.id
        tone = STATE_TONES.get(row.state, Tone.OFF)
        self.subject.say(row.subject or "(no subject)")
        self.mark.set_tone(tone)
        self.state.say(STATE_WORDS.get(row.state, row.state), tone)
        self.to.say(_envelope(mail))
        loud = tone in _LOUD
        self.why.setVisible(loud)
        if loud:
            self.why.say(tone, row.state_words)
        self.timeline.show_steps(row, mail.timeline)
        self.reply.show_text(_replies(mail))
        self.reply.setVisible(bool(self.reply.toPlainText()))
        lines = self.reply.document().blockCount()
        self.reply.setFixedHeight(min(130, 22 + lines * self.reply.fontMetrics().lineSpacing()))
        self.text.show_text(mail.text or html_as_text(mail.html))
        self.resend.setEnabled(row.state in RESENDABLE)
        self.cancel.setEnabled(row.state in CANCELLABLE)
        self._stack.setCurrentIndex(1)

    def _ask(self, emit: object) -> None:
        if self._mail_id is not None and callable(emit):
            emit(self._mail_id)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT + 2)
        self.subject.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        head.addWidget(self.subject, 1)
        head.addWidget(self.resend)
        head.addWidget(self.cancel)
        state = QHBoxLayout()
        state.setSpacing(tokens.TIGHT)
        state.addWidget(self.mark)
        state.addWidget(self.state)
        state.addSpacing(tokens.TIGHT)
        state.addWidget(self.to, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.GAP)
        column.addLayout(head)
        column.addLayout(state)
        column.addWidget(self.why)
        column.addWidget(self.timeline)
        column.addWidget(TextLine("Mail server", "soft", tokens.SMALL, bold=True))
        column.addWidget(self.reply)
        column.addWidget(TextLine("Text", "soft", tokens.SMALL, bold=True))
        column.addWidget(self.text, 1)
        self.text.setMinimumHeight(90)
        self.text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(EmptyState("No mail chosen", "Its way through the queue shows here."))
        self._stack.addWidget(scroll)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(room)


def _envelope(mail: Mail) -> str:
    parts = [f"to {', '.join(mail.row.to)}"]
    parts += [f"cc {', '.join(mail.cc)}"] if mail.cc else []
    parts += [f"bcc {', '.join(mail.bcc)}"] if mail.bcc else []
    return " · ".join(parts)


def _replies(mail: Mail) -> str:
    """The server's own words: by recipient where they differ, else the last ones."""
    own = {one.reply for one in mail.recipients if one.reply}
    if len(own) > 1:
        return "\n".join(f"{one.address}: {one.reply}" for one in mail.recipients if one.reply)
    return mail.row.last_reply or next(iter(own), "")
