"""Writing a mail. What was typed stays until the mail was saved, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.gui import tokens
from launcher.gui.background import Background
from launcher.gui.mail.compose.attachments import Attachments
from launcher.gui.mail.compose.batch_sheet import BatchSheet
from launcher.gui.mail.compose.form import ComposeForm
from launcher.gui.mail.compose.keeper import DraftKeeper
from launcher.gui.mail.compose.template_button import TemplateButton
from launcher.gui.mail.compose.when import When
from launcher.gui.mail.compose.when_sheet import WhenSheet, local_zone
from launcher.gui.mail.compose.writing import UnsentFile, Writing
from launcher.gui.mail.confirm import Confirm
from launcher.gui.widgets.button import Button
from launcher.gui.widgets.card import Card
from launcher.gui.widgets.text_line import TextLine
from launcher.mail import Mail, MailClient, MailRefused, MailRow, Repeat, Rule


class ComposePane(Card):
    """The form, and what is done with it.

    Signals: `saved(int)` the id of the mail that was queued; `repeated()` one will be sent
    again and again.
    """

    saved = Signal(int)
    repeated = Signal()

    def __init__(
        self,
        client: MailClient,
        background: Background,
        unsent: UnsentFile,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._client = client
        self._background = background
        self._ready = True
        self._sending = False
        self._when = When()
        self.attachments = Attachments(client, background, self)
        self.form = ComposeForm(self.attachments)
        self.keeper = DraftKeeper(client, background, self.form, unsent)
        self.templates = TemplateButton(client, background, self.form)
        self.attach = Button("Attach", icon="attach", name="Attach files (Ctrl+Shift+A)")
        self.status = TextLine("", "soft")
        self.another = Button("New", name="Keep this as a draft, begin another (Ctrl+Shift+N)")
        self.discard = Button("Discard", name="Discard this mail and its draft")
        self.each = Button("To each…", name="Send to each of a list separately")
        self.later = Button("Later…", icon="clock", name="Send later, or repeat")
        self.send = Button("Send", icon="resend", name="Send (Ctrl+Enter)", kind="primary")
        self._lay_out()
        self._connect()
        self.form.show_writing(self.keeper.restore())
        self.set_ready(ready=True)
        self.setAcceptDrops(True)

    def begin(self) -> None:
        """Put the cursor where writing goes on."""
        self.form.begin()

    def set_ready(self, *, ready: bool) -> None:
        """Say whether mails can be taken at the moment."""
        self._ready = ready
        self.keeper.set_ready(ready=ready)
        if not self._sending:
            self.send.setEnabled(ready)
            if self.status.text() in ("", _HINT, _NOT_READY):
                self.status.say(_HINT if ready else _NOT_READY, "soft")

    def open_draft(self, mail: Mail) -> None:
        """Go on with a draft; what stands here is kept as a draft of its own."""
        self._put_aside(lambda: self._show_draft(mail))

    def _put_aside(self, then: Callable[[], None]) -> None:
        """Keep what stands here among the drafts, then go on; not if words would be lost."""
        if any(edit.invalid() for edit in (self.form.to, self.form.cc, self.form.bcc)):
            self.form.refuse(self.form.faults())
            self.status.say(_NO_INVALID, Tone.FAILED)
        else:
            self.keeper.keep_then(then)

    def _begin_another(self) -> None:
        self._empty()
        self.status.say("The other one is among the drafts.", "soft")
        self.begin()

    def _show_draft(self, mail: Mail) -> None:
        writing = Writing(
            mail.row.to, mail.cc, mail.bcc, mail.row.subject, mail.text, mail.html, mail.row.id
        )
        self.form.show_writing(writing)
        self.attachments.begin_with(mail.attachments)
        self.keeper.open(mail)
        self._choose_when(When())
        self.status.say("This is a draft; sending it sends it as it stands here.", "soft")
        self.begin()

    def _send(self) -> None:
        if self._sending or not self._ready:
            return
        faults = self.form.faults()
        self.form.refuse(faults)
        problem = self.attachments.problem
        if faults or problem or self.attachments.busy:
            waits = "Files are still going up; send when they have." if not faults else ""
            words = problem or waits or "Not sent: see what is marked above."
            self.status.say(words, Tone.FAILED)
            return
        if fault := self._when.fault(datetime.now(UTC)):
            self.status.say(f"Not sent: {fault}", Tone.FAILED)
            return
        if self._when.rule is not None:
            self._repeat(self._when.rule)
            return
        self._begin_sending()
        self.keeper.send(self._when.at)

    def _repeat(self, rule: Rule) -> None:
        # Once the draft is kept: the repeat takes its files over from there.
        self.keeper.keep_then(lambda: self._add_repeat(rule))

    def _add_repeat(self, rule: Rule) -> None:
        draft = self.form.draft()
        draft_id = self.keeper.draft_id if draft.keep else None
        zone = local_zone()
        self._begin_sending()
        self._background.run(
            self,
            lambda: self._client.add_repeat(draft, rule, zone, draft_id),
            self._repeats,
            self._failed,
        )

    def _repeats(self, _repeat: Repeat) -> None:
        self._finish(_HINT)
        self.keeper.discard()
        self._empty()
        self.repeated.emit()

    def _begin_sending(self) -> None:
        self._sending = True
        self.send.setEnabled(False)
        self.status.say("Saving…", "soft")

    def _accepted(self, row: MailRow) -> None:
        self._finish(_HINT)
        self._empty()
        self.saved.emit(row.id)

    def _failed(self, error: Exception) -> None:
        self._finish(str(error), Tone.FAILED)
        if isinstance(error, MailRefused):
            rest = self.form.refuse(error.errors)
            words = " ".join(rest) or "see what is marked above."
            self.status.say(words if rest else f"Not sent: {words}", Tone.FAILED)

    def _finish(self, words: str, ink: Tone | None = None) -> None:
        self._sending = False
        self.send.setEnabled(self._ready)
        self.status.say(words, ink or "soft")

    def _empty(self) -> None:
        """Begin another mail."""
        self.form.show_writing(Writing())
        self.attachments.begin_with(())
        self._choose_when(When())
        self.keeper.forget()

    def _discard(self) -> None:
        if self.form.writing(None).blank and not self.attachments.files:
            return

        def done() -> None:
            self.keeper.discard()
            self._empty()
            self.status.say(_HINT, "soft")

        words = "What is written here is gone then, the draft and its files too."
        Confirm(self, "Discard this mail?", words, "Discard", done).open()

    def _ask_when(self) -> None:
        sheet = WhenSheet(self, self._when, self._client, self._background)
        sheet.chosen.connect(self._choose_when)
        sheet.open()

    def _choose_when(self, when: When) -> None:
        self._when = when
        self.later.setText("Change…" if when.words else "Later…")
        self.send.setText("Repeat" if when.rule else "Schedule" if when.at else "Send")
        self.send.setAccessibleName(f"{self.send.text()} {when.words} (Ctrl+Enter)".strip())
        for button in (self.later, self.send):
            button.updateGeometry()
        verb = "Is sent" if when.rule else "Goes out"
        self.status.say(f"{verb} {when.words}." if when.words else _HINT, "soft")

    def _to_each(self) -> None:
        if self.attachments.busy:
            self.status.say("Files are still going up.", Tone.FAILED)
            return
        sheet = BatchSheet(self, self._client, self._background, self.form, self.keeper.draft_id)
        sheet.begun.connect(self._batch_begun)
        sheet.open()

    def _batch_begun(self) -> None:
        self.keeper.discard()
        self._empty()

    def _kept(self, words: str) -> None:
        if not self._sending and not self._when.words:
            self.status.say(words, "soft")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere on the form."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
            self.status.say("Drop to attach.", "soft")

    def dropEvent(self, event: QDropEvent) -> None:
        """Attach them."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self.attachments.add(paths)
        event.acceptProposedAction()
        self.status.say(_HINT, "soft")

    def _connect(self) -> None:
        self.form.changed.connect(self.keeper.touch)
        self.keeper.said.connect(self._kept)
        self.keeper.sent.connect(self._accepted)
        self.keeper.refused.connect(self._failed)
        self.templates.said.connect(lambda words: self.status.say(words, "soft"))
        self.send.clicked.connect(self._send)
        self.later.clicked.connect(self._ask_when)
        self.each.clicked.connect(self._to_each)
        self.discard.clicked.connect(self._discard)
        self.another.clicked.connect(lambda: self._put_aside(self._begin_another))
        self.attach.clicked.connect(self.form.strip.choose)
        for keys, call in (
            ("Ctrl+Return", self._send),
            ("Ctrl+Enter", self._send),
            ("Ctrl+Shift+A", self.form.strip.choose),
            ("Ctrl+Shift+N", self.another.click),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(call)

    def _lay_out(self) -> None:
        files = TextLine("", "soft", tokens.SMALL)
        self.form.strip.summary_changed.connect(files.say)
        bar = self.form.body.bar
        bar.addSpacing(tokens.GAP)
        bar.addWidget(files, 1)
        bar.addWidget(self.attach)
        bar.addWidget(self.templates)
        foot = QHBoxLayout()
        foot.setSpacing(tokens.TIGHT + 2)
        foot.addWidget(self.status, 1)
        for button in (self.another, self.discard, self.each, self.later, self.send):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.PAGE, tokens.PAGE - 4, tokens.PAGE, tokens.PAGE - 4)
        column.setSpacing(tokens.GAP)
        column.addWidget(self.form, 1)
        column.addLayout(foot)
        # The form ordered its own fields, which left its frames between them and what follows.
        order = [self.form.body.tabs[-1], self.attach, self.templates]
        order += [self.another, self.discard, self.each, self.later, self.send]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)


_HINT = "Ctrl+Enter sends. What you write is kept as a draft."
_NO_INVALID = "Mend or remove the invalid addresses first: a draft cannot keep them."
_NOT_READY = "What you write is kept until Django is ready."
