"""The button of all pages: quiet by default, filled when it is the one thing to do."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.icon import pixmap

Kind = Literal["plain", "primary", "danger", "bare"]


class Button(QPushButton):
    """A push button drawn from the tokens.

    Has a text, an icon, or both; one with an icon alone needs a `name`, which is its tool tip and
    its accessible name. `menu=True` adds a chevron.
    """

    def __init__(
        self,
        text: str = "",
        *,
        icon: str = "",
        name: str = "",
        kind: Kind = "plain",
        small: bool = False,
        menu: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self._kind: Kind = kind
        self._chevron = menu
        self._height = tokens.SMALL_CONTROL_HEIGHT if small else tokens.CONTROL_HEIGHT
        self.setFont(theme.font(tokens.BODY, bold=kind == "primary"))
        self.setAccessibleName(name or text)
        if name and name != text:
            self.setToolTip(name)
        self.setFixedHeight(self._height)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def set_kind(self, kind: Kind) -> None:
        """Make the button louder or quieter."""
        if kind != self._kind:
            self._kind = kind
            self.setFont(theme.font(tokens.BODY, bold=kind == "primary"))
            self.updateGeometry()
            self.update()

    def set_icon(self, icon: str) -> None:
        """Show another of our icons."""
        if icon != self._icon:
            self._icon = icon
            self.update()

    def sizeHint(self) -> QSize:
        """Room for what it shows."""
        if not self.text():
            return QSize(self._height, self._height)
        width = self.fontMetrics().horizontalAdvance(self.text()) + 22
        width += tokens.ICON + tokens.HAIR if self._icon else 0
        width += 14 if self._chevron else 0
        return QSize(width, self._height)

    def minimumSizeHint(self) -> QSize:
        """A button is never narrower than its words."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw face, icon and words."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        face, edge, ink = self._paint_colours()
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(edge), 1) if edge else QPen(Qt.PenStyle.NoPen))
        painter.setBrush(QColor(face) if face else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, tokens.RADIUS, tokens.RADIUS)
        if self.hasFocus():
            filled = self._kind in ("primary", "danger")
            painter.setPen(QPen(QColor(c.card if filled else c.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ring = rect.adjusted(2, 2, -2, -2) if filled else rect.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(ring, tokens.RADIUS - 1, tokens.RADIUS - 1)
        self._paint_content(painter, ink)
        painter.end()

    def _paint_colours(self) -> tuple[str, str, str]:
        c = theme.colours()
        if not self.isEnabled():
            return ("" if self._kind == "bare" else c.window, c.line, c.faint)
        over = self.underMouse() or self.isDown()
        if self._kind == "primary":
            face = QColor(c.accent).darker(112 if self.isDown() else 106 if over else 100).name()
            return face, face, c.accent_ink
        if self._kind == "danger":
            red = QColor(c.tones[Tone.FAILED])
            face = red.darker(112 if self.isDown() else 106 if over else 100).name()
            return face, face, c.accent_ink if c.dark else "#ffffff"
        resting = "" if self._kind == "bare" else c.card
        edge = "" if self._kind == "bare" else c.line
        face = c.pressed if self.isDown() else c.hover if over else resting
        return face, edge, c.soft if not self.text() else c.ink

    def _paint_content(self, painter: QPainter, ink: str) -> None:
        ratio = self.devicePixelRatioF()
        metrics = self.fontMetrics()
        words = metrics.horizontalAdvance(self.text()) if self.text() else 0
        total = words + (14 if self._chevron else 0)
        total += tokens.ICON + (tokens.HAIR if words else 0) if self._icon else 0
        x = (self.width() - total) / 2
        middle = self.height() / 2
        if self._icon:
            painter.drawPixmap(
                round(x), round(middle - tokens.ICON / 2), pixmap(self._icon, ink, ratio)
            )
            x += tokens.ICON + tokens.HAIR
        if words:
            painter.setPen(QColor(ink))
            box = QRectF(x, 0, words + 2, self.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self.text())
            x += words + 2
        if self._chevron:
            painter.drawPixmap(round(x), round(middle - 6), pixmap("chevron", ink, ratio, size=12))
