"""What a task is called with, as JSON: two fields, checked while one writes."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from launcher.core.explain import Tone
from launcher.core.tasks_arguments import (
    ArgumentsError,
    Signature,
    check,
    read_args,
    read_kwargs,
)
from launcher.gui import theme, tokens
from launcher.gui.widgets.text_line import TextLine


class ArgumentsForm(QWidget):
    """Positional and named arguments.

    Signals: `changed()` something was written; `problem` says what is wrong then.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._signature: Signature | None = None
        self.problem = ""
        self.takes = TextLine("", "soft", tokens.SMALL)
        self.args = _field("Arguments, a JSON list", "[]")
        self.kwargs = _field("Named arguments, a JSON object", "{}")
        self.trouble = TextLine("", Tone.FAILED, tokens.SMALL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.HAIR)
        column.addWidget(self.takes)
        for words, field in (("Arguments", self.args), ("Named arguments", self.kwargs)):
            column.addWidget(TextLine(f"{words}, as JSON", "soft", tokens.SMALL))
            column.addWidget(field)
            field.textChanged.connect(self._check)
        column.addWidget(self.trouble)

    def show_signature(self, signature: Signature | None) -> None:
        """Check against what the task takes; None when no worker told it."""
        self._signature = signature
        if signature is None:
            self.takes.say("What it takes is not known: the worker itself will check it.")
        else:
            words = f" · {signature.words}" if signature.words else ""
            self.takes.say(f"Takes {signature.text}{words}")
        self._check()

    def fill(self, args: str, kwargs: str) -> None:
        """Begin with these."""
        self.args.setPlainText(args)
        self.kwargs.setPlainText(kwargs)

    def read(self) -> tuple[list[object], dict[str, object]]:
        """The arguments. Raises ArgumentsError."""
        args = read_args(self.args.toPlainText().strip())
        kwargs = read_kwargs(self.kwargs.toPlainText().strip())
        if self._signature is not None:
            check(self._signature, args, kwargs)
        return args, kwargs

    def _check(self) -> None:
        try:
            self.read()
            self.problem = ""
        except ArgumentsError as error:
            self.problem = str(error)
        self.trouble.say(self.problem)
        self.changed.emit()


def _field(name: str, hint: str) -> QPlainTextEdit:
    field = QPlainTextEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    field.setProperty("look", "field")
    field.setTabChangesFocus(True)
    field.setFont(theme.mono_font())
    field.setFixedHeight(4 * field.fontMetrics().height() + 14)
    return field
