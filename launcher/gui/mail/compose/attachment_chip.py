"""One attached file: its name, its size or how far it is, and a cross that removes it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.icon import pixmap
from launcher.gui.mail.compose.attachments import File
from launcher.gui.words import size

_PADDING = 9
_CROSS = 16
_WIDEST = 480


class AttachmentChip(QPushButton):
    """Takes the keyboard: Delete removes the file; Enter tries one that failed again.

    Signals: `remove_asked(int)`, `again_asked(int)` with the file's number.
    """

    remove_asked = Signal(int)
    again_asked = Signal(int)

    def __init__(self, file: File, parent: QWidget) -> None:
        super().__init__(parent)
        self._file = file
        self.setFont(theme.font(tokens.SMALL))
        self.setFixedHeight(tokens.SMALL_CONTROL_HEIGHT)
        self.clicked.connect(self._pressed)
        self.show_file(file)

    def show_file(self, file: File) -> None:
        """Show how the file stands now."""
        self._file = file
        self.setText(_words(file))
        self.setAccessibleName(f"Attachment {self.text()}")
        self.setAccessibleDescription("Delete removes it")
        more = "\nEnter tries again." if file.problem else ""
        self.setToolTip(f"{self.text()}{more}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for icon, words and cross."""
        words = self.fontMetrics().horizontalAdvance(self.text()) + 2
        wide = words + tokens.ICON + tokens.HAIR + 2 * _PADDING + _CROSS
        return QSize(min(_WIDEST, wide), self.height())

    def minimumSizeHint(self) -> QSize:
        """May be shortened; the tool tip has the whole."""
        return QSize(120, self.height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_asked.emit(self._file.number)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on the cross removes."""
        if event.position().x() > self.width() - _PADDING - _CROSS:
            self.remove_asked.emit(self._file.number)
        else:
            super().mouseReleaseEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame, how far it is, and the words."""
        c = theme.colours()
        file = self._file
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        edge = c.accent if self.hasFocus() else c.fail_line if file.problem else c.line
        painter.setPen(QPen(QColor(edge), 1.5 if self.hasFocus() else 1))
        painter.setBrush(QColor(c.fail_fill if file.problem else c.card))
        painter.drawRoundedRect(rect, tokens.RADIUS, tokens.RADIUS)
        if file.under_way and file.size:
            done = QRectF(2, self.height() - 4, (self.width() - 4) * file.sent / file.size, 2)
            painter.fillRect(done, QColor(c.accent))
        ink = c.tones[Tone.FAILED] if file.problem else c.soft
        top = (self.height() - tokens.ICON) // 2
        painter.drawPixmap(_PADDING - 2, top, pixmap("attach", ink, self.devicePixelRatioF()))
        left = _PADDING + tokens.ICON + tokens.HAIR - 2
        room = self.width() - left - _PADDING - _CROSS + 2
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(QColor(c.ink))
        painter.drawText(QRectF(left, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        x, y = self.width() - _PADDING - 5, self.height() // 2
        painter.setPen(QPen(QColor(c.ink if self.underMouse() else c.soft), 1.4))
        painter.drawLine(x - 3, y - 3, x + 3, y + 3)
        painter.drawLine(x - 3, y + 3, x + 3, y - 3)
        painter.end()

    def _pressed(self) -> None:
        if self._file.problem:
            self.again_asked.emit(self._file.number)


def _words(file: File) -> str:
    if file.problem:
        return f"{file.name} {file.problem}"
    if file.under_way:
        share = f"{100 * file.sent // file.size} %" if file.size else "…"
        return f"{file.name} · {share}"
    return f"{file.name} · {size(file.size)}"
