"""Writing on a fake mail API: chips, files, drafts, templates, later, to each."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from pytestqt.qtbot import QtBot

from launcher.core.state import ServiceState
from launcher.gui.mail.addresses import Address
from launcher.gui.mail.compose import keeper
from launcher.gui.mail.compose.address_edit import MOST_CHIPS, SHOWN_OF_MANY
from launcher.gui.mail.compose.address_sheet import AddressSheet
from launcher.gui.mail.compose.batch_sheet import BatchSheet
from launcher.gui.mail.compose.body_edit import HTML, PREVIEW
from launcher.gui.mail.compose.fill_sheet import FillSheet
from launcher.gui.mail.compose.name_sheet import NameSheet
from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.compose.templates_sheet import TemplatesSheet
from launcher.gui.mail.compose.when import When, rule_words, until
from launcher.gui.mail.compose.when_sheet import ONCE, WEEKLY, WhenSheet
from launcher.gui.mail.compose.writing import SubmitKey, UnsentFile, Writing
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.page import COMPOSE, OUTBOX, REPEATS, MailPage
from launcher.gui.window import MAIL, Window
from launcher.mail import Attachment, Draft, MailRefused, Rule, Template, Words
from tests.unit.gui.fakes import FakeSession

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "DRAFT_MS", 30)
    monkeypatch.setattr(keeper, "FILE_MS", 10)
    monkeypatch.setattr(keeper, "AGAIN_MS", 60)


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    made = FakeSession()
    made.home = str(tmp_path / "home")
    (tmp_path / "home" / "data").mkdir(parents=True)
    return made


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> MailPage:
    window.show_page(MAIL)
    found = window.page(MAIL)
    assert isinstance(found, MailPage)
    found.show_pane(COMPOSE)
    window.activateWindow()
    return found


@pytest.fixture
def pane(page: MailPage) -> ComposePane:
    return page.compose


def write(pane: ComposePane, to: str = "you@example.com", subject: str = "Hi") -> None:
    pane.form.to.add_text(to)
    pane.form.subject.setText(subject)
    pane.form.body.text.setPlainText("Hello")


def kept(session: FakeSession) -> Path:
    return Path(session.home) / "data" / "unsent-mail.json"


# -- addresses ---------------------------------------------------------------------------------


def test_what_is_typed_becomes_chips_by_comma_enter_and_leaving(
    pane: ComposePane, qtbot: QtBot
) -> None:
    line = pane.form.to.line
    line.setFocus()
    qtbot.keyClicks(line, "a@x.org,b@x.org")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClicks(line, "c@x.org")
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert [chip.text() for chip in pane.form.to.chips] == ["a@x.org", "b@x.org", "c@x.org"]
    assert pane.form.cc.line.hasFocus()
    assert line.text() == ""


def test_a_comma_in_a_quoted_name_parts_nothing(pane: ComposePane, qtbot: QtBot) -> None:
    line = pane.form.to.line
    qtbot.keyClicks(line, '"Doe, Jane" <j@x.org>;')
    assert [chip.text() for chip in pane.form.to.chips] == ['"Doe, Jane" <j@x.org>']


def test_an_invalid_address_is_marked_with_its_reason(pane: ComposePane, qtbot: QtBot) -> None:
    pane.form.to.add_text("nobody, a@x.org")
    wrong, right = pane.form.to.chips
    assert wrong.accessibleName() == 'nobody, invalid: It has no "@".'
    assert 'It has no "@".' in wrong.toolTip()
    assert right.accessibleName() == "a@x.org, valid"
    assert pane.form.to.valid() == ("a@x.org",)


def test_chips_are_walked_edited_and_removed_by_the_keyboard(
    pane: ComposePane, qtbot: QtBot
) -> None:
    edit = pane.form.to
    edit.add_text("a@x.org, b@x.org, c@x.org")
    edit.line.setFocus()
    qtbot.keyClick(edit.line, Qt.Key.Key_Backspace)
    assert edit.chips[2].hasFocus()
    qtbot.keyClick(edit.chips[2], Qt.Key.Key_Left)
    assert edit.chips[1].hasFocus()
    qtbot.keyClick(edit.chips[1], Qt.Key.Key_Delete)
    assert [chip.text() for chip in edit.chips] == ["a@x.org", "c@x.org"]
    assert edit.chips[1].hasFocus()
    qtbot.keyClick(edit.chips[1], Qt.Key.Key_Return)
    assert edit.line.text() == "c@x.org"
    assert edit.line.hasFocus()


def test_a_click_on_the_cross_removes_the_chip(pane: ComposePane, qtbot: QtBot) -> None:
    edit = pane.form.to
    edit.add_text("a@x.org, b@x.org")
    chip = edit.chips[0]
    cross = chip.rect().center()
    cross.setX(chip.width() - 12)
    qtbot.mouseClick(chip, LEFT, pos=cross)
    assert [one.text() for one in edit.chips] == ["b@x.org"]


def test_a_thousand_pasted_addresses_collapse_into_a_count(pane: ComposePane, qtbot: QtBot) -> None:
    lines = [f"person{number}@example.org" for number in range(1_000)]
    lines[700] = "nobody"
    QGuiApplication.clipboard().setText("\n".join(lines))
    pane.form.to.line.setFocus()
    qtbot.keyClick(pane.form.to.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    edit = pane.form.to
    assert len(edit.addresses()) == 1_000
    assert len(edit.chips) == SHOWN_OF_MANY
    assert edit.chips[0].text() == "nobody"
    assert edit.more.text() == "and 994 more · 1 invalid of all"
    edit.more.click()
    sheet = pane.window().findChild(AddressSheet)
    assert sheet is not None
    assert sheet.wrong.toPlainText() == 'nobody: It has no "@".'
    sheet.text.setPlainText("a@x.org\nb@x.org")
    sheet.take_over.click()
    assert edit.valid() == ("a@x.org", "b@x.org")


def test_a_dozen_chips_are_shown_each(pane: ComposePane) -> None:
    pane.form.to.add_text(",".join(f"p{number}@x.org" for number in range(MOST_CHIPS)))
    assert len(pane.form.to.chips) == MOST_CHIPS
    assert not pane.form.to.more.isVisible()


# -- sending -----------------------------------------------------------------------------------


def test_a_mail_is_sent_by_keyboard_and_followed_in_the_outbox(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane, "a@example.com; b@example.com")
    pane.form.cc.add_text("c@example.com")
    pane.form.body.html.setPlainText("<b>Hello</b>")
    qtbot.keyClick(pane.form.body.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    draft, _ = session.mail.submitted[0]
    assert draft.to == ("a@example.com", "b@example.com")
    assert draft.cc == ("c@example.com",)
    assert (draft.subject, draft.text, draft.html) == ("Hi", "Hello", "<b>Hello</b>")
    qtbot.waitUntil(lambda: page.outbox.detail.subject.text() == "Hi")
    assert pane.form.writing(None).blank
    assert len(session.mail.mails) == 1


def test_what_is_seen_to_be_wrong_is_said_without_asking(
    pane: ComposePane, session: FakeSession
) -> None:
    write(pane, "nobody at all")
    pane.send.click()
    field = pane.form.fields["to"]
    assert field.error.text() == 'nobody at all: It has no "@".'
    assert pane.status.text() == "Not sent: see what is marked above."
    assert session.mail.submitted == []
    pane.form.to.set_addresses(())
    pane.send.click()
    assert field.error.text() == "Give at least one recipient."
    pane.form.to.add_text("a@x.org")
    assert not field.error.isVisible()
    assert field.error.text() == ""


def test_refusals_stand_at_their_fields_and_nothing_is_lost(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.refuse = {
        "to": ["you@example.com: No such domain."],
        "subject": ["Too long."],
        "html": ["A NUL character."],
    }
    write(pane)
    pane.send.click()
    to, subject = pane.form.fields["to"], pane.form.fields["subject"]
    qtbot.waitUntil(to.error.isVisible)
    assert to.error.text() == "you@example.com: No such domain."
    assert subject.error.text() == "Too long."
    assert pane.form.to.chips[0].address.reason
    assert pane.form.body.error.text() == "A NUL character."
    assert not pane.form.fields["cc"].error.isVisible()
    assert pane.form.to.line.accessibleDescription() == to.error.text()
    assert pane.form.body.text.toPlainText() == "Hello"
    pane.form.to.set_addresses((Address("you@example.com"),))
    session.mail.refuse = {"": ["The queue is full."]}
    pane.send.click()
    qtbot.waitUntil(lambda: pane.status.text() == "The queue is full.")
    assert not to.error.isVisible()


def test_a_lost_answer_is_looked_up_and_the_mail_is_not_sent_twice(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    qtbot.waitUntil(lambda: pane.keeper.draft_id is not None)
    session.mail.lose_answers = True
    pane.send.click()
    qtbot.waitUntil(lambda: "did not answer" in pane.status.text())
    session.mail.lose_answers = False
    pane.send.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    assert len(session.mail.submitted) == 1
    assert [mail.row.state for mail in session.mail.mails.values()] == ["QUEUED"]


def test_a_slow_api_blocks_neither_the_window_nor_a_second_click(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.mail.gate = threading.Event()
    write(pane)
    pane.send.click()
    assert not pane.send.isEnabled()
    pane.send.click()
    window.show_page(0)
    assert window.page(0).isVisible()
    session.mail.gate.set()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    assert len(session.mail.submitted) == 1


def test_while_django_is_not_ready_it_says_what_is_waited_for_and_keeps_the_words(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    ready = dict(session.statuses())
    session.now_stand(
        {
            **ready,
            "django": replace(ready["django"], state=ServiceState.WAITING, waiting_on=("migrate",)),
        }
    )
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.words.text() == (
        "Django is not ready: waiting, waits for Database. What you write here is kept."
    )
    assert not pane.send.isEnabled()
    assert not page.start.isVisible()
    session.now_stand({**ready, "django": replace(ready["django"], state=ServiceState.STOPPED)})
    qtbot.waitUntil(page.start.isVisible)
    qtbot.mouseClick(page.start, LEFT)
    assert session.calls == [("start", "django")]
    session.now_stand(ready)
    qtbot.waitUntil(lambda: not page.banner.isVisible())
    assert pane.send.isEnabled()
    assert pane.form.body.text.toPlainText() == "Hello"


def test_tab_goes_through_the_fields_in_their_order(pane: ComposePane, qtbot: QtBot) -> None:
    form = pane.form
    form.to.line.setFocus()
    for expected in (form.cc.line, form.bcc.line, form.subject, form.body.text):
        focused = pane.window().focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        assert pane.window().focusWidget() is expected


def test_the_preview_shows_the_html_made_harmless(pane: ComposePane) -> None:
    body = pane.form.body
    body.html.setPlainText("<p>rich <b>words</b></p><script>no</script>")
    body.tabs[PREVIEW].click()
    assert body.preview.toPlainText() == "rich words"
    assert body.tabs[HTML].text() == "HTML ●"


# -- drafts ------------------------------------------------------------------------------------


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


# -- files -------------------------------------------------------------------------------------


def drop(pane: ComposePane, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    pane.dropEvent(
        QDropEvent(
            QPointF(5, 5),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


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


# -- later and again ---------------------------------------------------------------------------


def test_a_mail_is_sent_later(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    pane.later.click()
    sheet = pane.window().findChild(WhenSheet)
    assert sheet is not None
    sheet.choices[ONCE].click()
    assert sheet.meaning.text().startswith("Goes out on ")
    sheet.set.click()
    assert pane.send.text() == "Schedule"
    pane.send.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    due = datetime.fromisoformat(session.mail.submitted[0][0].due_at)
    assert timedelta(minutes=58) < due - datetime.now(UTC) < timedelta(minutes=61)
    assert pane.send.text() == "Send"


def test_a_mail_repeats_by_days_and_times(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    pane.later.click()
    sheet = pane.window().findChild(WhenSheet)
    assert sheet is not None
    sheet.choices[WEEKLY].click()
    assert sheet.status.text() == "Choose a day of the week."
    assert not sheet.set.isEnabled()
    sheet.days[0].click()
    sheet.days[4].click()
    assert sheet.meaning.text().startswith("Is sent every Monday and Friday at 09:00")
    sheet.set.click()
    assert pane.send.text() == "Repeat"
    pane.send.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == REPEATS)
    assert session.mail.kept_repeats[0].rule == Rule("week", "09:00", (0, 4))
    assert pane.form.writing(None).blank


def test_each_of_a_repeats_mails_has_its_files(
    page: MailPage, pane: ComposePane, session: FakeSession, qtbot: QtBot, tmp_path: Path
) -> None:
    write(pane)
    (tmp_path / "plan.txt").write_bytes(b"one")
    pane.attachments.add([tmp_path / "plan.txt"])
    qtbot.waitUntil(lambda: not pane.attachments.busy)
    pane._choose_when(When(rule=Rule("day", "09:00")))
    pane.send.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == REPEATS)
    assert session.mail.repeated_files == ["upload 1"]
    assert len(session.mail.kept_repeats) == 1


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        (When(), ""),
        (When("2026-01-01T09:00:00+00:00"), "That moment is over."),
        (When("2026-01-01T11:00:00+00:00"), ""),
        (When(rule=Rule("week", "09:00", ())), "Choose a day of the week."),
        (When(rule=Rule("day", "09:00")), ""),
        (When(rule=Rule("", "", (), "0 9 * *")), "Give five parts"),
        (When(rule=Rule("", "", (), "0 9 * * 1")), ""),
    ],
)
def test_what_cannot_be_is_said(when: When, fault: str) -> None:
    said = when.fault(datetime(2026, 1, 1, 10, tzinfo=UTC))
    assert said.startswith(fault)
    assert bool(said) == bool(fault)


def test_a_rule_is_a_clause_and_a_moment_is_near_or_far() -> None:
    assert rule_words(Rule("day", "08:30")) == "every day at 08:30"
    assert rule_words(Rule("", "", (), "0 9 * * 1")) == "by the schedule 0 9 * * 1"
    now = datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert until("2026-01-01T10:00:20+00:00", now) == "in less than a minute"
    assert until("2026-01-01T11:00:00+00:00", now) == "in 1 hour"
    assert until("2026-01-04T10:00:00+00:00", now) == "in 3 days"


# -- templates ---------------------------------------------------------------------------------


def test_a_template_is_filled_in_and_can_be_taken_back(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    words = Words("Welcome, {{ name }}", "Dear {{ name }}")
    session.mail.kept_templates = [Template(1, "Welcome", words, ("name",))]
    write(pane)
    pane.templates.click()
    qtbot.waitUntil(pane.templates.menu_shown.isVisible)
    pane.templates.menu_shown.actions()[0].trigger()
    pane.templates.menu_shown.hide()
    sheet = pane.window().findChild(FillSheet)
    assert sheet is not None
    sheet.fill.click()
    qtbot.waitUntil(lambda: sheet.status.text() == "variables: name is missing.")
    sheet.lines["name"].setText("Ada")
    sheet.fill.click()
    qtbot.waitUntil(lambda: pane.form.subject.text() == "Welcome, Ada")
    assert pane.form.body.text.toPlainText() == "Dear Ada"
    assert pane.form.to.valid() == ("you@example.com",)
    pane.templates._undo()
    assert pane.form.subject.text() == "Hi"


def test_what_is_written_becomes_a_template_of_a_name(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    session.mail.refuse = {"name": ["There is a template of this name."]}
    pane.templates._keep()
    sheet = pane.window().findChild(NameSheet)
    assert sheet is not None
    sheet.name.setText("Greeting")
    sheet.save.click()
    qtbot.waitUntil(lambda: "of this name" in sheet.status.text())
    session.mail.refuse = None
    sheet.save.click()
    qtbot.waitUntil(lambda: bool(session.mail.kept_templates))
    assert session.mail.kept_templates[0].words == Words("Hi", "Hello")


def test_templates_are_changed_and_deleted(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.kept_templates = [Template(1, "One", Words("1")), Template(2, "Two", Words("2"))]
    pane.templates._manage()
    sheet = pane.window().findChild(TemplatesSheet)
    assert sheet is not None
    qtbot.waitUntil(lambda: sheet.list.count() == 2)
    assert sheet.subject.text() == "1"
    sheet.list.setCurrentRow(1)
    sheet.subject.setText("zwei")
    sheet.save.click()
    qtbot.waitUntil(lambda: session.mail.kept_templates[-1].words == Words("zwei"))
    qtbot.waitUntil(lambda: sheet.list.count() == 2)
    sheet.delete.click()
    question = pane.window().findChild(Confirm) or sheet.findChild(Confirm)
    assert question is not None
    question.do.click()
    qtbot.waitUntil(lambda: sheet.list.count() == 1)
    assert [one.name for one in session.mail.kept_templates] == ["One"]


# -- to each separately ------------------------------------------------------------------------


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
    assert sheet.wrong.toPlainText() == "line 2: nobody — It has no @."
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
