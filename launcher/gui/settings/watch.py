"""Takes in what an editor or another process changes in the settings file once it is saved."""

from __future__ import annotations

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal

from launcher.gui.background import Background
from launcher.settings.file import SettingsFile

SETTLE_MS = 120
"""Editors write a file in several steps; it is read once for those of so many milliseconds."""


class SettingsWatch(QObject):
    """Reads the file when it was written, and tells of every change on the window's thread.

    Signals: `changed()` the settings, or what is wrong in the file, are others than before;
    `failed(str)` what was read could not be put into effect.
    Private: `_told()`, which brings the file's word over from other threads.
    """

    changed = Signal()
    failed = Signal(str)
    _told = Signal()

    def __init__(
        self, file: SettingsFile, background: Background, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._background = background
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._read)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._touched)
        self._watcher.fileChanged.connect(self._touched)
        self._told.connect(self.changed, Qt.ConnectionType.QueuedConnection)
        self._unlisten = file.listen(self._told.emit)
        self._watch()

    def close(self) -> None:
        """Stop listening."""
        self._timer.stop()
        self._unlisten()

    def _touched(self, _path: str) -> None:
        # Not put off by the next step: who writes without end would keep it from ever being read.
        if not self._timer.isActive():
            self._timer.start()

    def _watch(self) -> None:
        """An editor that puts a new file in place of the old one ends the watch of the old."""
        folder = str(self._file.path.parent)
        if folder not in self._watcher.directories() and self._file.path.parent.is_dir():
            self._watcher.addPath(folder)
        if str(self._file.path) not in self._watcher.files() and self._file.path.exists():
            self._watcher.addPath(str(self._file.path))

    def _read(self) -> None:
        self._watch()
        self._background.run(
            self,
            self._file.read,
            lambda _changed: None,
            lambda error: self.failed.emit(f"The settings file was read, but: {error}"),
        )
