"""Writes what is chosen into the file: one change at a time, the last of each setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from launcher.gui.background import Background
from launcher.settings.file import SettingsFile
from launcher.settings.table import Entry


class Saver(QObject):
    """Keeps the order of quick changes, which threads of a pool would not.

    Signals: `saved(str)` the setting of this key stands in the file; `refused(str, str)` it does
    not, and why.
    """

    saved = Signal(str)
    refused = Signal(str, str)

    def __init__(
        self, file: SettingsFile, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._background = background
        self._waiting: dict[str, Callable[[], None]] = {}
        self._busy = ""

    def put(self, entry: Entry, value: Any) -> None:
        """Set a value; None takes it out."""
        if value is None:
            self.reset(entry)
        else:
            self._add(entry.key, lambda: self._file.put(entry.path, value))

    def reset(self, entry: Entry) -> None:
        """Take a value back to its default."""
        self._add(entry.key, lambda: self._file.reset(entry.path, entry.told_default))

    def busy_with(self, key: str) -> bool:
        """Whether a change of this setting is on its way."""
        return key == self._busy or key in self._waiting

    def _add(self, key: str, work: Callable[[], None]) -> None:
        self._waiting[key] = work
        self._next()

    def _next(self) -> None:
        if self._busy or not self._waiting:
            return
        key = self._busy = next(iter(self._waiting))
        self._background.run(
            self,
            self._waiting.pop(key),
            lambda _none: self._done(""),
            lambda error: self._done(str(error)),
        )

    def _done(self, words: str) -> None:
        key, self._busy = self._busy, ""
        if words:
            self.refused.emit(key, words)
        else:
            self.saved.emit(key)
        self._next()
