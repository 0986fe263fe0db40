"""Outbox, inbox, repeats and what the page says of the queue, on a fake mail API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from launcher.gui.mail.addresses import parse
from launcher.gui.mail.confirm import Confirm
from launcher.gui.mail.inbox import detail as inbox
from launcher.gui.mail.inbox.release_sheet import ReleaseSheet
from launcher.gui.mail.outbox.clear_sheet import ClearSheet
from launcher.gui.mail.outbox.detail import FILES, RECIPIENTS, SOURCE
from launcher.gui.mail.page import INBOX, OUTBOX, REPEATS, MailPage
from launcher.gui.window import MAIL, Window
from launcher.mail import Attachment, Chaos, Draft, Recipient, Rule, Step, Try
from tests.unit.gui.fakes import FakeSession

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> MailPage:
    window.show_page(MAIL)
    found = window.page(MAIL)
    assert isinstance(found, MailPage)
    return found


# -- outbox ------------------------------------------------------------------------------------


def test_an_empty_outbox_says_what_to_do(page: MailPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.outbox.list.empty.heading.text() == "No mail yet")
    assert page.outbox.list.empty.isVisible()
    assert page.outbox.list.empty.sentence.text().startswith("Write one")


def test_the_newest_mail_is_shown_with_its_way(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    steps = (Step("saved", "2026-03-14T13:12:03.201Z", 0), Step("sending", "", 11, "smtp"))
    session.mail.add("DELIVERED", "old")
    session.mail.add("RETRYING", "new", words="Again soon.", reply="451 busy", timeline=steps)
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "new")
    assert detail.state.text() == "Retrying"
    assert detail.why.words.text() == "Again soon."
    assert detail.way.reply.toPlainText() == "451 busy"
    timeline = detail.way.timeline
    said = [label.text() for label in timeline.children() if hasattr(label, "text")]
    assert "+ 11 ms" in said
    assert "Handed to the mail server · smtp" in said
    assert page.header.summary.text() == "2 mails · 1 under way"


def test_a_state_changes_under_the_readers_eyes_and_the_choice_stays(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    mail = session.mail.add("QUEUED", "watched")
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "watched")
    session.mail.add("QUEUED", "newer")
    session.mail.mails[mail.row.id] = replace(mail, row=replace(mail.row, state="DELIVERED"))
    qtbot.waitUntil(lambda: detail.state.text() == "Delivered", timeout=4_000)
    assert page.outbox.list.current == mail.row.id
    assert page.outbox.list.model.rowCount() == 2


def test_resend_and_cancel_are_offered_where_they_make_sense(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.add("FAILED", "failed")
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "failed")
    assert not detail.cancel.isEnabled()
    qtbot.mouseClick(detail.resend, LEFT)
    qtbot.waitUntil(lambda: detail.state.text() == "Queued")
    assert not detail.resend.isEnabled()
    qtbot.mouseClick(detail.cancel, LEFT)
    qtbot.waitUntil(lambda: detail.state.text() == "Cancelled")


def test_a_refused_action_is_a_notice(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    mail = session.mail.add("SENDING", "under way")
    page.outbox.acts.cancel(mail)
    qtbot.waitUntil(window.notice.isVisible)
    assert window.notice.words.text() == "A mail that is sending cannot be cancelled."


def test_states_and_words_narrow_the_list(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    for state in ("DELIVERED", "FAILED", "DELIVERED"):
        session.mail.add(state, f"{state} mail")
    page.outbox.look()
    model = page.outbox.list.model
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    assert page.outbox.filters["DELIVERED"].text() == "Delivered 2"
    qtbot.mouseClick(page.outbox.filters["FAILED"], LEFT)
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    page.outbox.search.setText("nothing like it")
    qtbot.waitUntil(lambda: model.rowCount() == 0)
    assert page.outbox.list.empty.heading.text() == "No such mail"


def test_a_pause_is_said_and_can_be_ended(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.paused = "The mail server refused the login."
    page.outbox.look()
    qtbot.waitUntil(page.go_on.isVisible)
    assert page.banner.words.text() == ("Sending is paused. The mail server refused the login.")
    qtbot.mouseClick(page.go_on, LEFT)
    qtbot.waitUntil(lambda: not page.banner.isVisible())
    assert session.mail.paused == ""
    page.outbox.look()
    qtbot.waitUntil(page.outbox.more.pause.isEnabled)
    page.outbox.more.pause.trigger()
    qtbot.waitUntil(page.go_on.isVisible)
    assert page.banner.words.text() == "Sending is paused. Paused by hand."


def test_each_recipient_has_a_result_of_its_own(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    mail = session.mail.add("RETRYING", "two", reply="451 busy")
    session.mail.mails[mail.row.id] = replace(
        mail,
        recipients=(
            Recipient("a@x", "delivered", "250 OK"),
            Recipient("b@x", "deferred", "451 busy", "Its mailbox is busy."),
        ),
    )
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.parts[RECIPIENTS].text() == "Recipients 2")
    detail.parts[RECIPIENTS].click()
    people = detail.recipients.people
    said = [str(people.index(row).data()) for row in range(people.rowCount())]
    assert said == ["a@x, delivered, 250 OK", "b@x, deferred, 451 busy · Its mailbox is busy."]


def test_every_try_is_shown_with_what_the_server_said(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    tries = (
        Try(1, "w", "", "", "CONNECT", "deferred", None, "", "Nobody listens there."),
        Try(2, "w", "", "", "RCPT", "deferred", 451, "451 busy", "Busy."),
    )
    session.mail.add("RETRYING", "tried", tries=tries)
    page.outbox.look()
    way = page.outbox.detail.way
    qtbot.waitUntil(lambda: way.tries_title.text() == "2 tries")
    assert way.tries.toPlainText() == "1 · CONNECT · Nobody listens there.\n2 · RCPT · 451 busy"


def test_a_mail_that_may_have_arrived_is_only_sent_again_after_a_word(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.mail.add("UNKNOWN", "doubtful")
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "doubtful")
    qtbot.mouseClick(detail.resend, LEFT)
    sheet = question(window)
    assert "may arrive twice" in sheet.words.text()
    sheet.close_button.click()
    assert "resend" not in session.mail.asked
    qtbot.mouseClick(detail.resend, LEFT)
    question(window).do.click()
    qtbot.waitUntil(lambda: detail.state.text() == "Queued")


def test_a_deletion_is_asked_first_and_the_next_mail_is_shown(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.mail.add("FAILED", "stays")
    session.mail.add("DELIVERED", "goes")
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "goes")
    window.activateWindow()
    page.outbox.list.view.setFocus()
    qtbot.keyClick(page.outbox.list.view, Qt.Key.Key_Delete)
    question(window).do.click()
    qtbot.waitUntil(lambda: detail.subject.text() == "stays")
    assert [mail.row.subject for mail in session.mail.mails.values()] == ["stays"]


def test_all_failed_are_retried_and_old_ones_cleared_after_a_question(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    for state in ("FAILED", "FAILED", "DELIVERED"):
        session.mail.add(state, f"{state} mail")
    page.outbox.look()
    more = page.outbox.more
    qtbot.waitUntil(lambda: more.retry.text() == "Retry all 2 failed…")
    more.retry.trigger()
    question(window).do.click()
    qtbot.waitUntil(lambda: page.outbox.filters["QUEUED"].text() == "Queued 2")
    assert window.notice.words.text() == "2 mails queued again."
    more.clear.trigger()
    sheet = window.findChild(ClearSheet)
    assert sheet is not None
    sheet.days.setValue(7)
    sheet.clear.click()
    qtbot.waitUntil(lambda: page.outbox.list.model.rowCount() == 2)
    assert session.mail.cleared == [7]


def test_the_source_is_read_when_it_is_looked_at(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.add("DELIVERED", "sourced")
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "sourced")
    assert "source" not in session.mail.asked
    detail.parts[SOURCE].click()
    qtbot.waitUntil(lambda: detail.source.toPlainText().startswith("Subject: sourced"))


def test_an_attachment_is_saved_where_it_is_asked_for(
    page: MailPage, session: FakeSession, qtbot: QtBot, tmp_path: Path, window: Window
) -> None:
    files = (Attachment(0, "../../notes.txt", "text/plain", 19),)
    session.mail.add("DELIVERED", "with file", attachments=files)
    page.outbox.look()
    detail = page.outbox.detail
    qtbot.waitUntil(detail.parts[FILES].isVisible)
    detail.files.save_asked.emit(0, str(tmp_path / "saved.txt"))
    qtbot.waitUntil(window.notice.isVisible)
    assert (tmp_path / "saved.txt").read_bytes() == b"content of the file"


def test_nothing_is_asked_while_the_page_is_not_seen(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    qtbot.waitUntil(lambda: not page.outbox.pager.looking)
    window.show_page(0)
    assert not page.outbox.pager.active
    assert not page.inbox.pager.active
    assert not page.repeats._timer.isActive()


def test_safe_mode_and_the_mail_server_are_said(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    assert not page.safe_mode.isVisible()
    session.mail.safe_mode = "me@x.org"
    page.outbox.look()
    qtbot.waitUntil(page.safe_mode.isVisible)
    assert "me@x.org" in page.safe_mode.words.text()
    assert page.mail_server.text() == "Mail server: the catcher"
    with qtbot.waitSignal(page.mail_server_asked):
        page.mail_server.click()


# -- inbox -------------------------------------------------------------------------------------


def test_a_caught_mail_is_read_in_all_its_parts(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.add("DELIVERED", "sent")
    session.mail.catch("Hello", "plain words", "<p>rich <b>words</b></p>", mail_id=1)
    page.show_pane(INBOX)
    detail = page.inbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "Hello")
    assert detail.text.toPlainText() == "plain words"
    detail.parts[inbox.HTML].click()
    assert detail.html.isVisible()
    assert detail.html.toPlainText() == "rich words"
    detail.parts[inbox.HEADERS].click()
    assert "Message-ID: <7f3a@celery-launcher>" in detail.headers.toPlainText()
    detail.parts[inbox.SOURCE].click()
    assert detail.source.toPlainText().endswith("plain words")
    qtbot.mouseClick(detail.way, LEFT)
    qtbot.waitUntil(lambda: page.outbox.detail.subject.text() == "sent")


def test_a_mail_of_html_alone_is_shown_as_html(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.catch("Rich", "", "<p>rich</p>")
    page.show_pane(INBOX)
    detail = page.inbox.detail
    qtbot.waitUntil(lambda: detail.html.toPlainText() == "rich")
    assert detail.html.isVisible()
    assert not detail.parts[inbox.TEXT].isVisible()
    assert not detail.way.isVisible()


def test_caught_mails_are_deleted_after_a_question(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    for subject in ("First", "Second", "Third"):
        session.mail.catch(subject)
    page.show_pane(INBOX)
    detail = page.inbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "Third")
    qtbot.mouseClick(detail.delete, LEFT)
    question(window).do.click()
    qtbot.waitUntil(lambda: detail.subject.text() == "Second")
    page.inbox.delete_all.click()
    question(window).do.click()
    qtbot.waitUntil(page.inbox.list.empty.isVisible)
    assert page.inbox.list.empty.heading.text() == "Nothing caught yet"
    assert page.inbox.cap.text() == "The newest 5,000 are kept."


def test_the_inbox_is_searched(page: MailPage, session: FakeSession, qtbot: QtBot) -> None:
    for subject in ("Invoice", "Greetings"):
        session.mail.catch(subject)
    page.show_pane(INBOX)
    model = page.inbox.list.model
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    page.inbox.search.setText("voice")
    qtbot.waitUntil(lambda: model.rowCount() == 1)


def test_a_catcher_that_misbehaves_is_seen_and_stopped(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.show_pane(INBOX)
    pane = page.inbox
    qtbot.waitUntil(lambda: not pane.pager.looking)
    assert not pane.warning.isVisible()
    pane.chaos.counts[3].trigger()
    pane.chaos.modes["451"].trigger()
    qtbot.waitUntil(pane.warning.isVisible)
    assert session.mail.misbehaves == Chaos("451", 3)
    assert "the next 3 mails" in pane.warning.words.text()
    assert "451" in pane.chaos.text()
    qtbot.mouseClick(pane.behave, LEFT)
    qtbot.waitUntil(lambda: not pane.warning.isVisible())
    assert session.mail.misbehaves == Chaos()


def test_a_caught_mail_is_released_to_whom_is_confirmed(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.mail.catch("Real")
    page.show_pane(INBOX)
    detail = page.inbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "Real")
    assert not detail.release.isEnabled()
    session.mail.release_to = "smtp.example.org:587"
    page.inbox.look()
    qtbot.waitUntil(detail.release.isEnabled)
    qtbot.mouseClick(detail.release, LEFT)
    sheet = window.findChild(ReleaseSheet)
    assert sheet is not None
    sheet.to.add_text("other@example.com, wrong")
    assert not sheet.release.isEnabled()
    sheet.to.set_addresses(parse("other@example.com"))
    sheet.release.click()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    assert session.mail.released == [(1, ("other@example.com",))]


# -- repeats -----------------------------------------------------------------------------------


def test_a_repeat_is_paused_and_deleted(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.mail.add_repeat(Draft(("a@x.org",), "Report"), Rule("day", "09:00"), "UTC")
    page.show_pane(REPEATS)
    qtbot.waitUntil(lambda: bool(page.repeats.rows))
    page.repeats.rows[0].switch.click()
    qtbot.waitUntil(lambda: page.repeats.rows[0].switch.text() == "Go on")
    assert not session.mail.kept_repeats[0].enabled
    page.repeats.rows[0].delete.click()
    question(window).do.click()
    qtbot.waitUntil(page.repeats.empty.isVisible)
    assert session.mail.kept_repeats == []


def question(window: Window) -> Confirm:
    """The confirmation that stands before the window."""
    (found,) = [one for one in window.findChildren(Confirm) if one.isVisible()]
    return found
