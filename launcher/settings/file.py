"""The settings file as a run knows it: read once, changed value by value, read again on a change.

Whoever holds it is told of every change, whether it was made here, by another process or by hand.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from launcher.settings.editing import remove_value, save_value
from launcher.settings.model import Settings, SettingsError
from launcher.settings.reading import check_value, load

Told = Callable[[], None]


class SettingsFile:
    """One settings.toml. Methods that change it block on the disk; the others do not.

    Any thread may call. Those who listen are told on the thread that found the change.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._listeners: list[Told] = []
        self._settings, self._errors = load(path)

    @property
    def settings(self) -> Settings:
        """As they were read last."""
        return self._settings

    @property
    def errors(self) -> Sequence[SettingsError]:
        """What is wrong in the file, as it was read last, in the order of its lines."""
        return self._errors

    @property
    def readable(self) -> bool:
        """Whether the file is TOML at all; while it is not, no value of it can be changed."""
        return not any(error.key == "" for error in self._errors)

    def listen(self, told: Told) -> Callable[[], None]:
        """Have every change told from now on; returns what ends it."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told)

    def read(self) -> bool:
        """Read the file again; whether it says something else than before.

        A file that is no TOML any more, as one half typed, leaves the settings as they were.
        """
        with self._lock:
            settings, errors = load(self.path)
            broken = any(error.key == "" for error in errors)
            before = self._settings, self._errors
            self._settings, self._errors = self._settings if broken else settings, errors
            changed = (self._settings, self._errors) != before
        if changed:
            for told in tuple(self._listeners):
                told()
        return changed

    def put(self, entry: Sequence[str], value: Any) -> None:
        """Set one value; ("ports", "django") is that of [ports].

        Raises ValueError for one that may not be, and NotEditableError.
        """
        check_value(entry, value)
        with self._lock:
            save_value(self.path, entry, value)
        self.read()

    def reset(self, entry: Sequence[str], default: Any) -> None:
        """Take one value back to its default. Raises NotEditableError."""
        with self._lock:
            remove_value(self.path, entry, default)
        self.read()
