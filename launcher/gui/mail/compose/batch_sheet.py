"""One mail to each of many people separately: the list, what it is worth, and how far it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.mail.ask_path import ask_for_files
from launcher.gui.mail.compose.attachments import File
from launcher.gui.mail.compose.form import ComposeForm
from launcher.gui.mail.compose.recipient_list import as_csv
from launcher.gui.mail.compose.writing import SubmitKey
from launcher.gui.mail.sheet import Sheet, sentence
from launcher.gui.mail.text_pane import TextPane
from launcher.gui.mail.words import batch_counts
from launcher.gui.widgets.button import Button
from launcher.gui.words import counted
from launcher.mail import Batch, BatchCheck, BatchLetter, MailClient, MailRefused, RefusedLine

CHECK_MS = 500
LOOK_MS = 500
NAMED = 200


class BatchSheet(Sheet):
    """First the list, checked as it is typed; then the progress.

    Closing it while it sends does not stop the sending. Signals: `begun()`.
    """

    begun = Signal()

    def __init__(
        self,
        parent: QWidget,
        client: MailClient,
        background: Background,
        form: ComposeForm,
        draft_id: int | None,
    ) -> None:
        super().__init__("Send to each separately", parent, width=620)
        self._client = client
        self._background = background
        self._words = form.words()
        self._files = form.attachments.files
        self._draft_id = draft_id
        self._key = SubmitKey()
        self._uploads: dict[int, int] = {}
        self._checking = False
        self._batch_id: int | None = None
        self.list = QPlainTextEdit()
        self.wrong = TextPane("Lines that are no recipients", code=True)
        self.open_file = Button("Open CSV…", icon="open", small=True)
        self.bar = QProgressBar()
        self.progress = sentence("")
        self.stop = self.action("Stop sending", kind="plain")
        self.send = self.action("Send")
        self._typed = self._timer(CHECK_MS, self._check, single=True)
        self._looks = self._timer(LOOK_MS, self._look, single=False)
        self._lay_out()
        self._take_check(BatchCheck(None, 0, ()))
        self.list.textChanged.connect(self._changed)
        self.open_file.clicked.connect(self._choose_file)
        self.send.clicked.connect(self._send)
        self.stop.clicked.connect(self._stop)

    def load(self, path: Path) -> None:
        """Take the list from a file."""

        def read() -> str:
            return path.read_text("utf-8-sig", errors="replace")

        self._background.run(self, read, self.list.setPlainText, self._failed)

    def _letter(self) -> BatchLetter:
        words = self._words
        csv, _ = as_csv(self.list.toPlainText())
        return BatchLetter(words.subject, words.text, words.html, csv)

    def _changed(self) -> None:
        self.send.setEnabled(False)
        self._typed.start()

    def _check(self) -> None:
        text = self.list.toPlainText()
        if self._checking:
            self._typed.start()
            return
        letter = self._letter()
        if not letter.csv:
            self._take_check(BatchCheck(None, 0, ()))
            return
        self._checking = True
        self.say("Checking…")

        def done(check: BatchCheck) -> None:
            self._checking = False
            if text == self.list.toPlainText():
                self._take_check(check)

        def failed(error: Exception) -> None:
            self._checking = False
            self._failed(error)

        self._background.run(self, lambda: self._client.check_batch(letter), done, failed)

    def _take_check(self, check: BatchCheck) -> None:
        _, added = as_csv(self.list.toPlainText())
        lines = [f"line {one.line - added}: {_why(one)}" for one in check.refused[:NAMED]]
        if len(check.refused) > NAMED:
            lines.append(f"… and {len(check.refused) - NAMED:,} more")
        self.wrong.show_text("\n".join(lines))
        self.wrong.setVisible(bool(lines))
        self.send.setText(f"Send to {check.total:,}" if check.total else "Send")
        self.send.updateGeometry()
        self.send.setEnabled(bool(check.total))
        bad = counted(len(check.refused), "line is no recipient", "lines are no recipients")
        good = counted(check.total, "recipient") if check.total else ""
        self.say(", ".join([good] * bool(good) + [bad] * bool(check.refused)))

    def _send(self) -> None:
        self.send.setEnabled(False)
        self.say("Saving…")
        client, files, draft_id = self._client, self._files, self._draft_id

        letter, known = self._letter(), self._uploads
        key = self._key.of(letter)

        def work() -> BatchCheck:
            for file in files:
                if file.attached and file.number not in known:
                    known[file.number] = _uploaded(client, file, draft_id)
            return client.begin_batch(replace(letter, uploads=tuple(known.values())), key)

        self._background.run(self, work, self._begun, self._not_begun)

    def _begun(self, check: BatchCheck) -> None:
        self._batch_id = check.id
        self.bar.setRange(0, check.total)
        self.pages.setCurrentIndex(1)
        self.send.hide()
        self.stop.show()
        self.close_button.setText("Close")
        self.say("")
        self.begun.emit()
        self._look()
        self._looks.start()

    def _look(self) -> None:
        batch_id = self._batch_id
        if batch_id is not None and not self._checking:
            self._checking = True
            self._background.run(
                self, lambda: self._client.batch(batch_id), self._show, self._not_seen
            )

    def _show(self, batch: Batch) -> None:
        self._checking = False
        self.bar.setValue(batch.final)
        self.progress.setText(batch_counts(batch))
        self.say("")
        if batch.final >= batch.total:
            self._looks.stop()
            self.stop.setEnabled(False)

    def _stop(self) -> None:
        batch_id = self._batch_id
        if batch_id is not None:
            self.stop.setEnabled(False)
            self._background.run(
                self, lambda: self._client.cancel_batch(batch_id), self._show, self._not_seen
            )

    def _not_seen(self, error: Exception) -> None:
        self._checking = False
        self.stop.setEnabled(True)
        self._failed(error)

    def _not_begun(self, error: Exception) -> None:
        self.send.setEnabled(True)
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        self.say(str(error), wrong=True)

    def _choose_file(self) -> None:
        kinds = "Lists (*.csv *.txt);;All files (*)"
        ask_for_files(self, "Open a list", lambda paths: self.load(paths[0]), kinds)

    def _timer(self, milliseconds: int, call: Callable[[], None], *, single: bool) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(single)
        made.setInterval(milliseconds)
        made.timeout.connect(call)
        return made

    def _lay_out(self) -> None:
        self.stop.hide()
        self.list.setAccessibleName("Recipients, one a line, or CSV with a header line")
        self.list.setPlaceholderText(
            "one@example.com\ntwo@example.com\n\nor with columns:\nemail,name\none@example.com,Ada"
        )
        self.list.setProperty("look", "code")
        self.list.setFont(theme.mono_font())
        self.list.setTabChangesFocus(True)
        self.list.setMinimumHeight(170)
        self.wrong.setFixedHeight(96)
        top = QHBoxLayout()
        subject = self._words.subject or "(no subject)"
        top.addWidget(sentence(f"“{subject}”, a mail of its own for each line."), 1)
        top.addWidget(self.open_file)
        first = QWidget()
        column = QVBoxLayout(first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self.wrong)
        column.addWidget(sentence("{{ name }} in the mail is filled from the column of that name."))
        second = QWidget()
        rows = QVBoxLayout(second)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(tokens.GAP)
        rows.addWidget(self.bar)
        rows.addWidget(self.progress)
        rows.addWidget(sentence("Closing this does not stop it: the mails are in the outbox."))
        rows.addStretch()
        self.bar.setAccessibleName("Mails at their end")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.pages = QStackedWidget()
        self.pages.addWidget(first)
        self.pages.addWidget(second)
        self.body.addWidget(self.pages)


def _why(refused: RefusedLine) -> str:
    """The line and its fault; most reasons begin with what is wrong of it."""
    if refused.reason.startswith(refused.value):
        return refused.reason
    return f"{refused.value}: {refused.reason}"


def _uploaded(client: MailClient, file: File, draft_id: int | None) -> int:
    """The upload of a file; one that only the draft has is fetched from there."""
    if file.upload is not None:
        return file.upload
    if draft_id is None or file.index is None:
        raise MailRefused({"uploads": [f"{file.name} is not attached any more."]})
    data = client.attachment(draft_id, file.index)
    return client.upload(file.name, file.content_type, data, lambda _sent: None).id
