"""One caught mail: text, headers, source. HTML is shown as its words, never rendered."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import day_and_clock, html_as_text
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import size
from launcher.mail import InboxMail

_PARTS = ("Text", "HTML", "Headers", "Source")


class InboxDetail(Card):
    """Shows one InboxMail.

    Signals: `delete_asked(int)` its id; `outbox_asked(int)` the id of the mail of our outbox that
    this one is.
    """

    delete_asked = Signal(int)
    outbox_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._mail: InboxMail | None = None
        self._part = "Text"
        self.subject = TextLine("", scale=tokens.HEADING, bold=True)
        self.envelope = TextLine("", "soft")
        self.received = TextLine("", "soft", tokens.SMALL)
        self.way = Button("Its way", name="Show this mail in the outbox", small=True)
        self.delete = Button(
            "Delete", icon="trash", name="Delete this mail from the inbox", small=True
        )
        self.text = TextPane("The mail's text")
        self.code = TextPane("The mail as it came", code=True)
        self.parts: dict[str, Segment] = {}
        self._group = QButtonGroup(self)
        self.way.clicked.connect(self._ask_way)
        self.delete.clicked.connect(self._ask_delete)
        self._lay_out()
        self.clear()

    @property
    def caught_id(self) -> int | None:
        """The mail that is shown."""
        return None if self._mail is None else self._mail.row.id

    def clear(self) -> None:
        """Show that no mail is chosen."""
        self._mail = None
        self._stack.setCurrentIndex(0)

    def show_mail(self, mail: InboxMail) -> None:
        """Show a caught mail."""
        self._mail = mail
        row = mail.row
        self.subject.say(row.subject or "(no subject)")
        self.envelope.say(f"from {row.sender or 'nobody'} to {', '.join(row.recipients)}")
        self.received.say(f"Caught {day_and_clock(row.received_at)} · {size(row.size)}")
        self.way.setVisible(row.mail_id is not None)
        self.parts["Text"].setVisible(bool(mail.text) or not mail.html)
        self.parts["HTML"].setVisible(bool(mail.html))
        if self.parts[self._part].isHidden():
            self._part = "Text" if mail.text or not mail.html else "HTML"
        self.parts[self._part].setChecked(True)
        self._show_part(self._part)
        self._stack.setCurrentIndex(1)

    def _show_part(self, part: str) -> None:
        self._part = part
        mail = self._mail
        if mail is None:
            return
        written = part in ("Text", "HTML")
        self.text.setVisible(written)
        self.code.setVisible(not written)
        match part:
            case "Text":
                self.text.show_text(mail.text)
            case "HTML":
                self.text.show_text(html_as_text(mail.html))
            case "Headers":
                self.code.show_text("\n".join(f"{name}: {value}" for name, value in mail.headers))
            case _:
                self.code.show_text(mail.source)

    def _ask_way(self) -> None:
        if self._mail is not None and self._mail.row.mail_id is not None:
            self.outbox_asked.emit(self._mail.row.mail_id)

    def _ask_delete(self) -> None:
        if self._mail is not None:
            self.delete_asked.emit(self._mail.row.id)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT + 2)
        head.addWidget(self.subject, 1)
        head.addWidget(self.way)
        head.addWidget(self.delete)
        parts = QHBoxLayout()
        parts.setSpacing(tokens.TIGHT)
        for part in _PARTS:
            segment = Segment(part)
            if part == "HTML":
                segment.setToolTip("Its words only: nothing is rendered or loaded")
            segment.clicked.connect(partial(self._show_part, part))
            self._group.addButton(segment)
            self.parts[part] = segment
            parts.addWidget(segment)
        self.parts["Text"].setChecked(True)
        parts.addStretch()
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addWidget(self.envelope)
        column.addWidget(self.received)
        column.addSpacing(tokens.HAIR)
        column.addLayout(parts)
        column.addSpacing(tokens.HAIR)
        column.addWidget(self.text, 1)
        column.addWidget(self.code, 1)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(EmptyState("No mail chosen", "Its text and source show here."))
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(room)
