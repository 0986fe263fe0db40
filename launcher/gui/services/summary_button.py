"""The second line of a service's name where it can be changed: its address, or its pool."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from launcher.gui import theme, tokens


class SummaryButton(QPushButton):
    """Looks like text, with a dotted line below; shortens itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(tokens.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def say(self, text: str, name: str) -> None:
        """Show this; `name` says what pressing it does."""
        if text != self.text() or name != self.accessibleName():
            self.setText(text)
            self.setAccessibleName(name)
            self.setToolTip(f"{text}\n{name} (F2)")
            self.updateGeometry()

    @property
    def shortened(self) -> bool:
        """Whether the text does not fit."""
        return self.fontMetrics().horizontalAdvance(self.text()) > self.width()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 2, metrics.height() + 3)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters and the ellipsis."""
        return QSize(min(24, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the words and the line."""
        c = theme.colours()
        hot = self.underMouse() or self.hasFocus() or self.isDown()
        painter = QPainter(self)
        ink = QColor(c.accent if hot else c.soft)
        painter.setPen(ink)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(self.rect().adjusted(0, 0, 0, -2), Qt.AlignmentFlag.AlignVCenter, shown)
        style = Qt.PenStyle.SolidLine if hot else Qt.PenStyle.DotLine
        painter.setPen(QPen(ink if hot else QColor(c.faint), 1, style))
        bottom = self.height() - 1
        painter.drawLine(0, bottom, self.fontMetrics().horizontalAdvance(shown), bottom)
        painter.end()
