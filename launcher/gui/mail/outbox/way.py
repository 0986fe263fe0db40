"""The way of one mail: its timeline, every try, and the mail server's own words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.mail.outbox.timeline import Timeline
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import try_words
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail

_TALLEST = 150


class Way(QScrollArea):
    """Scrolls as one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.timeline = Timeline()
        self.tries_title = TextLine("", "soft", tokens.SMALL, bold=True)
        self.tries = TextPane("The tries, one a line", code=True, tallest=_TALLEST)
        self.reply_title = TextLine("Mail server", "soft", tokens.SMALL, bold=True)
        self.reply = TextPane("The mail server's reply", code=True, tallest=_TALLEST)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        column.addWidget(self.timeline)
        column.addSpacing(tokens.HAIR)
        for widget in (self.tries_title, self.tries, self.reply_title, self.reply):
            column.addWidget(widget)
        column.addStretch()
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)

    def show_mail(self, mail: Mail) -> None:
        """Show how a mail went."""
        self.timeline.show_steps(mail.row, mail.timeline)
        count = len(mail.tries)
        self.tries_title.say(f"{count} {'try' if count == 1 else 'tries'}")
        self.tries.show_text("\n".join(try_words(one) for one in mail.tries))
        self.tries.setVisible(bool(mail.tries))
        self.tries_title.setVisible(bool(mail.tries))
        reply = "" if mail.tries else mail.row.last_reply
        self.reply.show_text(reply)
        self.reply.setVisible(bool(reply))
        self.reply_title.setVisible(bool(reply))
