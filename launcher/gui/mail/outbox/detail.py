"""One mail of the outbox: how it stands, its way, who got it, what it says, what can be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSizePolicy,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.mail.file_list import FileList
from launcher.gui.mail.html_view import HtmlView
from launcher.gui.mail.outbox.recipients import Recipients
from launcher.gui.mail.outbox.way import Way
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import STATE_TONES, STATE_WORDS, addressees
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.empty_state import EmptyState
from launcher.gui.widgets.flow_layout import FlowLayout
from launcher.gui.widgets.segment import Segment
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail

_LOUD = frozenset({Tone.FAILED, Tone.TROUBLE})
WAY, RECIPIENTS, TEXT, HTML, FILES, SOURCE = range(6)
_PARTS = ("Way", "Recipients", "Text", "HTML", "Files", "Source")


class OutboxDetail(Card):
    """Shows one Mail.

    Signals: `resend_asked(object)`, `edit_asked(object)`, `cancel_asked(object)`,
    `delete_asked(object)` with the Mail; `source_asked(int)` its id; `save_asked(int, int, str)`
    its id, an attachment's index and a path.
    """

    resend_asked = Signal(object)
    edit_asked = Signal(object)
    cancel_asked = Signal(object)
    delete_asked = Signal(object)
    source_asked = Signal(int)
    save_asked = Signal(int, int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.mail: Mail | None = None
        self.subject = TextLine("", scale=tokens.HEADING, bold=True)
        self.mark = StateMark()
        self.state = TextLine("", bold=True)
        self.to = TextLine("", "soft")
        self.why = Banner(Tone.TROUBLE, "")
        self.way = Way()
        self.recipients = Recipients()
        self.text = TextPane("Text of the mail")
        self.html = HtmlView("HTML of the mail")
        self.files = FileList()
        self.source = TextPane("The mail as it is sent", code=True)
        self.views = QStackedWidget()
        self.parts: list[Segment] = []
        self._group = QButtonGroup(self)
        self.resend = Button("Resend", icon="resend", name="Send again (Ctrl+R)", small=True)
        self.edit = Button("Edit", icon="write", name="Edit and resend (Ctrl+E)", small=True)
        self.cancel = Button("Cancel", name="Cancel this mail", small=True)
        self.delete = Button(icon="trash", name="Delete this mail (Del)", small=True)
        self._lay_out()
        for button, signal in (
            (self.resend, self.resend_asked),
            (self.edit, self.edit_asked),
            (self.cancel, self.cancel_asked),
            (self.delete, self.delete_asked),
        ):
            button.clicked.connect(partial(self._ask, signal))
        self.files.save_asked.connect(self._ask_save)
        self.clear()

    @property
    def mail_id(self) -> int | None:
        """The mail that is shown."""
        return None if self.mail is None else self.mail.row.id

    def clear(self) -> None:
        """Show that no mail is chosen."""
        self.mail = None
        self._stack.setCurrentIndex(0)

    def show_mail(self, mail: Mail) -> None:
        """Show a mail as it stands now."""
        another = mail.row.id != self.mail_id
        self.mail = mail
        row = mail.row
        tone = STATE_TONES.get(row.state, Tone.OFF)
        self.subject.say(row.subject or "(no subject)")
        self.mark.set_tone(tone)
        self.state.say(STATE_WORDS.get(row.state, row.state), tone)
        self.to.say(_envelope(mail))
        loud = tone in _LOUD
        self.why.setVisible(loud)
        if loud:
            self.why.say(tone, row.state_words)
        self.way.show_mail(mail)
        self.recipients.people.show(mail.recipients)
        self.text.show_text(mail.text)
        self.html.show_html(mail.html)
        self.files.show_files(mail.attachments)
        if another:
            self.source.show_text("")
        self._show_buttons(mail)
        self._show_parts(mail)
        self._stack.setCurrentIndex(1)

    def show_source(self, mail_id: int, source: str) -> None:
        """Show the source of the mail that is shown."""
        if mail_id == self.mail_id:
            self.source.show_text(source)

    def show_part(self, part: int) -> None:
        """Turn to one part of the mail."""
        self.views.setCurrentIndex(part)
        self.parts[part].setChecked(True)
        if part == SOURCE and self.mail is not None and not self.source.toPlainText():
            self.source_asked.emit(self.mail.row.id)

    def _show_buttons(self, mail: Mail) -> None:
        draft = mail.row.state == "DRAFT"
        self.resend.setEnabled(mail.can.resend)
        self.edit.setEnabled(editable(mail))
        self.cancel.setEnabled(mail.can.cancel)
        self.delete.setEnabled(mail.can.delete)
        self.resend.setVisible(not draft)
        self.cancel.setVisible(not draft)
        self.edit.setText("Go on writing" if draft else "Edit")
        self.edit.updateGeometry()

    def _show_parts(self, mail: Mail) -> None:
        people, files = len(mail.recipients), len(mail.attachments)
        self.parts[RECIPIENTS].say(f"Recipients {people:,}" if people > 1 else "Recipient")
        self.parts[FILES].say(f"Files {files:,}")
        self.parts[HTML].setVisible(bool(mail.html))
        self.parts[FILES].setVisible(bool(files))
        chosen = self._group.checkedId()
        if self.parts[chosen].isHidden():
            chosen = TEXT
        self.show_part(chosen)

    def _ask(self, signal: object) -> None:
        if self.mail is not None:
            signal.emit(self.mail)  # type: ignore[attr-defined]

    def _ask_save(self, index: int, path: str) -> None:
        if self.mail is not None:
            self.save_asked.emit(self.mail.row.id, index, path)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(tokens.TIGHT)
        self.subject.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        head.addWidget(self.subject, 1)
        for button in (self.resend, self.edit, self.cancel, self.delete):
            head.addWidget(button)
        state = QHBoxLayout()
        state.setSpacing(tokens.TIGHT)
        state.addWidget(self.mark)
        state.addWidget(self.state)
        state.addSpacing(tokens.TIGHT)
        state.addWidget(self.to, 1)
        bar = QWidget()
        parts = FlowLayout(bar)
        for part, name in enumerate(_PARTS):
            segment = Segment(name, small=True)
            segment.clicked.connect(partial(self.show_part, part))
            self._group.addButton(segment, part)
            self.parts.append(segment)
            parts.addWidget(segment)
        self.parts[WAY].setChecked(True)
        for view in (self.way, self.recipients, self.text, self.html, self.files, self.source):
            self.views.addWidget(view)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(tokens.WIDE, tokens.WIDE, tokens.WIDE, tokens.WIDE)
        column.setSpacing(tokens.GAP)
        column.addLayout(head)
        column.addLayout(state)
        column.addWidget(self.why)
        column.addWidget(bar)
        column.addWidget(self.views, 1)
        room = QWidget()
        self._stack = QStackedLayout(room)
        self._stack.addWidget(EmptyState("No mail chosen", "Its way through the queue shows here."))
        self._stack.addWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(room)


def editable(mail: Mail) -> bool:
    """Whether one can go on writing it: a draft itself, a copy of what is at its end."""
    return mail.can.edit or mail.row.final


def _envelope(mail: Mail) -> str:
    parts = [f"to {addressees(mail.row.to)}"]
    parts += [f"cc {addressees(mail.cc)}"] if mail.cc else []
    parts += [f"bcc {addressees(mail.bcc)}"] if mail.bcc else []
    return " · ".join(parts)
