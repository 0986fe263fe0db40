"""One caught mail: text, HTML made harmless, headers, files, source."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.gui import tokens
from launcher.gui.mail.file_list import FileList
from launcher.gui.mail.html_view import HtmlView
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import day_and_clock
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import listed, size
from launcher.mail import InboxMail

TEXT, HTML, FILES, HEADERS, SOURCE = range(5)
_PARTS = ("Text", "HTML", "Files", "Headers", "Source")
_NAMED = 3


class InboxDetail(Card):
    """Shows one InboxMail.

    Signals: `delete_asked(int)` its id; `outbox_asked(int)` the id of the mail of our outbox that
    this one is; `release_asked(object)` the InboxMail; `save_asked(int, int, str)` its id, an
    attachment's index and a path.
    """

    delete_asked = Signal(int)
    outbox_asked = Signal(int)
    release_asked = Signal(object)
    save_asked = Signal(int, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.mail: InboxMail | None = None
        self.subject = TextLine("", scale=tokens.HEADING, bold=True)
        self.envelope = TextLine("", "soft")
        self.received = TextLine("", "soft", tokens.SMALL)
        self.way = Button("Its way", name="Show this mail in the outbox", small=True)
        self.release = Button("Release…", icon="resend", name=_NO_SERVER, small=True)
        self.delete = Button(icon="trash", name="Delete this mail (Del)", small=True)
        self.text = TextPane("The mail's text")
        self.html = HtmlView("The mail's HTML; nothing is loaded")
        self.files = FileList()
        self.headers = TextPane("The mail's headers", code=True)
        self.source = TextPane("The mail as it came", code=True)
        self.views = QStackedWidget()
        self.parts: list[Segment] = []
        self._group = QButtonGroup(self)
        self.way.clicked.connect(self._ask_way)
        self.release.clicked.connect(self._ask_release)
        self.delete.clicked.connect(self._ask_delete)
        self.files.save_asked.connect(self._ask_save)
        self._lay_out()
        self.set_release("")
        self.clear()

    @property
    def caught_id(self) -> int | None:
        """The mail that is shown."""
        return None if self.mail is None else self.mail.row.id

    def set_release(self, server: str) -> None:
        """Say to which real server a mail can be released, "" for none."""
        self.release.setEnabled(bool(server))
        name = f"Send this mail on by {server}" if server else _NO_SERVER
        self.release.setToolTip(name)
        self.release.setAccessibleName(name)

    def clear(self) -> None:
        """Show that no mail is chosen."""
        self.mail = None
        self._stack.setCurrentIndex(0)

    def show_mail(self, mail: InboxMail) -> None:
        """Show a caught mail."""
        self.mail = mail
        row = mail.row
        people = listed(row.recipients[:_NAMED])
        rest = len(row.recipients) - _NAMED
        to = f"{people} and {rest:,} more" if rest > 0 else people
        self.subject.say(row.subject or "(no subject)")
        self.envelope.say(f"from {row.sender or 'nobody'} to {to or 'nobody'}")
        self.received.say(f"Caught {day_and_clock(row.received_at)} · {size(row.size)}")
        self.way.setVisible(row.mail_id is not None)
        self.text.show_text(mail.text)
        self.html.show_html(mail.html)
        self.files.show_files(mail.attachments)
        self.headers.show_text("\n".join(f"{name}: {value}" for name, value in mail.headers))
        self.source.show_text(mail.source)
        self.parts[TEXT].setVisible(bool(mail.text) or not mail.html)
        self.parts[HTML].setVisible(bool(mail.html))
        self.parts[FILES].setVisible(bool(mail.attachments))
        self.parts[FILES].say(f"Files {len(mail.attachments)}")
        chosen = self._group.checkedId()
        if self.parts[chosen].isHidden():
            chosen = TEXT if mail.text or not mail.html else HTML
        self.show_part(chosen)
        self._stack.setCurrentIndex(1)

    def show_part(self, part: int) -> None:
        """Turn to one part of the mail."""
        self.views.setCurrentIndex(part)
        self.parts[part].setChecked(True)

    def _ask_way(self) -> None:
        if self.mail is not None and self.mail.row.mail_id is not None:
            self.outbox_asked.emit(self.mail.row.mail_id)

    def _ask_release(self) -> None:
        if self.mail is not None:
            self.release_asked.emit(self.mail)

    def _ask_delete(self) -> None:
        if self.mail is not None:
            self.delete_asked.emit(self.mail.row.id)

    def _ask_save(self, index: int, path: str) -> None:
        if self.mail is not None:
            self.save_asked.emit(self.mail.row.id, index, path)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        head.addWidget(self.subject, 1)
        for button in (self.way, self.release, self.delete):
            head.addWidget(button)
        bar = QWidget()
        parts = FlowLayout(bar)
        for part, name in enumerate(_PARTS):
            segment = Segment(name, small=True)
            segment.clicked.connect(partial(self.show_part, part))
            self._group.addButton(segment, part)
            self.parts.append(segment)
            parts.addWidget(segment)
        self.parts[HTML].setToolTip("Nothing in it is loaded or run")
        self.parts[TEXT].setChecked(True)
        for view in (self.text, self.html, self.files, self.headers, self.source):
            self.views.addWidget(view)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.TIGHT)
        column.addLayout(head)
        column.addWidget(self.envelope)
        column.addWidget(self.received)
        column.addSpacing(tokens.HAIR)
        column.addWidget(bar)
        column.addSpacing(tokens.HAIR)
        column.addWidget(self.views, 1)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(EmptyState("No mail chosen", "Its text and source show here."))
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(room)


_NO_SERVER = "Releasing needs a real mail server: set one up by “Mail server” above"
