"""Writing, outbox and inbox on a fake mail API."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from launcher.core.state import ServiceState
from launcher.gui.mail.entry_model import EntryModel
from launcher.gui.mail.page import COMPOSE, INBOX, OUTBOX, MailPage
from launcher.gui.mail.words import outbox_entry
from launcher.gui.window import MAIL, Window
from launcher.mail import Recipient, Step
from tests.unit.gui.fakes import FakeMail, FakeSession

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(window: Window, qtbot: QtBot) -> MailPage:
    window.show_page(MAIL)
    found = window.page(MAIL)
    assert isinstance(found, MailPage)
    return found


def write(page: MailPage, to: str = "you@example.com", subject: str = "Hi") -> None:
    page.show_pane(COMPOSE)
    page.compose.to.setText(to)
    page.compose.subject.setText(subject)
    page.compose.text.setPlainText("Hello")


# -- the model ---------------------------------------------------------------------------------


def test_the_model_keeps_qts_rules_through_every_change(qtmodeltester: ModelTester) -> None:
    mail = FakeMail()
    entries = [outbox_entry(mail.add("QUEUED", f"mail {number}").row) for number in range(6)]
    entries.reverse()
    model = EntryModel()
    qtmodeltester.check(model)
    model.show(entries[2:5])
    model.show(entries)
    model.show([replace(entries[0], aside="Delivered"), entries[3], entries[5]])
    assert [model.entry(row).id for row in range(model.rowCount())] == [6, 3, 1]
    assert model.entry(0).aside == "Delivered"
    assert model.row_of(3) == 1
    assert model.row_of(99) is None
    model.show([])
    assert model.rowCount() == 0


# -- writing -----------------------------------------------------------------------------------


def test_a_mail_is_sent_by_keyboard_and_followed_in_the_outbox(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    write(page, "a@example.com; b@example.com")
    page.compose.cc.setText("c@example.com")
    page.window().activateWindow()
    qtbot.keyClick(page.compose.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    draft, key = session.mail.submitted[0]
    assert draft.to == ("a@example.com", "b@example.com")
    assert draft.cc == ("c@example.com",)
    assert (draft.subject, draft.text) == ("Hi", "Hello")
    assert len(key) == 32
    qtbot.waitUntil(lambda: page.outbox.detail.subject.text() == "Hi")
    assert page.compose.to.text() == ""
    assert page.compose.text.toPlainText() == ""


def test_refusals_stand_at_their_fields_and_nothing_is_lost(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.refuse = {"to": ["No such domain."], "subject": ["Too long."]}
    write(page)
    page.compose.send.click()
    to, subject = page.compose.fields["to"], page.compose.fields["subject"]
    qtbot.waitUntil(to.error.isVisible)
    assert (to.error.text(), subject.error.text()) == ("No such domain.", "Too long.")
    assert not page.compose.fields["cc"].error.isVisible()
    assert page.compose.to.accessibleDescription() == "No such domain."
    assert page.window().focusWidget() is page.compose.to
    assert page.compose.text.toPlainText() == "Hello"
    session.mail.refuse = {"": ["The queue is full."]}
    page.compose.send.click()
    qtbot.waitUntil(lambda: page.compose.status.text() == "The queue is full.")
    assert not to.error.isVisible()


def test_a_lost_answer_is_asked_again_with_the_same_key(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.unavailable = "Django did not answer within 5 s."
    write(page)
    page.compose.send.click()
    qtbot.waitUntil(lambda: page.compose.status.text() == "Django did not answer within 5 s.")
    session.mail.unavailable = ""
    page.compose.send.click()
    qtbot.waitUntil(lambda: len(session.mail.submitted) == 2)
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    assert session.mail.submitted[0][1] == session.mail.submitted[1][1]
    write(page)
    page.compose.send.click()
    qtbot.waitUntil(lambda: len(session.mail.submitted) == 3)
    assert session.mail.submitted[2][1] != session.mail.submitted[1][1]


def test_a_slow_api_blocks_neither_the_window_nor_a_second_click(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    session.mail.gate = threading.Event()
    write(page)
    page.compose.send.click()
    assert not page.compose.send.isEnabled()
    page.compose.send.click()
    window.show_page(0)
    assert window.page(0).isVisible()
    session.mail.gate.set()
    qtbot.waitUntil(lambda: page.stack.currentIndex() == OUTBOX)
    assert len(session.mail.submitted) == 1


def test_while_django_is_not_ready_it_says_what_is_waited_for_and_keeps_the_words(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    write(page)
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
    assert not page.compose.send.isEnabled()
    assert not page.start.isVisible()
    session.now_stand({**ready, "django": replace(ready["django"], state=ServiceState.STOPPED)})
    qtbot.waitUntil(page.start.isVisible)
    qtbot.mouseClick(page.start, LEFT)
    assert session.calls == [("start", "django")]
    session.now_stand(ready)
    qtbot.waitUntil(lambda: not page.banner.isVisible())
    assert page.compose.send.isEnabled()
    assert page.compose.text.toPlainText() == "Hello"


def test_tab_goes_through_the_fields_in_their_order(
    page: MailPage, qtbot: QtBot, window: Window
) -> None:
    page.show_pane(COMPOSE)
    window.activateWindow()
    page.compose.to.setFocus()
    order = [page.compose.cc, page.compose.bcc, page.compose.subject, page.compose.text]
    for expected in (*order, page.compose.send):
        focused = window.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        assert window.focusWidget() is expected


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
    assert detail.reply.toPlainText() == "451 busy"
    said = [label.text() for label in detail.timeline.children() if hasattr(label, "text")]
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
    page.outbox._act(session.mail.cancel, mail.row.id)
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


def test_recipients_with_different_replies_are_told_apart(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    mail = session.mail.add("RETRYING", "two", reply="451 busy")
    session.mail.mails[mail.row.id] = replace(
        mail,
        recipients=(
            Recipient("a@x", "delivered", "250 OK"),
            Recipient("b@x", "deferred", "451 busy"),
        ),
    )
    page.outbox.look()
    reply = page.outbox.detail.reply
    qtbot.waitUntil(lambda: reply.toPlainText() == "a@x: 250 OK\nb@x: 451 busy")


def test_nothing_is_asked_while_the_page_is_not_seen(
    page: MailPage, session: FakeSession, qtbot: QtBot, window: Window
) -> None:
    qtbot.waitUntil(lambda: not page.outbox._looking)
    window.show_page(0)
    assert not page.outbox._timer.isActive()
    assert not page.inbox._timer.isActive()


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
    detail.parts["HTML"].click()
    assert detail.text.toPlainText() == "rich words"
    detail.parts["Headers"].click()
    assert "Message-ID: <7f3a@celery-launcher>" in detail.code.toPlainText()
    detail.parts["Source"].click()
    assert detail.code.toPlainText().endswith("plain words")
    qtbot.mouseClick(detail.way, LEFT)
    qtbot.waitUntil(lambda: page.outbox.detail.subject.text() == "sent")


def test_a_mail_of_html_alone_is_read_as_its_words(
    page: MailPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.catch("Rich", "", "<p>rich</p>")
    page.show_pane(INBOX)
    detail = page.inbox.detail
    qtbot.waitUntil(lambda: detail.text.toPlainText() == "rich")
    assert not detail.parts["Text"].isVisible()
    assert not detail.way.isVisible()


def test_a_caught_mail_is_deleted(page: MailPage, session: FakeSession, qtbot: QtBot) -> None:
    session.mail.catch("First")
    session.mail.catch("Second")
    page.show_pane(INBOX)
    detail = page.inbox.detail
    qtbot.waitUntil(lambda: detail.subject.text() == "Second")
    qtbot.mouseClick(detail.delete, LEFT)
    qtbot.waitUntil(lambda: detail.subject.text() == "First")
    qtbot.mouseClick(detail.delete, LEFT)
    qtbot.waitUntil(page.inbox.list.empty.isVisible)
    assert page.inbox.list.empty.heading.text() == "Nothing caught yet"
