"""The form of a mail: who gets it, what it says, and the files with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.mail.addresses import parse
from launcher.gui.mail.compose.address_edit import AddressEdit
from launcher.gui.mail.compose.attachment_strip import AttachmentStrip
from launcher.gui.mail.compose.attachments import Attachments
from launcher.gui.mail.compose.body_edit import HTML, TEXT, BodyEdit
from launcher.gui.mail.compose.field import Field
from launcher.gui.mail.compose.writing import Writing
from launcher.mail import Draft, Words


class ComposeForm(QWidget):
    """Holds what is written; sends and keeps nothing.

    Signals: `changed()` a word, an address or a file.
    """

    changed = Signal()

    def __init__(self, attachments: Attachments, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attachments = attachments
        self.to, self.cc, self.bcc = (AddressEdit(name) for name in ("To", "Cc", "Bcc"))
        self.subject = QLineEdit()
        self.body = BodyEdit()
        self.strip = AttachmentStrip(attachments)
        self.fields = {
            "to": Field("To", self.to),
            "cc": Field("Cc", self.cc),
            "bcc": Field("Bcc", self.bcc),
            "subject": Field("Subject", self.subject),
        }
        self._lay_out()
        for name, edit in (("to", self.to), ("cc", self.cc), ("bcc", self.bcc)):
            edit.changed.connect(partial(self._mended, name))
        self.subject.textChanged.connect(lambda _text: self._mended("subject"))
        self.body.changed.connect(self.changed)
        attachments.changed.connect(self.changed)

    def draft(self, due_at: str = "") -> Draft:
        """The mail as the API may have it: without addresses that are invalid."""
        return Draft(
            to=self.to.valid(),
            cc=self.cc.valid(),
            bcc=self.bcc.valid(),
            subject=self.subject.text(),
            text=self.body.text.toPlainText(),
            html=self.body.html.toPlainText(),
            keep=self.attachments.keep(),
            uploads=self.attachments.uploads(),
            due_at=due_at,
        )

    def words(self) -> Words:
        """What it says."""
        draft = self.draft()
        return Words(draft.subject, draft.text, draft.html)

    def writing(self, draft_id: int | None) -> Writing:
        """Every word, as it is kept on this computer."""
        draft = self.draft()
        to, cc, bcc = (
            tuple(one.text for one in edit.addresses()) for edit in (self.to, self.cc, self.bcc)
        )
        return Writing(to, cc, bcc, draft.subject, draft.text, draft.html, draft_id)

    def show_writing(self, writing: Writing) -> None:
        """Show this instead; the files are the attachments' matter."""
        for edit, texts in (
            (self.to, writing.to),
            (self.cc, writing.cc),
            (self.bcc, writing.bcc),
        ):
            edit.set_addresses(parse("\n".join(texts)))
        self.show_words(Words(writing.subject, writing.text, writing.html))
        self.refuse({})

    def show_words(self, words: Words) -> None:
        """Say something else to the same people."""
        self.subject.setText(words.subject)
        self.body.write(words.text, words.html)

    def begin(self) -> None:
        """Put the cursor where writing goes on."""
        (self.body if self.to.addresses() and self.subject.text() else self.to).setFocus()

    def faults(self) -> dict[str, Sequence[str]]:
        """What is seen to be wrong before anybody is asked, by field."""
        found: dict[str, Sequence[str]] = {}
        for edit in (self.to, self.cc, self.bcc):
            edit.line.finish()
        for name, edit in (("to", self.to), ("cc", self.cc), ("bcc", self.bcc)):
            if wrong := edit.invalid():
                more = f" And {len(wrong) - 1:,} more." if len(wrong) > 1 else ""
                found[name] = [f"{wrong[0].text}: {wrong[0].reason}{more}"]
        if not self.to.addresses():
            found["to"] = ["Give at least one recipient."]
        return found

    def refuse(self, errors: Mapping[str, Sequence[str]]) -> list[str]:
        """Show at each field what is wrong with it; returns what belongs to none."""
        for edit in (self.to, self.cc, self.bcc):
            edit.line.finish()
        rest = dict(errors)
        for name, field in self.fields.items():
            field.refuse(rest.pop(name, ()))
        body = [word for name in ("text", "html") for word in rest.get(name, ())]
        if rest.pop("html", ()) and not rest.get("text"):
            self.body.show_view(HTML)
        elif rest.pop("text", ()):
            self.body.show_view(TEXT)
        self.body.refuse(" ".join(body))
        for field in self.fields.values():
            if field.error.text():
                field.control.setFocus()
                break
        return [word for words in rest.values() for word in words]

    def _mended(self, name: str) -> None:
        """What was said of a field is over once the field was changed."""
        if self.fields[name].error.text():
            self.fields[name].refuse(())
        self.changed.emit()

    def _lay_out(self) -> None:
        self.to.set_placeholder("someone@example.com, another@example.com")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT + 2)
        for field in self.fields.values():
            column.addWidget(field)
        column.addWidget(self.body, 1)
        column.addWidget(self.strip)
        order = [self.to.line, self.cc.line, self.bcc.line, self.subject, self.body.text]
        order += [self.body.html, *self.body.tabs]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
