"""One lesson in the list: its number, its title, and whether it is done."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from launcher.core.explain import Tone
from launcher.gui import theme, tokens
from launcher.gui.widgets.marks import paint_mark


class LessonRow(QPushButton):
    """A checkable line; put all of them into an exclusive QButtonGroup."""

    def __init__(self, number: int, title: str, parent: QWidget | None = None) -> None:
        super().__init__(f"{number}  {title}", parent)
        self._title = title
        self._done = False
        self.setCheckable(True)
        self.setFont(theme.font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_done(done=False)

    def set_done(self, *, done: bool) -> None:
        """Show whether it is done."""
        self._done = done
        self.setAccessibleName(f"{self._title}, {'done' if done else 'not done yet'}")
        self.update()

    @property
    def done(self) -> bool:
        """Whether it is shown as done."""
        return self._done

    def sizeHint(self) -> QSize:
        """Room for the words in bold."""
        words = QFontMetrics(theme.font(bold=True)).horizontalAdvance(self.text())
        return QSize(words + tokens.MARK + 3 * tokens.GAP, round(30 * theme.zoom()))

    def minimumSizeHint(self) -> QSize:
        """Never narrower than its words."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground, the mark and the words."""
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        face = c.selected if self.isChecked() else c.hover if self.underMouse() else ""
        painter.setPen(QColor(c.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(face) if face else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, tokens.RADIUS, tokens.RADIUS)
        top = (self.height() - tokens.MARK) / 2
        tone = Tone.DONE if self._done else Tone.WAITING
        paint_mark(painter, QRectF(tokens.GAP, top, tokens.MARK, tokens.MARK), tone)
        painter.setFont(theme.font(bold=self.isChecked()))
        painter.setPen(QColor(c.ink if self.isChecked() else c.soft))
        left = tokens.MARK + 2 * tokens.GAP
        words = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()
