"""One text to each of a list."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose.batch_sheet import BatchSheet
from launcher.gui.mail.compose.pane import ComposePane
from tests.unit.gui.compose.writing import drop, write
from tests.unit.gui.fakes import FakeSession


def test_a_list_is_checked_sent_to_followed_and_stopped(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("some notes")
    drop(pane, notes)
    write(pane)
    qtbot.waitUntil(lambda: pane.keeper.draft_id is not None and not pane.attachments.busy)
    pane.each.click()
    sheet = pane.window().findChild(BatchSheet)
    assert sheet is not None
    assert not sheet.send.isEnabled()
    sheet.list.setPlainText("a@x.org\nnobody\nb@x.org")
    qtbot.waitUntil(sheet.send.isEnabled)
    assert sheet.send.text() == "Send to 2"
    assert sheet.wrong.toPlainText() == "line 2: nobody: It has no @."
    assert sheet.status.text() == "2 recipients, 1 line is no recipient"
    sheet.send.click()
    qtbot.waitUntil(lambda: sheet.progress.text().startswith("0 of 2 at their end"))
    (letter,) = session.mail.letters
    assert letter.csv == "email\na@x.org\nnobody\nb@x.org\n"
    assert letter.uploads
    assert (letter.subject, letter.text) == ("Hi", "Hello")
    assert pane.form.writing(None).blank
    session.mail.batch_final = 1
    qtbot.waitUntil(lambda: sheet.bar.value() == 1)
    sheet.stop.click()
    qtbot.waitUntil(lambda: sheet.bar.value() == 2)
    assert not sheet.stop.isEnabled()


def test_a_csv_file_is_opened_as_the_list(pane: ComposePane, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("\ufeffemail,name\na@x.org,Jörg\n".encode())
    write(pane)
    pane.each.click()
    sheet = pane.window().findChild(BatchSheet)
    assert sheet is not None
    sheet.load(path)
    qtbot.waitUntil(lambda: sheet.send.text() == "Send to 1")
    assert "Jörg" in sheet.list.toPlainText()
    sheet.load(tmp_path / "gone.csv")
    qtbot.waitUntil(lambda: "No such file" in sheet.status.text())
