"""Asks for files without a loop of its own: what is chosen comes later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_for_files(
    parent: QWidget, title: str, done: Callable[[list[Path]], None], kinds: str = ""
) -> None:
    """Ask for files to be read; `kinds` narrows what is listed, as Qt's name filters do."""
    dialog = _dialog(parent, title, QFileDialog.FileMode.ExistingFiles)
    if kinds:
        dialog.setNameFilter(kinds)
    dialog.filesSelected.connect(lambda names: done([Path(name) for name in names]))
    dialog.open()


def ask_where_to_save(
    parent: QWidget, title: str, offered: str, done: Callable[[Path], None]
) -> None:
    """Ask under which name to save; one that exists is confirmed by the dialog."""
    dialog = _dialog(parent, title, QFileDialog.FileMode.AnyFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.selectFile(offered)
    dialog.fileSelected.connect(lambda name: done(Path(name)))
    dialog.open()


def _dialog(parent: QWidget, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
    dialog = QFileDialog(parent.window(), title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    return dialog
