"""A rounded choice among a few, as in "All  RabbitMQ  Django"."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.marks import paint_mark


class Segment(QPushButton):
    """A checkable pill; put several into an exclusive QButtonGroup."""

    def __init__(
        self,
        text: str,
        tone: Tone | None = None,
        *,
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self._height = tokens.SMALL_CONTROL_HEIGHT if small else tokens.CONTROL_HEIGHT
        self.setCheckable(True)
        self.setFont(theme.font())
        self.setFixedHeight(self._height)
        self.setAccessibleName(text)

    def say(self, text: str) -> None:
        """Show another text."""
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Room for the words in bold, so that nothing moves when another is chosen."""
        bold = self.fontMetrics().horizontalAdvance(self.text()) * 1.06
        mark = tokens.MARK + tokens.TIGHT if self._tone else 0
        return QSize(round(bold) + mark + 24, self._height)

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its words."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pill."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        edge = c.accent if self.hasFocus() or chosen else c.line
        face = c.selected if chosen else c.hover if self.underMouse() else c.card
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(edge), 1.5 if self.hasFocus() else 1))
        painter.setBrush(QColor(face))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        box = QRectF(self.rect())
        if self._tone:
            top = (self.height() - tokens.MARK) / 2
            paint_mark(painter, QRectF(11, top, tokens.MARK, tokens.MARK), self._tone)
            box.adjust(tokens.MARK + tokens.TIGHT, 0, 0, 0)
        painter.setFont(theme.font(bold=chosen))
        painter.setPen(QColor(c.ink if chosen or self._tone else c.soft))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()
