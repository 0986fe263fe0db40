"""Files go up beside the writing and with the mail."""

from __future__ import annotations

import threading
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.page import OUTBOX, MailPage
from tests.unit.gui.compose.writing import drop, write
from tests.unit.gui.fakes import FakeSession


def test_a_dropped_file_goes_up_and_with_the_mail(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("some notes")
    drop(pane, notes)
    qtbot.waitUntil(lambda: not pane.attachments.busy)
    (chip,) = pane.form.strip.chips.values()
    assert chip.text() == "notes.txt · 10 bytes"
    assert session.mail.files == {1: b"some notes"}
    write(pane)
    qtbot.waitUntil(lambda: pane.keeper.draft_id is not None)
    pane.send.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    (mail,) = session.mail.mails.values()
    assert len(mail.attachments) == 1
    assert pane.attachments.files == ()


def test_what_cannot_be_attached_says_why_and_stops_the_sending(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    large = tmp_path / "film.mp4"
    with large.open("wb") as file:
        file.truncate(26 * 1024 * 1024 + 1)
    drop(pane, large, tmp_path, tmp_path / "gone.txt")
    qtbot.waitUntil(lambda: not pane.attachments.busy)
    film, folder, gone = (chip.text() for chip in pane.form.strip.chips.values())
    assert film == "film.mp4 is 27.3 MB; a mail may carry 25 MB at most."
    assert "is a folder" in folder
    assert "No such file" in gone
    assert "upload" not in session.mail.asked
    write(pane)
    pane.send.click()
    assert pane.status.text().startswith("film.mp4: is 27.3 MB")
    for number in list(pane.form.strip.chips):
        qtbot.keyClick(pane.form.strip.chips[number], Qt.Key.Key_Delete)
    assert pane.attachments.files == ()
    assert not pane.form.strip.isVisible()


def test_a_file_that_failed_is_tried_again_and_one_removed_is_taken_back(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("some notes")
    session.mail.unavailable = "Django is away."
    drop(pane, notes)
    qtbot.waitUntil(lambda: not pane.attachments.busy)
    (chip,) = pane.form.strip.chips.values()
    assert chip.text() == "notes.txt Django is away."
    session.mail.unavailable = ""
    chip.click()
    qtbot.waitUntil(lambda: pane.attachments.problem == "" and not pane.attachments.busy)
    pane.attachments.remove(pane.attachments.files[0].number)
    qtbot.waitUntil(lambda: session.mail.files == {})


def test_sending_waits_for_files_that_are_still_going_up(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("some notes")
    session.mail.gate = threading.Event()
    drop(pane, notes)
    write(pane)
    pane.send.click()
    assert "still going up" in pane.status.text()
    assert session.mail.submitted == []
    session.mail.gate.set()
    qtbot.waitUntil(lambda: not pane.attachments.busy)
