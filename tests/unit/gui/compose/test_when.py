"""A mail goes out later, or again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.compose.when import When, rule_words, until
from launcher.gui.mail.compose.when_sheet import CRON, ONCE, WEEKLY, WhenSheet
from launcher.gui.mail.page import OUTBOX, REPEATS, MailPage
from launcher.mail import Rule
from tests.unit.gui.compose.writing import write
from tests.unit.gui.fakes import FakeSession


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
    assert page.window().focusWidget() is page.tabs[REPEATS]
    assert session.mail.kept_repeats[0].rule == Rule("week", "09:00", (0, 4))
    assert pane.form.writing(None).blank


def test_a_cron_schedule_is_said_in_words_while_it_is_typed(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    pane.later.click()
    sheet = pane.window().findChild(WhenSheet)
    assert sheet is not None
    sheet.cron.clear()
    qtbot.keyClicks(sheet.cron, "30 8 * * 1")
    assert sheet.choices[CRON].isChecked()
    qtbot.waitUntil(
        lambda: sheet.meaning.text().startswith("The words of 30 8 * * 1; next on 4 Jan 2099")
    )
    assert session.mail.asked.count("meaning") == 1
    assert sheet.set.isEnabled()
    qtbot.keyClick(sheet.cron, Qt.Key.Key_Backspace)
    qtbot.keyClicks(sheet.cron, "x")
    qtbot.waitUntil(lambda: sheet.status.text().endswith("x is no minute of a cron rule."))
    assert not sheet.set.isEnabled()


def test_a_cron_schedule_can_be_set_while_django_is_away(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.unavailable = "Django is not ready yet."
    pane.later.click()
    sheet = pane.window().findChild(WhenSheet)
    assert sheet is not None
    sheet.choices[CRON].click()
    qtbot.waitUntil(lambda: "meaning" in session.mail.asked)
    assert sheet.meaning.text() == "Is sent by the schedule 0 9 * * 1-5."
    assert sheet.set.isEnabled()


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
