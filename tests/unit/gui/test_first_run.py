"""The first steps: when they show, what each says, and that they end in the inbox."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from launcher.core.checks import CheckResult, Verdict
from launcher.core.explain import Tone
from launcher.gui.first_run.first_mail import ADDRESS
from launcher.gui.first_run.page import FirstRunPage
from launcher.gui.mail.page import INBOX, MailPage
from launcher.gui.window import FIRST_RUN, MAIL, SERVICES, SETTINGS, Window
from launcher.mail import Step
from launcher.paths import Home
from launcher.smtp.choice import MailChoice
from launcher.smtp.profile import SmtpProfile
from tests.unit.gui.fakes import FakeSession, all_ready, all_stopped, failing

AT = "2026-03-14T13:12:03.201Z"


@pytest.fixture
def session() -> FakeSession:
    made = FakeSession(all_stopped())
    made.first_run = True
    return made


@pytest.fixture
def page(window: Window) -> FirstRunPage:
    found = window.page(FIRST_RUN)
    assert isinstance(found, FirstRunPage)
    return found


def deliver(session: FakeSession) -> None:
    """What the worker and the catcher do with the mail that was sent."""
    (number,) = session.mail.mails
    mail = session.mail.mails[number]
    steps = tuple(Step(event, AT, ms) for event, ms in (("saved", 0), ("delivered", 38)))
    session.mail.mails[number] = replace(
        mail, row=replace(mail.row, state="DELIVERED"), timeline=steps
    )
    session.mail.catch("Another mail")
    session.mail.catch("My first mail", mail_id=number)


def test_a_home_is_new_until_something_ran_or_the_steps_were_skipped(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    assert home.is_new
    home.first_steps_seen.touch()
    assert not home.is_new
    home.first_steps_seen.unlink()
    (home.data / "launcher.sqlite3").touch()
    assert not home.is_new


def test_an_empty_home_begins_with_the_first_steps(window: Window, page: FirstRunPage) -> None:
    assert window.stack.currentWidget() is page
    assert not any(button.isChecked() for button in window.navigation.buttons)


def test_any_other_home_begins_with_the_services(qtbot: QtBot, theme: object) -> None:
    window = Window(FakeSession())
    assert window.stack.currentWidget() is window.page(SERVICES)
    window._finish()


def test_the_first_step_says_what_was_found_and_what_is_to_be_put_right(
    page: FirstRunPage, session: FakeSession
) -> None:
    assert page.look.mark.tone is Tone.DONE
    assert page.look.words.text() == "All that is needed is here."
    assert "Erlang 27.3.4" in page._facts
    from launcher.core.checks import CheckResult, Verdict

    session.found = (CheckResult("Folder", Verdict.FAIL, "The disk is full", "Make room."),)
    page.show_statuses(session.statuses())
    assert page.look.mark.tone is Tone.TROUBLE
    assert page.look.trouble.text() == "Folder: The disk is full. Make room."
    session.found = ()
    page.show_statuses(session.statuses())
    assert page.look.words.text() == "Looking around …"


def test_a_newcomer_reads_names_he_knows_and_what_is_wrong_and_numbers_for_the_rest(
    page: FirstRunPage, session: FakeSession
) -> None:
    session.found += (
        CheckResult("epmd", Verdict.OK, "/usr/lib/erlang/bin/epmd"),
        CheckResult("Data folder", Verdict.WARN, "on a network drive"),
        *(
            CheckResult("Port", Verdict.WARN, f"Port {port} is used by another program")
            for port in (5672, 8000, 1025)
        ),
    )
    page.show_statuses(session.statuses())
    assert "2 more checks passed" in page._facts
    assert "3 ports are used by other programs, so others are used here" in page._facts
    assert "Data folder: on a network drive" in page._facts
    assert not [words for words in page._facts if "epmd" in words or "5672" in words]


def test_the_second_step_starts_everything_and_follows_it(
    page: FirstRunPage, session: FakeSession
) -> None:
    assert not page.send.button.isEnabled()
    page.start.button.click()
    assert session.calls == [("start_all",)]
    page.show_statuses(failing())
    assert page.start.mark.tone is Tone.TROUBLE
    assert "127.0.0.6:5566 is held by python.exe" in page.start.trouble.text()
    session.now_stand(all_ready())
    page.show_statuses(all_ready())
    assert page.start.mark.tone is Tone.DONE
    assert not page.start.button.isVisible()
    assert page._services["worker"].text.text() == "Worker · Ready"
    assert page.send.button.isEnabled()


def test_the_first_mail_is_followed_into_the_inbox_and_opened_there(
    window: Window, page: FirstRunPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.now_stand(all_ready())
    qtbot.waitUntil(page.send.button.isEnabled)
    page.send.button.click()
    qtbot.waitUntil(lambda: page.mail.under_way)
    draft, _ = session.mail.submitted[0]
    assert draft.to == (ADDRESS,)
    assert page.send.mark.tone is Tone.WORKING
    deliver(session)
    qtbot.waitUntil(lambda: page.send.mark.tone is Tone.DONE)
    assert page._way["delivered"].text.text() == "Delivered · 38 ms"
    assert window.focusWidget() is page.send.button
    assert page.send.button.text() == "Open it in the inbox"
    page.send.button.click()
    mails = window.page(MAIL)
    assert isinstance(mails, MailPage)
    assert window.stack.currentWidget() is mails
    assert mails.stack.currentIndex() == INBOX
    qtbot.waitUntil(lambda: mails.inbox.detail.mail_id == 2)
    assert ("first_steps_done",) in session.calls


def test_a_mail_that_cannot_be_sent_says_so_and_is_sent_once_all_the_same(
    page: FirstRunPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.now_stand(all_ready())
    session.mail.unavailable = "Django did not answer within 5 s."
    qtbot.waitUntil(page.send.button.isEnabled)
    page.send.button.click()
    qtbot.waitUntil(lambda: "did not answer" in page.send.trouble.text())
    session.mail.unavailable = ""
    assert page.send.button.isEnabled()
    page.send.button.click()
    qtbot.waitUntil(lambda: page.mail.under_way)
    keys = {key for _, key in session.mail.submitted}
    assert len(keys) == 1


def test_a_mail_that_fails_says_why(page: FirstRunPage, session: FakeSession, qtbot: QtBot) -> None:
    session.now_stand(all_ready())
    qtbot.waitUntil(page.send.button.isEnabled)
    page.send.button.click()
    qtbot.waitUntil(lambda: bool(session.mail.mails))
    (number,) = session.mail.mails
    mail = session.mail.mails[number]
    row = replace(mail.row, state="RETRYING", state_words="The catcher is away.")
    session.mail.mails[number] = replace(mail, row=row)
    qtbot.waitUntil(lambda: page.send.trouble.text() == "The catcher is away.")
    deliver(session)
    qtbot.waitUntil(lambda: page.send.mark.tone is Tone.DONE)
    assert not page.send.trouble.isVisible()


def test_where_mail_does_not_go_to_the_inbox_none_is_sent_from_here(
    window: Window, page: FirstRunPage, session: FakeSession, qtbot: QtBot
) -> None:
    file = session.settings.file
    profile = SmtpProfile("work", "mail.example.org", 587)
    file._settings = replace(file.settings, smtp={"work": profile}, mail=MailChoice("work"))
    session.now_stand(all_ready())
    qtbot.waitUntil(page.send.button.isEnabled)
    page.show_statuses(session.statuses())
    assert "mail.example.org" in page.send.words.text()
    page.send.button.click()
    assert window.stack.currentWidget() is window.page(MAIL)
    assert session.mail.submitted == []


def test_they_can_be_skipped_and_shown_again(
    window: Window, page: FirstRunPage, session: FakeSession
) -> None:
    page.skip.click()
    assert window.stack.currentWidget() is window.page(SERVICES)
    assert session.calls == [("first_steps_done",)]
    assert window.navigation.buttons[SERVICES].isChecked()
    from launcher.gui.settings.page import SettingsPage

    settings = window.page(SETTINGS)
    assert isinstance(settings, SettingsPage)
    settings.first_steps.click()
    assert window.stack.currentWidget() is page
