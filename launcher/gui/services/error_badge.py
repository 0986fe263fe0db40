"""How many errors a service's log has, as a badge that leads to them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.words import counted

_PADDING = 7


class ErrorBadge(QPushButton):
    """Hidden while there are none."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.setAccessibleName(f"Errors of {title}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(tokens.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.hide()

    def show_count(self, count: int) -> None:
        """Say how many."""
        words = counted(count, "error") if count < 1000 else f"{count // 1000}k errors"
        if count and words != self.text():
            self.setText(words)
            name = f"{counted(count, 'error')} of {self._title}: show them in the log"
            self.setAccessibleName(name)
            self.setToolTip(name)
            self.updateGeometry()
        self.setVisible(bool(count))

    def sizeHint(self) -> QSize:
        """Room for the words in their frame."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2 * _PADDING, metrics.height() + 4)

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its words."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame and words."""
        c = theme.colours()
        red = QColor(c.tones[Tone.FAILED])
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hot = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(red if hot else QColor(c.fail_line), 1.5 if self.hasFocus() else 1))
        painter.setBrush(QColor(c.fail_fill))
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setPen(red)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
