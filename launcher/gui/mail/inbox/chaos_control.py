"""The switch that makes the catcher misbehave, to see what becomes of mails then."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from launcher.gui.mail.words import CHAOS_WORDS
from launcher.gui.widgets.button import Button
from launcher.mail import Chaos

COUNTS: tuple[int | None, ...] = (None, 1, 3, 10)


class ChaosControl(Button):
    """A button that says how the catcher behaves; its menu chooses.

    Signals: `chosen(object)` a Chaos.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Catcher", menu=True, parent=parent)
        self._chaos = Chaos()
        self._count: int | None = None
        self.menu_shown = QMenu(self)
        self.modes: dict[str, QAction] = {}
        self.counts: dict[int | None, QAction] = {}
        modes, counts = QActionGroup(self), QActionGroup(self)
        self.menu_shown.addSection("What the catcher does")
        for mode, (words, _) in CHAOS_WORDS.items():
            self.modes[mode] = action = self.menu_shown.addAction(words)
            action.setCheckable(True)
            modes.addAction(action)
            action.triggered.connect(partial(self._choose, mode))
        self.menu_shown.addSection("To how many mails")
        for count in COUNTS:
            words = "Every mail" if count is None else f"The next {count}"
            self.counts[count] = action = self.menu_shown.addAction(words)
            action.setCheckable(True)
            counts.addAction(action)
            action.triggered.connect(partial(self._choose_count, count))
        self.counts[None].setChecked(True)
        self.clicked.connect(self._open)
        self.show_chaos(Chaos())

    def show_chaos(self, chaos: Chaos) -> None:
        """Show how it behaves now."""
        self._chaos = chaos
        words = CHAOS_WORDS.get(chaos.mode, (chaos.mode, ""))[0]
        text = f"Catcher: {words[0].lower()}{words[1:]}"
        if text != self.text():
            self.setText(text)
            self.updateGeometry()
        self.setAccessibleName(f"How the catcher behaves: {words}")
        self.setToolTip("Make the mail catcher misbehave, to see what becomes of mails then")
        if chaos.mode in self.modes:
            self.modes[chaos.mode].setChecked(True)

    def _choose(self, mode: str) -> None:
        self.chosen.emit(Chaos(mode, None if mode == "off" else self._count))

    def _choose_count(self, count: int | None) -> None:
        self._count = count
        if self._chaos.mode != "off":
            self.chosen.emit(Chaos(self._chaos.mode, count))

    def _open(self) -> None:
        self.menu_shown.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))
