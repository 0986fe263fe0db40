"""A mail is sent, refused, looked up; nothing that was written is lost."""

from __future__ import annotations

import threading
from dataclasses import replace

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from launcher.core.state import ServiceState
from launcher.gui.mail.addresses import Address
from launcher.gui.mail.compose.body_edit import HTML, PREVIEW
from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.page import OUTBOX, MailPage
from launcher.gui.window import Window
from tests.unit.gui.compose.writing import write
from tests.unit.gui.fakes import FakeSession

LEFT = Qt.MouseButton.LeftButton


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
