"""One caught mail: text, HTML made harmless, headers, files, source."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal

from launcher.gui import tokens
from launcher.gui.mail.lists.mail_detail import MailDetail
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import day_and_clock
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.text_line import TextLine
from launcher.gui.words import listed, size
from launcher.mail import InboxMail

TEXT, HTML, FILES, HEADERS, SOURCE = range(5)
_NAMED = 3


class InboxDetail(MailDetail[InboxMail]):
    """Shows one InboxMail.

    Signals, beside those of MailDetail: `outbox_asked(int)` the id of the mail of our outbox that
    this one is; `release_asked(object)` the InboxMail.
    """

    outbox_asked = Signal(int)
    release_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.envelope = TextLine("", "soft")
        self.received = TextLine("", "soft", tokens.SMALL)
        self.way = Button("Its way", name="Show this mail in the outbox", small=True)
        self.release = Button("Release…", icon="resend", name=_NO_SERVER, small=True)
        self.headers = TextPane("The mail's headers", code=True)
        self.way.clicked.connect(self._ask_way)
        self.release.clicked.connect(partial(self._ask, self.release_asked))
        self._lay_out(
            buttons=(self.way, self.release),
            about=(self.envelope, self.received),
            parts=(
                ("Text", self.text),
                ("HTML", self.html),
                ("Files", self.files),
                ("Headers", self.headers),
                ("Source", self.source),
            ),
            nothing="Its text and source show here.",
        )
        self.parts[HTML].setToolTip("Nothing in it is loaded or run")
        self.set_release("")

    def set_release(self, server: str) -> None:
        """Say to which real server a mail can be released, "" for none."""
        self.release.setEnabled(bool(server))
        name = f"Send this mail on by {server}" if server else _NO_SERVER
        self.release.setToolTip(name)
        self.release.setAccessibleName(name)

    def show_mail(self, mail: InboxMail) -> None:
        """Show a caught mail."""
        super().show_mail(mail)
        row = mail.row
        people = listed(row.recipients[:_NAMED])
        rest = len(row.recipients) - _NAMED
        to = f"{people} and {rest:,} more" if rest > 0 else people
        self.envelope.say(f"from {row.sender or 'nobody'} to {to or 'nobody'}")
        self.received.say(f"Caught {day_and_clock(row.received_at)} · {size(row.size)}")
        self.way.setVisible(row.mail_id is not None)
        self.headers.show_text("\n".join(f"{name}: {value}" for name, value in mail.headers))
        self.source.show_text(mail.source)
        self.parts[TEXT].setVisible(bool(mail.text) or not mail.html)
        self.parts[HTML].setVisible(bool(mail.html))
        self.parts[FILES].setVisible(bool(mail.attachments))
        self.parts[FILES].say(f"Files {len(mail.attachments)}")
        self._stay_or_turn_to(TEXT if mail.text or not mail.html else HTML)

    def _ask_way(self) -> None:
        if self.mail is not None and self.mail.row.mail_id is not None:
            self.outbox_asked.emit(self.mail.row.mail_id)


_NO_SERVER = "Releasing needs a real mail server: set one up by “Mail server” above"
