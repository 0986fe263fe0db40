"""All templates: read, change, delete."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QPlainTextEdit, QVBoxLayout

from launcher.gui import theme, tokens
from launcher.gui.background import Background
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.sheet import Sheet
from launcher.gui.widgets.button import Button
from launcher.mail import MailClient, Template, Words


class TemplatesSheet(Sheet):
    """A list, and the chosen one beside it."""

    def __init__(self, parent: Button, client: MailClient, background: Background) -> None:
        super().__init__("Templates", parent, width=680)
        self._client = client
        self._background = background
        self._templates: tuple[Template, ...] = ()
        self.list = QListWidget()
        self.name, self.subject = QLineEdit(), QLineEdit()
        self.text, self.html = QPlainTextEdit(), QPlainTextEdit()
        self.delete = self.action("Delete", kind="plain", name="Delete this template")
        self.save = self.action("Save", name="Save this template")
        self.close_button.setText("Close")
        self._lay_out()
        self.list.currentRowChanged.connect(self._show)
        self.save.clicked.connect(self._save)
        self.delete.clicked.connect(self._ask_delete)
        self._enable(at_all=False)
        self._look()

    @property
    def chosen(self) -> Template | None:
        """The one that is shown."""
        row = self.list.currentRow()
        return self._templates[row] if 0 <= row < len(self._templates) else None

    def _look(self) -> None:
        self.say("Asking…")
        self._background.run(self, self._client.templates, self._list, self._failed)

    def _list(self, templates: tuple[Template, ...]) -> None:
        before = self.chosen
        self._templates = templates
        self.list.clear()
        self.list.addItems([one.name for one in templates])
        ids = [one.id for one in templates]
        row = ids.index(before.id) if before is not None and before.id in ids else 0
        self.list.setCurrentRow(row if templates else -1)
        self.say("" if templates else "There is none yet: write a mail and save it as one.")
        self._show(row)

    def _show(self, _row: int) -> None:
        template = self.chosen
        self._enable(at_all=template is not None)
        words = template.words if template is not None else Words()
        self.name.setText(template.name if template is not None else "")
        self.subject.setText(words.subject)
        self.text.setPlainText(words.text)
        self.html.setPlainText(words.html)

    def _save(self) -> None:
        template = self.chosen
        if template is None:
            return
        name = self.name.text().strip()
        words = Words(self.subject.text(), self.text.toPlainText(), self.html.toPlainText())
        self._background.run(
            self,
            lambda: self._client.save_template(name, words, template.id),
            lambda _template: self._look(),
            self._failed,
        )

    def _ask_delete(self) -> None:
        template = self.chosen
        if template is None:
            return

        def done() -> None:
            self._background.run(
                self,
                lambda: self._client.delete_template(template.id),
                lambda _none: self._look(),
                self._failed,
            )

        words = f"“{template.name}” cannot be brought back. Mails made from it stay."
        Confirm(self, "Delete this template?", words, "Delete", done).open()

    def _failed(self, error: Exception) -> None:
        self.say(str(error), wrong=True)

    def _enable(self, *, at_all: bool) -> None:
        for widget in (self.name, self.subject, self.text, self.html, self.save, self.delete):
            widget.setEnabled(at_all)

    def _lay_out(self) -> None:
        self.list.setAccessibleName("Templates")
        self.list.setFixedWidth(180)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for line, name in ((self.name, "Name"), (self.subject, "Subject")):
            line.setAccessibleName(name)
            line.setPlaceholderText(name)
        for edit, name in ((self.text, "Text"), (self.html, "HTML")):
            edit.setAccessibleName(name)
            edit.setPlaceholderText(name)
            edit.setProperty("look", "field")
            edit.setTabChangesFocus(True)
            edit.setFont(theme.font())
        right = QVBoxLayout()
        right.setSpacing(tokens.TIGHT)
        right.addWidget(self.name)
        right.addWidget(self.subject)
        right.addWidget(self.text, 2)
        right.addWidget(self.html, 1)
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        row.addWidget(self.list)
        row.addLayout(right, 1)
        self.body.addLayout(row)
        self.setMinimumHeight(420)
