"""The column on the left: the program's name, the pages, and its version."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from launcher.gui import theme, tokens
from launcher.gui.icon import app_icon
from launcher.gui.widgets.nav_button import NavButton
from launcher.gui.widgets.text_line import TextLine

_PICTURE = 22


class Navigation(QWidget):
    """One entry a page.

    Signals: `chosen(int)` the index of the page that was asked for.
    """

    chosen = Signal(int)

    def __init__(
        self, pages: list[tuple[str, str]], version: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title = TextLine("Celery Launcher", bold=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(tokens.GAP, tokens.WIDE, tokens.GAP, tokens.WIDE)
        column.setSpacing(2)
        column.addLayout(self._name())
        column.addSpacing(tokens.WIDE)
        self._group = QButtonGroup(self)
        self.buttons: list[NavButton] = []
        for index, (text, icon) in enumerate(pages):
            button = NavButton(text, icon, f"Ctrl+{index + 1}")
            self._group.addButton(button, index)
            self.buttons.append(button)
            column.addWidget(button)
        self._group.idClicked.connect(self.chosen)
        column.addStretch()
        foot = TextLine(f"Version {version}", "faint", tokens.SMALL)
        line = QHBoxLayout()
        line.setContentsMargins(tokens.TIGHT, 0, 0, 0)
        line.addWidget(foot)
        column.addLayout(line)
        self._fix()

    def changeEvent(self, event: QEvent) -> None:
        """Larger letters need more room."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_title"):
            self._fix()

    def choose(self, index: int) -> None:
        """Mark the page that is shown; one that has no entry leaves none marked."""
        self._group.setExclusive(index < len(self.buttons))
        for number, button in enumerate(self.buttons):
            button.setChecked(number == index)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and the line at the right."""
        c = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(c.nav))
        painter.fillRect(QRectF(self.width() - 1, 0, 1, self.height()), QColor(c.line))
        painter.end()

    def _name(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(_PICTURE, _PICTURE))
        line = QHBoxLayout()
        line.setContentsMargins(tokens.TIGHT, 0, 0, 0)
        line.setSpacing(tokens.GAP - 2)
        line.addWidget(picture)
        line.addWidget(self._title, 1)
        return line

    def _fix(self) -> None:
        beside = 2 * tokens.GAP + tokens.TIGHT + _PICTURE + tokens.GAP - 2
        title = QFontMetrics(theme.font(bold=True)).horizontalAdvance(self._title.text()) + 2
        self.setFixedWidth(max(tokens.NAV_WIDTH, title + beside))
