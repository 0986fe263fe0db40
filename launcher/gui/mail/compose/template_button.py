"""Templates in the form: start from one, keep what is written as one, manage them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QMenu

from launcher.gui.background import Background
from launcher.gui.mail.compose.fill_sheet import FillSheet
from launcher.gui.mail.compose.form import ComposeForm
from launcher.gui.mail.compose.name_sheet import NameSheet
from launcher.gui.mail.compose.templates_sheet import TemplatesSheet
from launcher.gui.widgets.button import Button
from launcher.mail import MailClient, Template, Words


class TemplateButton(Button):
    """Opens a menu with the templates, asked anew each time.

    Signals: `said(str)` what was done, or why not.
    """

    said = Signal(str)

    def __init__(self, client: MailClient, background: Background, form: ComposeForm) -> None:
        super().__init__("Templates", menu=True, name="Start from a template, or keep one")
        self._client = client
        self._background = background
        self._form = form
        self._before: Words | None = None
        self.menu_shown = QMenu(self)
        self.menu_shown.setToolTipsVisible(True)
        self.clicked.connect(self._ask)

    def use(self, template: Template) -> None:
        """Put a template into the form; its variables are asked for first."""
        if template.variables:
            sheet = FillSheet(self, self._client, self._background, template)
            sheet.filled.connect(partial(self._fill, template.name))
            sheet.open()
        else:
            self._fill(template.name, template.words)

    def _ask(self) -> None:
        self.setEnabled(False)
        self._background.run(self, self._client.templates, self._show, self._failed)

    def _failed(self, error: Exception) -> None:
        self.setEnabled(True)
        self.said.emit(f"The templates are not known: {error}")

    def _show(self, templates: tuple[Template, ...]) -> None:
        self.setEnabled(True)
        menu = self.menu_shown
        menu.clear()
        for template in templates:
            menu.addAction(template.name).triggered.connect(partial(self.use, template))
        if not templates:
            menu.addAction("No template yet").setEnabled(False)
        menu.addSeparator()
        if self._before is not None:
            menu.addAction("Undo the last template").triggered.connect(self._undo)
        keep = menu.addAction("Save as template…")
        keep.setEnabled(self._form.words() != Words())
        keep.triggered.connect(self._keep)
        manage = menu.addAction("Manage templates…")
        manage.triggered.connect(self._manage)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _fill(self, name: str, words: Words) -> None:
        before = self._form.words()
        self._before = before if before != Words() else None
        self._form.show_words(words)
        undo = " The menu brings back what was there." if self._before else ""
        self.said.emit(f"Filled from the template “{name}”.{undo}")

    def _undo(self) -> None:
        if self._before is not None:
            self._form.show_words(self._before)
            self._before = None

    def _keep(self) -> None:
        words = self._form.words()
        sheet = NameSheet(
            self,
            self._background,
            "Save as template",
            lambda name: self._client.save_template(name, words),
        )
        sheet.done_with.connect(lambda name: self.said.emit(f"Saved as the template “{name}”."))
        sheet.open()

    def _manage(self) -> None:
        TemplatesSheet(self, self._client, self._background).open()
