"""One mail of the outbox: how it stands, its way, who got it, what it says, what can be done."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.mail.lists.mail_detail import MailDetail
from launcher.gui.mail.outbox.recipients import Recipients
from launcher.gui.mail.outbox.way import Way
from launcher.gui.mail.words import STATE_TONES, STATE_WORDS, addressees
from launcher.gui.widgets.banner import Banner
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.state_mark import StateMark
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail

_LOUD = frozenset({Tone.FAILED, Tone.TROUBLE})
WAY, RECIPIENTS, TEXT, HTML, FILES, SOURCE = range(6)


class OutboxDetail(MailDetail[Mail]):
    """Shows one Mail.

    Signals, beside those of MailDetail: `resend_asked(object)`, `edit_asked(object)`,
    `cancel_asked(object)` and `logs_asked(object)` with the Mail; `source_asked(int)` its id.
    """

    resend_asked = Signal(object)
    edit_asked = Signal(object)
    cancel_asked = Signal(object)
    logs_asked = Signal(object)
    source_asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.mark = StateMark()
        self.state = TextLine("", bold=True)
        self.to = TextLine("", "soft")
        self.why = Banner(Tone.TROUBLE, "")
        self.way = Way()
        self.recipients = Recipients()
        self.resend = Button("Resend", icon="resend", name="Send again (Ctrl+R)", small=True)
        self.edit = Button("Edit", icon="write", name="Edit and resend (Ctrl+E)", small=True)
        self.cancel = Button("Cancel", name="Cancel this mail", small=True)
        self.logs = Button(icon="logs", name="Show what was logged about it (Ctrl+L)", small=True)
        for button, signal in (
            (self.resend, self.resend_asked),
            (self.edit, self.edit_asked),
            (self.cancel, self.cancel_asked),
            (self.logs, self.logs_asked),
        ):
            button.clicked.connect(partial(self._ask, signal))
        state = QHBoxLayout()
        state.setSpacing(tokens.TIGHT)
        state.addWidget(self.mark)
        state.addWidget(self.state)
        state.addSpacing(tokens.TIGHT)
        state.addWidget(self.to, 1)
        self._lay_out(
            buttons=(self.resend, self.edit, self.cancel, self.logs),
            about=(state, self.why),
            parts=(
                ("Way", self.way),
                ("Recipients", self.recipients),
                ("Text", self.text),
                ("HTML", self.html),
                ("Files", self.files),
                ("Source", self.source),
            ),
            nothing="Its way through the queue shows here.",
        )

    def show_mail(self, mail: Mail) -> None:
        """Show a mail as it stands now."""
        if mail.row.id != self.mail_id:
            self.source.show_text("")
        super().show_mail(mail)
        row = mail.row
        tone = STATE_TONES.get(row.state, Tone.OFF)
        self.mark.set_tone(tone)
        self.state.say(STATE_WORDS.get(row.state, row.state), tone)
        self.to.say(_envelope(mail))
        loud = tone in _LOUD
        self.why.setVisible(loud)
        if loud:
            self.why.say(tone, row.state_words)
        self.way.show_mail(mail)
        self.recipients.people.show(mail.recipients)
        self._show_buttons(mail)
        self._show_parts(mail)

    def show_source(self, mail_id: int, source: str) -> None:
        """Show the source of the mail that is shown."""
        if mail_id == self.mail_id:
            self.source.show_text(source)

    def show_part(self, part: int) -> None:
        """Turn to one part of the mail; its source is asked for when it is wanted."""
        super().show_part(part)
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
        self.logs.setVisible(not draft)
        self.edit.setText("Go on writing" if draft else "Edit")
        self.edit.updateGeometry()

    def _show_parts(self, mail: Mail) -> None:
        people, files = len(mail.recipients), len(mail.attachments)
        self.parts[RECIPIENTS].say(f"Recipients {people:,}" if people > 1 else "Recipient")
        self.parts[FILES].say(f"Files {files:,}")
        self.parts[HTML].setVisible(bool(mail.html))
        self.parts[FILES].setVisible(bool(files))
        self._stay_or_turn_to(TEXT)


def editable(mail: Mail) -> bool:
    """Whether one can go on writing it: a draft itself, a copy of what is at its end."""
    return mail.can.edit or mail.row.final


def _envelope(mail: Mail) -> str:
    parts = [f"to {addressees(mail.row.to)}"]
    parts += [f"cc {addressees(mail.cc)}"] if mail.cc else []
    parts += [f"bcc {addressees(mail.bcc)}"] if mail.bcc else []
    return " · ".join(parts)
