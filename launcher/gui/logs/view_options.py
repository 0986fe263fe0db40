"""How lines are shown: wrapped or not, how large."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from launcher.gui.logs.log_view import LogView
from launcher.gui.widgets.button import Button


class ViewOptions(Button):
    """A button with a menu; the keys of its entries work wherever the page has the focus."""

    def __init__(self, view: LogView, page: QWidget) -> None:
        super().__init__(icon="dots", name="How lines are shown: wrap, size")
        self.menu_shown = QMenu(self)
        self.wrap = self.menu_shown.addAction("Wrap long lines")
        self.wrap.setCheckable(True)
        self.wrap.setShortcut("Alt+Z")
        self.wrap.toggled.connect(view.set_wrap)
        self.menu_shown.addSeparator()
        self.larger = self._entry("Larger text", ["Ctrl++", "Ctrl+="])
        self.smaller = self._entry("Smaller text", ["Ctrl+-"])
        self.normal = self._entry("Normal text", ["Ctrl+0"])
        self.larger.triggered.connect(lambda: view.zoom(1))
        self.smaller.triggered.connect(lambda: view.zoom(-1))
        self.normal.triggered.connect(lambda: view.zoom(None))
        # An action of a menu that is closed has no keys; one of the page has.
        page.addActions([self.wrap, self.larger, self.smaller, self.normal])
        self.clicked.connect(self._open)

    def _entry(self, words: str, keys: list[str]) -> QAction:
        action = self.menu_shown.addAction(words)
        action.setShortcuts([QKeySequence(key) for key in keys])
        return action

    def _open(self) -> None:
        size = self.menu_shown.sizeHint()
        self.menu_shown.popup(self.mapToGlobal(QPoint(self.width() - size.width(), self.height())))
