"""What is written is kept: on disk, as a draft, across programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from launcher.gui.mail.addresses import Address
from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.compose.writing import SubmitKey, UnsentFile, Writing
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.page import COMPOSE, OUTBOX, MailPage
from launcher.gui.window import MAIL, Window
from launcher.mail import Attachment, Draft, MailRefused
from tests.unit.gui.compose.writing import kept, write
from tests.unit.gui.fakes import FakeSession


def test_what_is_written_is_kept_as_one_draft_that_is_changed(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane, "a@x.org, nobody")
    qtbot.waitUntil(lambda: pane.keeper.draft_id is not None)
    pane.form.subject.setText("Hi again")
    qtbot.waitUntil(lambda: session.mail.mails[1].row.subject == "Hi again")
    assert [mail.row.state for mail in session.mail.mails.values()] == ["DRAFT"]
    assert session.mail.mails[1].row.to == ("a@x.org",)
    assert pane.status.text() == "Kept as a draft."


def test_nothing_is_kept_of_a_blank_form(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    pane.form.subject.setText("x")
    pane.form.subject.setText("")
    qtbot.waitUntil(lambda: not pane.keeper._dirty)
    assert session.mail.mails == {}


def test_words_of_an_ended_program_are_there_again(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, background: object
) -> None:
    session.mail.unavailable = "Django is away."
    write(pane, "a@x.org, nobody at all")
    qtbot.waitUntil(lambda: kept(session).exists())
    qtbot.waitUntil(lambda: "nobody at all" in kept(session).read_text())
    assert kept(session).stat().st_mode & 0o077 == 0
    other = Window(session)
    qtbot.addWidget(other, before_close_func=lambda one: one._finish())
    again = other.page(MAIL)
    assert isinstance(again, MailPage)
    form = again.compose.form
    assert [one.text for one in form.to.addresses()] == ["a@x.org", "nobody at all"]
    assert (form.subject.text(), form.body.text.toPlainText()) == ("Hi", "Hello")
    other.background.close()


def test_the_files_of_a_draft_are_still_in_it_after_the_program_ended(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    files = (Attachment(0, "a.txt", "text/plain", 5),)
    draft = session.mail.add("DRAFT", "with file", ("a@x.org",), attachments=files)
    UnsentFile(kept(session)).write(Writing(("a@x.org",), subject="now", draft_id=draft.row.id))
    other = Window(session)
    qtbot.addWidget(other, before_close_func=lambda one: one._finish())
    again = other.page(MAIL)
    assert isinstance(again, MailPage)
    attachments = again.compose.attachments
    qtbot.waitUntil(lambda: [one.name for one in attachments.files] == ["a.txt"])
    again.compose.form.subject.setText("later")
    qtbot.waitUntil(lambda: session.mail.mails[draft.row.id].row.subject == "later")
    assert [one.name for one in session.mail.mails[draft.row.id].attachments] == ["a.txt"]
    other.background.close()


def test_a_draft_that_cannot_be_kept_is_kept_once_django_answers(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.unavailable = "Django is away."
    write(pane)
    qtbot.waitUntil(lambda: "Kept on this computer" in pane.status.text())
    session.mail.unavailable = ""
    qtbot.waitUntil(lambda: pane.keeper.draft_id is not None)
    assert session.mail.mails[pane.keeper.draft_id or 0].row.subject == "Hi"


def test_a_draft_deleted_elsewhere_is_kept_anew(
    pane: ComposePane, session: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(mail_id: int, draft: Draft, *, send: bool) -> None:
        raise MailRefused({"": ["Not found."]}, 404)

    write(pane)
    qtbot.waitUntil(lambda: pane.keeper.draft_id == 1)
    monkeypatch.setattr(session.mail, "change_draft", gone)
    pane.form.subject.setText("Hi again")
    qtbot.waitUntil(lambda: pane.keeper.draft_id is None)
    pane.form.subject.setText("Hi once more")
    qtbot.waitUntil(lambda: pane.keeper.draft_id == 2)


def test_a_draft_of_the_outbox_is_gone_on_with_and_what_stood_here_is_kept(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    files = (Attachment(0, "a.txt", "text/plain", 5), Attachment(1, "b.txt", "text/plain", 5))
    session.mail.add("DRAFT", "from the list", ("b@x.org",), attachments=files)
    write(pane, subject="half written")
    page.show_pane(OUTBOX)
    page.outbox.choose_state("DRAFT")
    page.outbox.show_mail(1)
    qtbot.waitUntil(lambda: page.outbox.detail.subject.text() == "from the list")
    page.outbox.detail.edit.click()
    qtbot.waitUntil(lambda: pane.form.subject.text() == "from the list")
    assert "half written" in {mail.row.subject for mail in session.mail.mails.values()}
    assert [one.name for one in pane.attachments.files] == ["a.txt", "b.txt"]
    pane.attachments.remove(pane.attachments.files[0].number)
    qtbot.waitUntil(lambda: len(session.mail.mails[1].attachments) == 1)
    qtbot.waitUntil(lambda: pane.attachments.files[0].index == 0)
    pane.send.click()
    qtbot.waitUntil(lambda: session.mail.mails[1].row.state == "QUEUED")
    assert [one.name for one in session.mail.mails[1].attachments] == ["b.txt"]


def test_another_mail_is_begun_and_the_first_is_among_the_drafts(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane, "a@x.org, nobody", subject="first")
    pane.another.click()
    assert "invalid addresses" in pane.status.text()
    assert pane.form.subject.text() == "first"
    pane.form.to.set_addresses((Address("a@x.org"),))
    pane.another.click()
    qtbot.waitUntil(lambda: pane.form.writing(None).blank)
    assert [mail.row.subject for mail in session.mail.mails.values()] == ["first"]
    write(pane, subject="second")
    qtbot.waitUntil(lambda: len(session.mail.mails) == 2)
    assert session.mail.mails[1].row.subject == "first"


def test_edit_and_resend_writes_on_a_copy(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.add("FAILED", "failed", ("b@x.org",), html="<b>x</b>")
    page.show_pane(OUTBOX)
    qtbot.waitUntil(lambda: page.outbox.detail.subject.text() == "failed")
    page.outbox.detail.edit.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == COMPOSE)
    qtbot.waitUntil(lambda: pane.form.subject.text() == "failed")
    assert pane.form.body.html.toPlainText() == "<b>x</b>"
    assert session.mail.mails[1].row.state == "FAILED"
    assert pane.keeper.draft_id == 2


def test_discarding_asks_and_takes_the_draft_along(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    qtbot.waitUntil(lambda: pane.keeper.draft_id is not None)
    pane.discard.click()
    sheet = pane.window().findChild(Confirm)
    assert sheet is not None
    sheet.do.click()
    qtbot.waitUntil(lambda: session.mail.mails == {})
    assert pane.form.writing(None).blank
    qtbot.waitUntil(lambda: not kept(session).exists())


def test_what_is_kept_on_disk_survives_being_damaged(tmp_path: Path) -> None:
    path = tmp_path / "unsent.json"
    file = UnsentFile(path)
    assert file.read() == Writing()
    writing = Writing(("a@x",), subject="Grüße", draft_id=3)
    file.write(writing)
    assert file.read() == writing
    for damaged in ("", "{", "[]", json.dumps({"to": 1}), '{"unknown": 1}'):
        path.write_text(damaged)
        assert file.read() == Writing()
    file.write(Writing())
    assert not path.exists()
    UnsentFile(tmp_path / "no" / "home").write(writing)


def test_a_key_stays_with_its_mail_until_it_is_spent() -> None:
    key = SubmitKey()
    first = key.of(Draft(("a@x",)))
    assert key.of(Draft(("a@x",))) == first
    other = key.of(Draft(("b@x",)))
    assert other != first
    key.spent()
    assert key.of(Draft(("b@x",))) != other
