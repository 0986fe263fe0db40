"""A button that shows what is chosen and offers the rest in a menu."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from launcher.gui.widgets.button import Button


class MenuChoice(Button):
    """One of several values, each with its words.

    Signals: `chosen(str)` the value that the user took.
    """

    chosen = Signal(str)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("", name=name, menu=True, parent=parent)
        self._name = name
        self._value = ""
        self._options: Sequence[tuple[str, str]] = ()
        self.menu_shown = QMenu(self)
        self.setAutoDefault(False)
        self.clicked.connect(self._open)

    @property
    def value(self) -> str:
        """What is chosen."""
        return self._value

    def offer(self, options: Sequence[tuple[str, str]], value: str) -> None:
        """Offer these (value, words) and show that one of them is chosen."""
        self._options = options
        self.menu_shown.clear()
        for each, words in options:
            action = QAction(words, self.menu_shown)
            action.triggered.connect(partial(self._choose, each))
            self.menu_shown.addAction(action)
        self._show(value)

    def _show(self, value: str) -> None:
        self._value = value
        words = dict(self._options).get(value, value)
        self.setText(words)
        self.setAccessibleName(f"{self._name}: {words}")
        self.setToolTip("")
        self.updateGeometry()

    def _choose(self, value: str) -> None:
        self._show(value)
        self.chosen.emit(value)

    def _open(self) -> None:
        self.menu_shown.popup(self.mapToGlobal(self.rect().bottomLeft()))
