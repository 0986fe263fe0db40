"""One address of a field: its text, what is wrong with it, and a cross that removes it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.mail.addresses import Address
from launcher.gui.widgets.marks import paint_mark

_PADDING = 9
_CROSS = 16
_WIDEST = 260


class AddressChip(QPushButton):
    """Takes the keyboard: Delete removes it, Enter edits it, the arrows go to the next one.

    Signals: `remove_asked()`, `edit_asked()`, `step_asked(int)` -1 to the one before, 1 to the
    next.
    """

    remove_asked = Signal()
    edit_asked = Signal()
    step_asked = Signal(int)

    def __init__(self, address: Address, parent: QWidget) -> None:
        super().__init__(address.text, parent)
        self.address = address
        self.setFont(theme.font(tokens.SMALL))
        self.setFixedHeight(tokens.SMALL_CONTROL_HEIGHT - 4)
        # Reached by the arrow keys; Tab goes on to the next field.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        wrong = f"invalid: {address.reason}" if address.reason else "valid"
        self.setAccessibleName(f"{address.text}, {wrong}")
        self.setAccessibleDescription("Delete removes it, Enter edits it")
        tip = f"{address.text}\n{address.reason}" if address.reason else address.text
        self.setToolTip(tip)

    def sizeHint(self) -> QSize:
        """Room for mark, text and cross."""
        words = self.fontMetrics().horizontalAdvance(self.text()) + 2
        mark = tokens.MARK + tokens.HAIR if self.address.reason else 0
        return QSize(min(_WIDEST, words + mark + 2 * _PADDING + _CROSS), self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove, edit, or go on."""
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.remove_asked.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_F2:
                self.edit_asked.emit()
            case Qt.Key.Key_Left:
                self.step_asked.emit(-1)
            case Qt.Key.Key_Right:
                self.step_asked.emit(1)
            case _:
                super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the cross removes."""
        super().mouseReleaseEvent(event)
        if event.position().x() > self.width() - _PADDING - _CROSS + 4:
            self.remove_asked.emit()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Edit."""
        self.edit_asked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pill."""
        c = theme.colours()
        wrong = bool(self.address.reason)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = c.accent if self.hasFocus() else c.fail_line if wrong else c.line
        face = c.fail_fill if wrong else c.hover if not self.hasFocus() else c.selected
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(edge), 1.5 if self.hasFocus() else 1))
        painter.setBrush(QColor(face))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        left = float(_PADDING)
        if wrong:
            top = (self.height() - tokens.MARK + 1) / 2
            paint_mark(painter, QRectF(left, top, tokens.MARK - 1, tokens.MARK - 1), Tone.FAILED)
            left += tokens.MARK + tokens.HAIR
        room = self.width() - left - _PADDING - _CROSS + 2
        painter.setPen(QColor(c.ink))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        x, y = self.width() - _PADDING - 5.0, self.height() / 2
        painter.setPen(QPen(QColor(c.ink if self.underMouse() else c.soft), 1.4))
        painter.drawLine(round(x - 3), round(y - 3), round(x + 3), round(y + 3))
        painter.drawLine(round(x - 3), round(y + 3), round(x + 3), round(y - 3))
        painter.end()
