"""The Learn page: foretold first, judged by what the run showed, kept in the home."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit
from pytestqt.qtbot import QtBot

from launcher.core.facts import BrokerMode
from launcher.core.lab import Lab
from launcher.core.lessons import Action, Seen
from launcher.core.lessons_course import COURSE
from launcher.core.lessons_labs import TOPIC
from launcher.core.state import ServiceState
from launcher.gui.lab.page import LabPage
from launcher.gui.learn.code_sheet import CodeSheet
from launcher.gui.learn.lesson_pane import FIRST_CHOOSE
from launcher.gui.learn.page import NEEDS_RABBITMQ, OTHER_RUNS, LearnPage
from launcher.gui.window import LAB, LEARN, Window
from launcher.learn.stage import LessonError, Running, Tell
from tests.unit.gui.fakes import FakeSession

SEEN = (Seen("Queued", "0.02 s", 0.02), Seen("Blocking", "5.1 s", 5.1), Seen("Words", "alone"))


class Runner:
    """Stands for `launcher.learn.running.run`: shows SEEN, then returns or raises `outcome`."""

    def __init__(self) -> None:
        self.outcome: str | Exception = "at once"
        self.gate: threading.Event | None = None
        self.ran: list[Action] = []

    def __call__(
        self, action: Action, _running: Running, tell: Tell, _leave: threading.Event
    ) -> str:
        self.ran.append(action)
        for seen in SEEN:
            tell(seen)
        if self.gate is not None:
            self.gate.wait(10)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    made = FakeSession()
    made.home = str(tmp_path)
    (tmp_path / "data").mkdir()
    return made


@pytest.fixture
def runner() -> Runner:
    return Runner()


@pytest.fixture
def page(window: Window, runner: Runner) -> LearnPage:
    window.resize(1180, 760)
    window.show_page(LEARN)
    made = window.page(LEARN)
    assert isinstance(made, LearnPage)
    made._carry_out = runner
    return made


@pytest.fixture
def run(page: LearnPage, qtbot: QtBot) -> Callable[[str], None]:
    """Foretell and run the lesson that is shown."""

    def act(key: str) -> None:
        page.pane.check.rows[key].radio.click()
        page.pane.run.button.click()
        qtbot.waitUntil(lambda: not page._running)

    return act


def kept(session: FakeSession) -> dict[str, object]:
    found = json.loads((Path(session.home) / "data" / "learn.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_nothing_runs_before_something_is_foretold(page: LearnPage, runner: Runner) -> None:
    assert not page.pane.run.button.isEnabled()
    assert page.pane.run.words.text() == FIRST_CHOOSE
    page.pane.check.rows["half"].radio.click()
    assert page.pane.run.button.isEnabled()
    assert runner.ran == []


def test_a_right_forecast_is_judged_by_the_run_and_the_lesson_is_done(
    page: LearnPage, run: Callable[[str], None], session: FakeSession, qtbot: QtBot
) -> None:
    run("at once")
    assert page.pane.check.verdict.text().startswith("That is what happened.")
    assert page.rows["why"].done
    assert page.header.summary.text().startswith("1 of 10 done")
    qtbot.waitUntil(lambda: kept(session) == {"done": ["why"], "last": "why"})


def test_a_wrong_forecast_says_why_and_another_choice_ends_the_lesson(
    page: LearnPage, run: Callable[[str], None]
) -> None:
    run("as long")
    assert page.pane.check.verdict.text().startswith("Not what happened. The mail server was")
    assert not page.rows["why"].done
    page.pane.check.rows["at once"].radio.click()
    assert page.rows["why"].done


def test_a_right_guess_without_a_run_is_no_lesson(page: LearnPage) -> None:
    page.pane.check.rows["at once"].radio.click()
    assert not page.rows["why"].done
    assert not page.pane.check._verdict.isVisible()


def test_the_run_decides_what_is_right(
    page: LearnPage, run: Callable[[str], None], runner: Runner
) -> None:
    runner.outcome = "as long"
    run("at once")
    assert page.pane.check.verdict.text().startswith("Not what happened.")


def test_what_was_seen_is_shown_and_times_are_compared(
    page: LearnPage, run: Callable[[str], None]
) -> None:
    run("at once")
    rows = page.pane.run.rows
    assert [row.seen for row in rows] == list(SEEN)
    assert [row.bar.isHidden() for row in rows] == [False, False, True]
    assert rows[1].bar.share == 1
    assert rows[0].bar.share == pytest.approx(0.02 / 5.1)


def test_a_second_run_shows_only_its_own(page: LearnPage, run: Callable[[str], None]) -> None:
    run("at once")
    run("at once")
    assert len(page.pane.run.rows) == len(SEEN)


def test_a_run_that_fails_says_why_and_can_be_tried_again(
    page: LearnPage, run: Callable[[str], None], runner: Runner
) -> None:
    runner.outcome = LessonError("Mail goes elsewhere.", "Choose the inbox.")
    run("at once")
    assert page.pane.run.trouble.words.text() == "Mail goes elsewhere."
    assert page.pane.run.trouble.remedy.text() == "Choose the inbox."
    assert not page.rows["why"].done
    runner.outcome = "at once"
    run("at once")
    assert not page.pane.run.trouble.isVisible()
    assert page.rows["why"].done


@pytest.mark.parametrize("outcome", ["something else", "", ValueError("odd")])
def test_an_outcome_that_nobody_expected_ends_no_lesson(
    page: LearnPage, run: Callable[[str], None], runner: Runner, outcome: str | Exception
) -> None:
    runner.outcome = outcome
    run("at once")
    assert page.pane.run.trouble.isVisible()
    assert page.pane.run.button.isEnabled()
    assert not page.rows["why"].done


def test_one_lesson_runs_at_a_time(page: LearnPage, runner: Runner, qtbot: QtBot) -> None:
    runner.gate = threading.Event()
    page.pane.check.rows["at once"].radio.click()
    page.pane.run.button.click()
    qtbot.waitUntil(lambda: runner.ran == [Action.RESPONSES])
    page.open("retries")
    page.pane.check.rows["again"].radio.click()
    assert page.pane.run.words.text() == OTHER_RUNS
    assert not page.pane.run.button.isEnabled()
    runner.gate.set()
    qtbot.waitUntil(page.pane.run.button.isEnabled)


def test_a_service_that_is_not_ready_is_named(page: LearnPage, session: FakeSession) -> None:
    statuses = dict(session.statuses())
    statuses["worker"] = replace(statuses["worker"], state=ServiceState.STARTING)
    page.pane.check.rows["at once"].radio.click()
    page.show_statuses(statuses)
    assert not page.pane.run.button.isEnabled()
    assert page.pane.run.words.text().startswith("Not ready: Worker.")
    page.show_statuses(session.statuses())
    assert page.pane.run.button.isEnabled()


def test_the_lesson_that_was_open_last_is_opened_again(
    page: LearnPage, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    page.open("models")
    qtbot.waitUntil(lambda: kept(session)["last"] == "models")
    again = LearnPage(session, window.background)
    qtbot.addWidget(again)
    assert again.pane.lesson.id == "models"
    assert again.rows["models"].isChecked()


def test_progress_that_cannot_be_kept_is_said(
    page: LearnPage, run: Callable[[str], None], session: FakeSession, qtbot: QtBot
) -> None:
    page._home = Path(session.home) / "gone"
    with qtbot.waitSignal(page.notice_raised) as told:
        run("at once")
    assert "could not be kept" in told.args[0]
    assert page.rows["why"].done


def test_on_the_embedded_broker_a_lesson_says_that_it_needs_rabbitmq_and_installs_it(
    session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    session.broker = BrokerMode.EMBEDDED
    session.broker_remedy = "celery-launcher doctor --fix"
    page = LearnPage(session, window.background)
    qtbot.addWidget(page)
    page.show()
    page.open("acknowledgement")
    page.pane.check.rows["none"].radio.click()
    assert not page.pane.run.button.isEnabled()
    assert page.pane.install.words.text() == NEEDS_RABBITMQ
    assert page.pane.install.remedy.text() == "celery-launcher doctor --fix"
    page.pane.install.act.click()
    qtbot.waitUntil(lambda: ("fix", "rabbitmq") in session.calls)
    page.open("why")
    assert not page.pane.install.isVisible()


def test_a_lesson_goes_on_in_the_exchange_lab(page: LearnPage, window: Window) -> None:
    page.open("exchanges")
    page.pane.run.go_on.click()
    assert window.stack.currentWidget() is window.page(LAB)
    lab = window.page(LAB)
    assert isinstance(lab, LabPage)
    found: Lab = lab.desk.lab
    assert found == TOPIC


def test_code_is_shown_with_the_numbers_of_its_lines(page: LearnPage, qtbot: QtBot) -> None:
    page.pane.code.links[1].click()
    sheet = page.window().findChild(CodeSheet)
    assert sheet is not None
    qtbot.waitUntil(sheet.copy.isEnabled)
    line = sheet.where.text().rpartition(" ")[2]
    assert sheet.where.text() == f"send_mail/services/saving.py, line {line}"
    assert sheet.text.toPlainText().startswith(f"{line}  def save(")
    sheet.copy.click()
    assert QGuiApplication.clipboard().text().endswith(f"saving.py:{line}")
    sheet.close()


def test_a_command_is_copied_as_it_is_typed(page: LearnPage) -> None:
    page.open("broker")
    commands = [each.command for each in page.pane.lesson.by_hand]
    for button, command in zip(page.pane.by_hand.copies, commands, strict=True):
        button.click()
        assert QGuiApplication.clipboard().text() == command
    page.pane.by_hand.everything.click()
    assert QGuiApplication.clipboard().text() == "\n".join(commands) + "\n"


def test_every_lesson_can_be_opened_with_keys_alone(
    page: LearnPage, window: Window, qtbot: QtBot
) -> None:
    first = page.rows[COURSE[0].id]
    first.setFocus()
    for lesson in COURSE[1:]:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Down)
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Space)
        assert page.pane.lesson is lesson


def test_every_control_of_every_lesson_has_a_name(page: LearnPage) -> None:
    for lesson in COURSE:
        page.open(lesson.id)
    controls = [*page.findChildren(QAbstractButton), *page.findChildren(QPlainTextEdit)]
    assert controls
    assert [control for control in controls if not control.accessibleName()] == []
