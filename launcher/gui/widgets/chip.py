"""A prerequisite in a rounded frame: the state's shape, the fact, and a way to its remedy."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.marks import paint_mark

_PADDING = 11


class Chip(QPushButton):
    """Shows one fact. `opens` says that pressing it shows more; otherwise it is only read."""

    def __init__(
        self, tone: Tone, text: str, *, opens: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self._opens = opens
        self.setFont(theme.font(tokens.SMALL))
        self.setFixedHeight(tokens.SMALL_CONTROL_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if opens else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(f"{_VERDICTS.get(tone, '')} {text}".strip())

    def sizeHint(self) -> QSize:
        """Room for mark and words."""
        words = self.fontMetrics().horizontalAdvance(self.text())
        more = 14 if self._opens else 0
        return QSize(words + tokens.MARK + tokens.TIGHT + 2 * _PADDING + more, self.height())

    def minimumSizeHint(self) -> QSize:
        """May be shortened: the tool tip has the whole text."""
        return QSize(min(120, self.sizeHint().width()), self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw frame, mark and words."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        hot = self._opens and (self.underMouse() or self.isDown())
        edge = c.accent if self.hasFocus() else c.line
        painter.setPen(QPen(QColor(edge), 1.5 if self.hasFocus() else 1))
        painter.setBrush(QColor(c.hover if hot else c.card))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        side = tokens.MARK - 1
        paint_mark(painter, QRectF(_PADDING, (self.height() - side) / 2, side, side), self._tone)
        left = _PADDING + tokens.MARK + tokens.TIGHT
        right = self.width() - _PADDING - (14 if self._opens else 0)
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, right - left + 2
        )
        painter.setPen(QColor(c.soft if self._tone is Tone.READY else c.ink))
        painter.drawText(
            QRectF(left, 0, right - left + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, shown
        )
        if self._opens:
            from launcher.gui.icon import pixmap  # noqa: PLC0415 - icons load QtSvg: only if shown

            arrow = pixmap("chevron", c.soft, self.devicePixelRatioF(), size=12)
            painter.drawPixmap(right + 3, (self.height() - 12) // 2 + 1, arrow)
        painter.end()


_VERDICTS = {Tone.READY: "OK:", Tone.TROUBLE: "Warning:", Tone.FAILED: "Failure:"}
