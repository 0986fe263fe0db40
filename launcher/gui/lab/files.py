"""Opens a lab from a file, and saves one; what is wrong with a file is said with its place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from launcher.core.lab import Lab
from launcher.core.lab_error import LabError
from launcher.core.lab_file import ENDING, LARGEST, read_lab, write_lab
from launcher.gui.background import Background
from launcher.gui.mail.ask_path import ask_for_files, ask_where_to_save


class LabFiles(QObject):
    """Reads and writes away from the window's thread.

    Signals: `opened(object)` a Lab; `told(str)` words for a notice.
    """

    opened = Signal(object)
    told = Signal(str)

    def __init__(self, background: Background, parent: QWidget) -> None:
        super().__init__(parent)
        self._background = background
        self._parent = parent

    def ask_to_open(self) -> None:
        """Ask for a file."""
        ask_for_files(
            self._parent,
            "Open a lab",
            lambda paths: self.open(paths[0]),
            f"Labs (*{ENDING} *.json);;All files (*)",
        )

    def ask_to_save(self, lab: Lab) -> None:
        """Ask where to."""
        safe = "".join(c if c.isalnum() else "-" for c in lab.name.lower()).strip("-")
        while "--" in safe:
            safe = safe.replace("--", "-")
        offered = f"{safe or 'lab'}{ENDING}"
        ask_where_to_save(self._parent, "Save the lab", offered, lambda path: self.save(lab, path))

    def open(self, path: Path) -> None:
        """Read a lab."""
        self._background.run(
            self,
            lambda: _read(path),
            self.opened.emit,
            lambda error: self.told.emit(f"{path.name} was not opened. {_words(error)}"),
        )

    def save(self, lab: Lab, path: Path) -> None:
        """Write a lab."""
        if not path.suffix:
            path = path.with_name(path.name + ENDING)
        self._background.run(
            self,
            lambda: path.write_text(write_lab(lab), encoding="utf-8"),
            lambda _size: self.told.emit(f"Saved as {path}."),
            lambda error: self.told.emit(f"{path.name} was not saved. {_words(error)}"),
        )


def _read(path: Path) -> Lab:
    with path.open("rb") as file:
        return read_lab(file.read(LARGEST + 1))


def _words(error: Exception) -> str:
    if isinstance(error, LabError):
        return str(error)
    return f"{getattr(error, 'strerror', None) or error}."
