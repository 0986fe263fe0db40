"""One entry of the navigation: icon, label, and a count that asks for attention."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.icon import pixmap


class NavButton(QPushButton):
    """A checkable entry; `set_badge` shows how many services need attention."""

    def __init__(self, text: str, icon: str, shortcut: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self._badge = 0
        self.setCheckable(True)
        self.setFixedHeight(34)
        self.setFont(theme.font())
        self.setToolTip(f"{text} ({shortcut})")
        self.setAccessibleName(text)

    def set_badge(self, count: int) -> None:
        """Show a count, or none for 0."""
        if count != self._badge:
            self._badge = count
            words = f"{self.text()}, {count} failed" if count else self.text()
            self.setAccessibleName(words)
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as the navigation."""
        return QSize(tokens.NAV_WIDTH - 20, 34)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the entry."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(c.accent), 1.5) if self.hasFocus() else QPen(Qt.PenStyle.NoPen))
        face = c.selected if chosen else c.pressed if self.underMouse() else ""
        painter.setBrush(QColor(face) if face else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, tokens.RADIUS, tokens.RADIUS)
        top = (self.height() - tokens.ICON) // 2
        painter.drawPixmap(10, top, pixmap(self._icon, c.ink, self.devicePixelRatioF()))
        painter.setPen(QColor(c.ink))
        painter.setFont(theme.font(bold=chosen))
        box = QRectF(10 + tokens.ICON + tokens.GAP, 0, self.width(), self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._badge:
            pill = QRectF(self.width() - 28, (self.height() - 17) / 2, 20, 17)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(c.tones[Tone.FAILED]))
            painter.drawRoundedRect(pill, 8.5, 8.5)
            painter.setPen(QColor(c.card))
            painter.setFont(theme.font(tokens.SMALL, bold=True))
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, str(self._badge))
        painter.end()
