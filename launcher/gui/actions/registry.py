"""The actions that the window offers now: what is called, when it may be, and its keys bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from launcher.gui.actions.table import BY_NAME, Entry


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done: its words, its keys as the user reads them, how it is done."""

    name: str
    words: str
    call: Callable[[], None]
    keys: str = ""
    enabled: Callable[[], bool] = _always


class Actions:
    """Whoever can do something adds it; whoever shows actions asks for all of them."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._actions: dict[str, Action] = {}
        self._shortcuts: dict[str, list[QShortcut]] = {}

    def add(
        self, name: str, call: Callable[[], None], enabled: Callable[[], bool] = _always
    ) -> Action:
        """Offer what the table calls `name`, and bind its keys in the whole window."""
        entry = BY_NAME[name]
        action = Action(name, entry.words, call, shown_keys(entry), enabled)

        def pressed() -> None:
            if enabled():
                call()

        self._shortcuts[name] = []
        for keys in entry.keys:
            shortcut = QShortcut(QKeySequence(keys), self._window)
            shortcut.activated.connect(pressed)
            self._shortcuts[name].append(shortcut)
        self._actions[name] = action
        return action

    def bind(self, name: str, *, bound: bool) -> None:
        """Have its keys work, or leave them to somebody else."""
        for shortcut in self._shortcuts[name]:
            shortcut.setEnabled(bound)

    def __getitem__(self, name: str) -> Action:
        return self._actions[name]

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions.values())


def shown_keys(entry: Entry) -> str:
    """The first keys of an entry as this system writes them."""
    if not entry.keys:
        return ""
    return QKeySequence(entry.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
