"""What the details of outbox and inbox have in common: a head, and the parts of one mail."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLayout,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.gui import tokens
from launcher.gui.mail.file_list import FileList
from launcher.gui.mail.html_view import HtmlView
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import InboxMail, Mail

Shown = TypeVar("Shown", Mail, InboxMail)


class MailDetail(Card, Generic[Shown]):
    """Shows one mail, or that none is chosen. A subclass adds parts of its own to `text`, `html`,
    `files` and `source`, and lays them out.

    Signals: `delete_asked(object)` with the mail; `save_asked(int, int, str)` its id, an
    attachment's index and a path.
    """

    delete_asked = Signal(object)
    save_asked = Signal(int, int, str)

    def __init__(self) -> None:
        super().__init__()
        self.mail: Shown | None = None
        self.subject = TextLine("", scale=tokens.HEADING, bold=True)
        self.delete = Button(icon="trash", name="Delete this mail (Del)", small=True)
        self.text = TextPane("The mail's text")
        self.html = HtmlView("The mail's HTML; nothing is loaded")
        self.files = FileList()
        self.source = TextPane("The mail's source", code=True)
        self.views = QStackedWidget()
        self.parts: list[Segment] = []
        self._group = QButtonGroup(self)
        self.delete.clicked.connect(partial(self._ask, self.delete_asked))
        self.files.save_asked.connect(self._ask_save)

    @property
    def mail_id(self) -> int | None:
        """The mail that is shown."""
        return None if self.mail is None else self.mail.row.id

    def clear(self) -> None:
        """Show that no mail is chosen."""
        self.mail = None
        self._stack.setCurrentIndex(0)

    def show_mail(self, mail: Shown) -> None:
        """Show a mail as it stands now; a subclass shows what only it has."""
        self.mail = mail
        self.subject.say(mail.row.subject or "(no subject)")
        self.text.show_text(mail.text)
        self.html.show_html(mail.html)
        self.files.show_files(mail.attachments)
        self._stack.setCurrentIndex(1)

    def show_part(self, part: int) -> None:
        """Turn to one part of the mail."""
        self.views.setCurrentIndex(part)
        self.parts[part].setChecked(True)

    def _stay_or_turn_to(self, part: int) -> None:
        """Stay at the part that is shown while the mail has it, else turn to another."""
        chosen = self._group.checkedId()
        self.show_part(part if self.parts[chosen].isHidden() else chosen)

    def _ask(self, signal: SignalInstance) -> None:
        if self.mail is not None:
            signal.emit(self.mail)

    def _ask_save(self, index: int, path: str) -> None:
        if self.mail is not None:
            self.save_asked.emit(self.mail.row.id, index, path)

    def _lay_out(
        self,
        buttons: Sequence[QWidget],
        about: Sequence[QLayout | QWidget],
        parts: Sequence[tuple[str, QWidget]],
        nothing: str,
    ) -> None:
        """Put all together: buttons beside the subject, what is said below it, the parts.

        `nothing` is the sentence below "No mail chosen".
        """
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(self.subject, 1)
        for button in (*buttons, self.delete):
            head.addWidget(button)
        bar = QWidget()
        flow = FlowLayout(bar)
        for number, (name, view) in enumerate(parts):
            segment = Segment(name, small=True)
            segment.clicked.connect(partial(self.show_part, number))
            self._group.addButton(segment, number)
            self.parts.append(segment)
            flow.addWidget(segment)
            self.views.addWidget(view)
        self.parts[0].setChecked(True)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        for each in about:
            if isinstance(each, QWidget):
                column.addWidget(each)
            else:
                column.addLayout(each)
        column.addSpacing(tokens.HAIR)
        column.addWidget(bar)
        column.addSpacing(tokens.HAIR)
        column.addWidget(self.views, 1)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(EmptyState("No mail chosen", nothing))
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(room)
        self.clear()
