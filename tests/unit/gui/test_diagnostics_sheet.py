"""Diagnostics in the window: read first, then saved or copied."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from launcher.gui.diagnostics_sheet import DiagnosticsSheet
from launcher.gui.window import Window
from tests.unit.gui.fakes import FakeSession


@pytest.fixture
def sheet(window: Window, session: FakeSession, qtbot: QtBot, tmp_path: Path) -> DiagnosticsSheet:
    session.home = str(tmp_path)
    (tmp_path / "run").mkdir()
    window.commands["diagnostics"].call()
    made = window.findChildren(DiagnosticsSheet)[-1]
    qtbot.waitUntil(made.save.isEnabled)
    return made


def contents(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name).decode() for name in opened.namelist()}


def test_what_is_saved_is_exactly_what_was_shown(
    sheet: DiagnosticsSheet, qtbot: QtBot, tmp_path: Path
) -> None:
    shown = {}
    for row in range(sheet.list.count()):
        sheet.list.setCurrentRow(row)
        shown[sheet.list.currentItem().text()] = sheet.text.toPlainText()
    assert not list(tmp_path.rglob("*.zip"))
    sheet._write_to(tmp_path / "out.zip")
    qtbot.waitUntil(lambda: sheet.status.text() == "Saved as out.zip.")
    assert contents(tmp_path / "out.zip") == shown
    assert [*shown] == ["README.txt", "checks.txt"]


def test_copied_it_can_be_pasted_as_a_file(
    sheet: DiagnosticsSheet, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet.copy.click()
    qtbot.waitUntil(lambda: sheet.status.text().startswith("Copied."))
    (url,) = QGuiApplication.clipboard().mimeData().urls()
    assert "README.txt" in contents(Path(url.toLocalFile()))
    assert QGuiApplication.clipboard().text() == url.toLocalFile()


def test_a_place_that_refuses_is_said(
    sheet: DiagnosticsSheet, qtbot: QtBot, tmp_path: Path
) -> None:
    sheet._write_to(tmp_path / "none" / "out.zip")
    qtbot.waitUntil(lambda: sheet.status.text().startswith("Not written:"))
