"""A small sheet that opens below the button that asked for it and closes with Esc or a click."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from launcher.gui import tokens
from launcher.gui.widgets.card import Card


class Popover(Card):
    """A popup surface; subclasses or callers fill `body`."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("card", parent)
        self.setWindowFlags(
            Qt.WindowType.Popup
            | Qt.WindowType.FramelessWindowHint
            | Qt.WindowType.NoDropShadowWindowHint
        )
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(tokens.WIDE, tokens.GAP, tokens.WIDE, tokens.GAP)
        self.body.setSpacing(tokens.GAP)

    def open_below(self, anchor: QWidget, *, from_left: bool = False) -> None:
        """Show it under `anchor`, their right (or left) edges aligned where there is room."""
        self.adjustSize()
        if self.body.hasHeightForWidth():
            self.resize(self.width(), self.body.totalHeightForWidth(self.width()))
        corner = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + 4))
        left = anchor.mapToGlobal(QPoint(0, 0)).x()
        screen = anchor.screen() or QGuiApplication.primaryScreen()
        area: QRect = screen.availableGeometry()
        x = left if from_left or corner.x() < anchor.window().x() else corner.x()
        x = max(area.left() + 4, min(x, area.right() - self.width() - 4))
        y = min(corner.y(), area.bottom() - self.height() - 4)
        self.move(x, y)
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.focusNextChild()
