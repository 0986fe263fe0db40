"""A comparison drawn piece by piece: what the binding wants above, what the message has below."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.core.matching import Match
from launcher.gui import theme, tokens

_PAD = 7
_WIDEST = 150
_MOST = 40
"""Pieces that are drawn; a key may have more."""


class WordStrip(QWidget):
    """One column a piece, with a dashed frame for one that does not fit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._match = Match(matches=False, why="")
        self.setFont(theme.mono_font(tokens.SMALL))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_match(self, match: Match) -> None:
        """Draw another comparison."""
        self._match = match
        self.setVisible(bool(match.parts))
        told = "; ".join(
            f"{part.wanted}: {part.found}{'' if part.fits else ', does not fit'}"
            for part in match.parts[:_MOST]
        )
        self.setAccessibleName(told)
        self.setToolTip(told if len(told) < 500 else f"{told[:500]}…")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for two lines; what is too wide is shortened."""
        return QSize(120, 2 * self.fontMetrics().height() + 9)

    def minimumSizeHint(self) -> QSize:
        """As tall as it wants."""
        return QSize(40, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pieces until the room ends."""
        c = theme.colours()
        metrics = self.fontMetrics()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = self.height() / 2
        x = 0.0
        for part in self._match.parts[:_MOST]:
            wide = max(
                metrics.horizontalAdvance(part.wanted), metrics.horizontalAdvance(part.found)
            )
            width = min(wide, _WIDEST) + 2 * _PAD
            if x + width > self.width():
                painter.setPen(QColor(c.soft))
                painter.drawText(QRectF(x, 0, 20, self.height()), Qt.AlignmentFlag.AlignCenter, "…")
                break
            ink = c.tones[Tone.READY if part.fits else Tone.FAILED]
            box = QRectF(x + 0.5, 0.5, width - 1, self.height() - 1)
            painter.setPen(
                QPen(QColor(ink), 1, Qt.PenStyle.SolidLine if part.fits else Qt.PenStyle.DashLine)
            )
            painter.setBrush(QColor(c.code))
            painter.drawRoundedRect(box, 4, 4)
            for text, top, colour in ((part.wanted, 0.0, c.soft), (part.found, half, ink)):
                painter.setPen(QColor(colour))
                painter.drawText(
                    QRectF(x, top, width, half),
                    Qt.AlignmentFlag.AlignCenter,
                    metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width - _PAD)),
                )
            x += width + 4
        painter.end()
