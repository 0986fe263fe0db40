"""The control of one setting, whatever its kind: shows a value, tells of another.

A control for a new kind is a class here with the same signals and methods.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.settings.broker_url import masked, unmasked
from launcher.gui.settings.switch import Switch
from launcher.gui.smtp.menu_choice import MenuChoice
from launcher.gui.widgets.sized_line import SizedLine
from launcher.gui.widgets.text_line import TextLine
from launcher.settings.table import Entry, Kind, entered, shown

NUMBER_WIDTH = 76
TEXT_WIDTH = 240


class ValueEdit(QWidget):
    """One value.

    Signals: `typed(object)` what it would be, at every key; `chosen(object)` what it is to be.
    """

    typed = Signal(object)
    chosen = Signal(object)

    def show_value(self, value: Any) -> None:
        """Show what is set; what the user is typing stays."""
        raise NotImplementedError

    @property
    def control(self) -> QWidget:
        """What takes the keyboard."""
        raise NotImplementedError

    @property
    def unfinished(self) -> bool:
        """Whether something was typed that is not taken yet."""
        return False

    def mark(self, *, wrong: bool) -> None:
        """Colour it as refused, or not."""
        control = self.control
        if wrong != bool(control.property("refused")):
            control.setProperty("refused", wrong)
            control.style().polish(control)

    def _row(self, *widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.TIGHT)
        for widget in widgets:
            row.addWidget(widget)
        return row


class SwitchEdit(ValueEdit):
    """True or false."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self.switch = Switch(entry.title)
        self.switch.clicked.connect(self._choose)
        self.setLayout(self._row(self.switch))

    @property
    def control(self) -> QWidget:
        """The switch."""
        return self.switch

    def show_value(self, value: Any) -> None:
        """Show on or off."""
        self.switch.setChecked(bool(value))

    def _choose(self) -> None:
        self.chosen.emit(self.switch.isChecked())


class ChoiceEdit(ValueEdit):
    """One of a few."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self.menu = MenuChoice(entry.title)
        self.menu.chosen.connect(self._choose)
        self.setLayout(self._row(self.menu))

    @property
    def control(self) -> QWidget:
        """The button."""
        return self.menu

    def show_value(self, value: Any) -> None:
        """Show which."""
        offered = [(shown(each), words) for each, words in self._entry.choices]
        if shown(value) not in dict(offered):
            offered.append((shown(value), shown(value)))
        self.menu.offer(offered, shown(value))

    def _choose(self, text: str) -> None:
        known = {shown(each): each for each, _words in self._entry.choices}
        if text in known:
            self.chosen.emit(known[text])


class LineEdit(ValueEdit):
    """A number or a text; taken with Enter, or when the keyboard goes on."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self._shown = ""
        narrow = entry.kind is Kind.NUMBER and not entry.usual
        self.line = SizedLine(NUMBER_WIDTH if narrow else TEXT_WIDTH)
        self.line.setAccessibleName(f"{entry.title}, {entry.unit}" if entry.unit else entry.title)
        self.line.setPlaceholderText(entry.usual)
        self.line.textEdited.connect(lambda _text: self.typed.emit(self._value()))
        self.line.editingFinished.connect(self._finish)
        unit = [TextLine(entry.unit, "soft")] if entry.unit else []
        self.setLayout(self._row(self.line, *unit))

    @property
    def control(self) -> QWidget:
        """The field."""
        return self.line

    def show_value(self, value: Any) -> None:
        """Show it, unless another is being typed."""
        self._shown = shown(value)
        if not self.unfinished:
            self.line.setText(self._shown)

    @property
    def unfinished(self) -> bool:
        """What the user typed is another value."""
        return self.line.isModified() and self.line.text() != self._shown

    def _value(self) -> Any:
        return entered(self._entry, self.line.text())

    def _finish(self) -> None:
        if self.line.text() != self._shown:
            self.chosen.emit(self._value())


class BrokerEdit(ValueEdit):
    """One of the words, or a URL whose password is shown as stars."""

    ELSEWHERE = "elsewhere"

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self._value = ""
        self.menu = MenuChoice(entry.title)
        self.line = SizedLine(TEXT_WIDTH + 80)
        self.line.setAccessibleName("URL of the broker")
        self.line.setPlaceholderText("amqp://user:password@host:5672/vhost")
        self.menu.chosen.connect(self._choose)
        self.line.textEdited.connect(lambda text: self.typed.emit(unmasked(text, self._value)))
        self.line.editingFinished.connect(self._finish)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.TIGHT)
        first = self._row(self.menu)
        first.insertStretch(0)
        column.addLayout(first)
        column.addWidget(self.line)

    @property
    def control(self) -> QWidget:
        """The field where there is one, else the button."""
        return self.menu if self.line.isHidden() else self.line

    def show_value(self, value: Any) -> None:
        """Show which broker."""
        if self.unfinished:
            self._value = str(value)
            return
        self._value = str(value)
        words = {each for each, _ in self._entry.choices}
        offered = [*self._entry.choices, (self.ELSEWHERE, "Elsewhere, by its URL")]
        self.menu.offer(offered, self._value if self._value in words else self.ELSEWHERE)
        self.line.setText("" if self._value in words else masked(self._value))
        self.line.setVisible(self._value not in words)

    @property
    def unfinished(self) -> bool:
        """A URL is being typed."""
        return self.line.isModified() and self.line.text() != masked(self._value)

    def _choose(self, value: str) -> None:
        self.line.setModified(False)
        self.line.setVisible(value == self.ELSEWHERE)
        if value == self.ELSEWHERE:
            self.line.setFocus()
        else:
            self.chosen.emit(value)

    def _finish(self) -> None:
        text = self.line.text().strip()
        if text and text != masked(self._value):
            self.chosen.emit(unmasked(text, self._value))


def value_edit(entry: Entry) -> ValueEdit:
    """The control for this setting."""
    match entry.kind:
        case Kind.SWITCH:
            return SwitchEdit(entry)
        case Kind.CHOICE:
            return ChoiceEdit(entry)
        case Kind.BROKER:
            return BrokerEdit(entry)
        case Kind.NUMBER | Kind.TEXT | Kind.LIST:
            return LineEdit(entry)
