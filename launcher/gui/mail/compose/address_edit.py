"""A field of addresses: chips, a line to type in, and a count when they are many."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.mail.addresses import Address, joined, parse
from launcher.gui.mail.compose.address_chip import AddressChip
from launcher.gui.mail.compose.address_line import AddressLine
from launcher.gui.mail.compose.address_sheet import AddressSheet
from launcher.gui.widgets.text_link import TextLink
from launcher.gui.words import counted

MOST_CHIPS = 12
SHOWN_OF_MANY = 6

_EDGE = 4
_LINE_WIDTH = 64


class AddressEdit(QWidget):
    """Holds any number of addresses and shows a dozen at most; invalid ones come first then.

    Signals: `changed()` by the user or by `set_addresses`.
    """

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._addresses: tuple[Address, ...] = ()
        self._refused = False
        self.chips: list[AddressChip] = []
        self.line = AddressLine(self)
        self.more = TextLink(f"Show all addresses of {name}", Tone.WORKING, self)
        self.more.hide()
        self.setFocusProxy(self.line)
        self.line.finished.connect(self.add_text)
        self.line.back_asked.connect(lambda: self._focus_chip(len(self.chips) - 1))
        self.line.textChanged.connect(lambda _text: self.changed.emit())
        self.more.clicked.connect(self.edit_all)
        self._arrange()

    def setAccessibleName(self, name: str) -> None:
        """The line is what a screen reader meets."""
        self.line.setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        """As the name."""
        self.line.setAccessibleDescription(text)

    def set_placeholder(self, text: str) -> None:
        """What stands in the field while it is empty."""
        self._placeholder = text
        self._say_placeholder()

    def set_refused(self, *, refused: bool) -> None:
        """Draw the frame in the colour of what is wrong."""
        self._refused = refused
        self.update()

    def addresses(self) -> tuple[Address, ...]:
        """All of them, with what is still being typed."""
        return joined(self._addresses, parse(self.line.text()))

    def valid(self) -> tuple[str, ...]:
        """Those that nothing is wrong with."""
        return tuple(one.text for one in self.addresses() if not one.reason)

    def invalid(self) -> tuple[Address, ...]:
        """Those that something is wrong with."""
        return tuple(one for one in self.addresses() if one.reason)

    def set_addresses(self, addresses: tuple[Address, ...]) -> None:
        """Show these instead."""
        self.line.clear()
        self._set(addresses)

    def add_text(self, text: str) -> None:
        """Take in one or many addresses as they are typed or pasted."""
        self._set(joined(self._addresses, parse(text)))

    def mark(self, words: str) -> None:
        """Mark those addresses that a refusal names."""
        self._addresses = tuple(
            one if one.reason or one.text not in words else Address(one.text, words)
            for one in self._addresses
        )
        self._rebuild()

    def edit_all(self) -> None:
        """Open the whole list, a line each."""
        sheet = AddressSheet(self, self._name, self.addresses())
        sheet.changed.connect(self.set_addresses)
        sheet.open()

    def _set(self, addresses: tuple[Address, ...]) -> None:
        self._addresses = addresses
        self._rebuild()
        self.changed.emit()

    def _rebuild(self) -> None:
        had = next((n for n, chip in enumerate(self.chips) if chip.hasFocus()), None)
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        shown = self._addresses
        if len(shown) > MOST_CHIPS:
            wrong_first = sorted(shown, key=lambda one: not one.reason)
            shown = tuple(wrong_first[:SHOWN_OF_MANY])
        self.chips = [self._chip(one) for one in shown]
        rest = len(self._addresses) - len(shown)
        wrong = sum(bool(one.reason) for one in self._addresses)
        self.more.setVisible(bool(rest))
        if rest:
            all_words = counted(len(self._addresses), "address", "addresses")
            words = f"and {rest:,} more" + (f" · {wrong:,} invalid of all" if wrong else "")
            self.more.say(words, f"Show all {all_words} as a list")
        self._say_placeholder()
        self._arrange()
        if had is not None:
            self._focus_chip(min(had, len(self.chips) - 1))

    def _chip(self, address: Address) -> AddressChip:
        chip = AddressChip(address, self)
        chip.remove_asked.connect(lambda: self._remove(address))
        chip.edit_asked.connect(lambda: self._edit(address))
        chip.step_asked.connect(lambda step: self._focus_chip(self.chips.index(chip) + step))
        chip.show()
        return chip

    def _remove(self, address: Address) -> None:
        self._set(tuple(one for one in self._addresses if one is not address))
        if not self.chips:
            self.line.setFocus()

    def _edit(self, address: Address) -> None:
        self.line.finish()
        self._remove(address)
        self.line.setText(address.text)
        self.line.setFocus()

    def _focus_chip(self, number: int) -> None:
        if 0 <= number < len(self.chips):
            self.chips[number].setFocus(Qt.FocusReason.OtherFocusReason)
        elif number >= len(self.chips):
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_placeholder(self) -> None:
        text = getattr(self, "_placeholder", "")
        self.line.setPlaceholderText("" if self._addresses else text)

    def _arrange(self) -> None:
        """Place the chips in lines, and the line to type in behind them."""
        x, y = _EDGE + 1, _EDGE
        height = tokens.SMALL_CONTROL_HEIGHT - 4
        right = max(self.width(), 200) - _EDGE
        for widget in (*self.chips, *([self.more] if self.more.isVisibleTo(self) else [])):
            width = min(widget.sizeHint().width(), right - _EDGE)
            if x + width > right and x > _EDGE + 1:
                x, y = _EDGE + 1, y + height + _EDGE
            widget.setGeometry(x, y, width, height)
            x += width + _EDGE
        if right - x < _LINE_WIDTH and x > _EDGE + 1:
            x, y = _EDGE + 1, y + height + _EDGE
        self.line.setGeometry(x, y, right - x, height)
        self.setFixedHeight(max(tokens.CONTROL_HEIGHT, y + height + _EDGE))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place all anew when the width has changed."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """A click beside the chips goes on typing."""
        self.line.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame of a field."""
        c = theme.colours()
        active = self.line.hasFocus() or any(chip.hasFocus() for chip in self.chips)
        edge = c.tones[Tone.FAILED] if self._refused else c.accent if active else c.line
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(c.card))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, tokens.RADIUS, tokens.RADIUS)
        painter.end()
