"""The Tasks page in a real window: what it shows of what was heard, and what its buttons do."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from launcher.core.facts import BrokerMode
from launcher.core.spec import ProbeKind, ProbeSpec
from launcher.core.tasks import Kind, Step, Task, TaskState
from launcher.gui.mail.confirm import Confirm
from launcher.gui.tasks.detail import TIMELINE, TRACEBACK
from launcher.gui.tasks.page import SCHEDULE, WORKERS, TasksPage
from launcher.gui.tasks.run_sheet import RunSheet
from launcher.gui.tasks.words import FILTERS
from launcher.gui.window import MAIL, TASKS, Window
from launcher.runtime.celery_events import EventsState
from launcher.runtime.task_history import _COLUMNS
from tests.unit.gui.fake_tasks import MAIL_TASK, NODE, RELAY, WORKER, FakeTasks
from tests.unit.gui.fakes import FakeSession

RUNS, FAILED, RETRYING = 3, 7, 4
"""Places in FILTERS."""


@pytest.fixture
def tasks(session: FakeSession) -> FakeTasks:
    return session.tasks


@pytest.fixture
def page(window: Window, tasks: FakeTasks) -> TasksPage:
    window.show_page(TASKS)
    found = window.page(TASKS)
    assert isinstance(found, TasksPage)
    return found


def titles(page: TasksPage) -> list[str]:
    model = page.list.list.model
    return [model.entry(row).title for row in range(model.rowCount())]


def look(page: TasksPage, qtbot: QtBot) -> None:
    """Until a look that began now has ended."""
    qtbot.waitUntil(lambda: not page.list.pager.looking)
    with qtbot.waitSignal(page.list.looked):
        page.list.look()


def choose(page: TasksPage, qtbot: QtBot, task_id: str) -> None:
    page.show_task(task_id)
    qtbot.waitUntil(lambda: page.list.detail.task is not None)
    qtbot.waitUntil(lambda: getattr(page.list.detail.task, "id", "") == task_id)


def confirm(window: Window, qtbot: QtBot) -> str:
    """Say yes to the question that stands there; gives its words."""
    (asked,) = [each for each in window.findChildren(Confirm) if each.isVisible()]
    words = asked.words.text()
    asked.do.click()
    return words


def test_tasks_are_listed_with_their_state_the_newest_first(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    tasks.task("a", "received", "started", "succeeded", runtime=0.041, result="'cat-800.png'")
    tasks.task("b", "received", "started", "failed", exception="OSError('no')", traceback="Tr…")
    look(page, qtbot)
    assert titles(page) == ["resize('cat.png')", "resize('cat.png')"]
    model = page.list.list.model
    assert [model.entry(row).aside for row in (0, 1)] == ["Failed", "Succeeded 41 ms"]
    assert "OSError('no')" in model.entry(0).subtitle


def test_the_traceback_of_a_failure_is_what_one_sees_first(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    tasks.task("b", "received", "started", "failed", exception="OSError('no')", traceback="Trace")
    choose(page, qtbot, "b")
    detail = page.list.detail
    assert detail.views.currentIndex() == TRACEBACK
    assert detail.traceback.toPlainText() == "Trace"
    assert detail.why.words.text() == "OSError('no')"
    assert detail.state.text() == "Failed"


def test_a_task_whose_worker_died_says_so(page: TasksPage, tasks: FakeTasks, qtbot: QtBot) -> None:
    tasks.task("a", "received", "started")
    tasks.fold.worker_died(NODE, time.time(), "Worker was ended by signal 9.", comes_again=True)
    tasks.save()
    choose(page, qtbot, "a")
    detail = page.list.detail
    assert detail.state.text() == "Worker died"
    assert detail.why.words.text().startswith("Worker was ended by signal 9. Its worker died")
    assert detail.views.currentIndex() == TIMELINE


def test_states_filter_and_are_counted(page: TasksPage, tasks: FakeTasks, qtbot: QtBot) -> None:
    tasks.task("a", "received", "started")
    tasks.task("b", "received", "started", "failed")
    look(page, qtbot)
    assert page.list.filters[0].text() == "All 2"
    assert page.list.filters[FAILED].text() == "Failed 1"
    assert page.list.filters[RETRYING].isHidden()
    page.list.filters[RUNS].click()
    qtbot.waitUntil(lambda: len(titles(page)) == 1)
    assert page.list.list.model.entry(0).aside == "Running"


def test_words_are_searched_and_nothing_found_is_said(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    tasks.task("a", "received")
    page.list.search.setText("dog")
    qtbot.waitUntil(lambda: page.list.list.empty.heading.text() == "No such task")
    page.list.search.setText("cat.png")
    qtbot.waitUntil(lambda: len(titles(page)) == 1)


def test_beats_ticks_are_hidden_until_they_are_asked_for(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    tasks.task("tick", "received", name=RELAY)
    look(page, qtbot)
    assert titles(page) == []
    page.list.ticks.click()
    qtbot.waitUntil(lambda: len(titles(page)) == 1)


def test_a_tick_that_was_run_by_hand_is_shown(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    tasks.task("by hand", "received", name=RELAY)
    choose(page, qtbot, "by hand")
    assert page.list.ticks.isChecked()


def test_a_task_that_was_published_is_chosen_once_it_is_heard_of(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    tasks.task("before", "received")
    page.show_task("published-1")
    look(page, qtbot)
    look(page, qtbot)
    tasks.task("published-1")
    tasks.task("after")
    qtbot.waitUntil(lambda: getattr(page.list.detail.task, "id", "") == "published-1")


def test_a_task_shows_the_mail_that_it_woke_up_and_leads_to_it(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    mail = session.mail.add("RETRYING", "Invoice 2041")
    tasks.task("m", "received", "started", "succeeded", name=MAIL_TASK, args=f"[{mail.row.id}]")
    choose(page, qtbot, "m")
    assert "mail 1 retrying" in page.list.list.model.entry(0).subtitle
    assert page.list.detail.mail_state.text() == "Mail 1: Retrying · Invoice 2041"
    page.list.detail.show_mail.click()
    assert window.stack.currentWidget() is window.page(MAIL)


def test_a_mail_is_sent_again_by_the_outboxs_rules_and_never_by_its_task(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    mail = session.mail.add("UNKNOWN", "Invoice 2041")
    tasks.task("m", "received", "started", "succeeded", name=MAIL_TASK, args=f"[{mail.row.id}]")
    choose(page, qtbot, "m")
    detail = page.list.detail
    qtbot.waitUntil(detail.resend.isEnabled)
    assert detail.again.isHidden()
    detail.resend.click()
    assert "it may arrive twice" in confirm(window, qtbot)
    qtbot.waitUntil(lambda: "resend" in " ".join(session.mail.asked))
    assert not [call for call in session.calls if call[0] == "publish"]


def test_running_again_is_asked_first_and_publishes_the_same_call(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    tasks.task("a", "received", "started", "succeeded", kwargs="{'width': 640}")
    choose(page, qtbot, "a")
    page.list.detail.again.click()
    assert session.calls == []
    assert "queue celery" in confirm(window, qtbot)
    qtbot.waitUntil(lambda: bool(session.calls))
    assert session.calls == [
        ("publish", "shop.tasks.resize", "['cat.png']", "{'width': 640}", "celery")
    ]


def test_arguments_that_celery_shortened_are_asked_for(
    page: TasksPage, tasks: FakeTasks, window: Window, qtbot: QtBot
) -> None:
    tasks.task("a", "received", "started", "succeeded", args="['aaaa...']")
    choose(page, qtbot, "a")
    page.list.detail.again.click()
    (sheet,) = window.findChildren(RunSheet)
    assert "Write them anew" in sheet.lost.text()
    sheet.reject()


def test_any_registered_task_is_run_with_arguments_that_are_checked_first(
    page: TasksPage, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    page.run.click()
    (sheet,) = window.findChildren(RunSheet)
    assert [sheet.task.itemText(n) for n in range(sheet.task.count())] == [*WORKER.tasks]
    sheet.task.setCurrentText("shop.tasks.resize")
    qtbot.waitUntil(lambda: "path: str" in sheet.form.takes.text())
    for args, words in (
        ("[1", "not JSON"),
        ("[]", "path is missing"),
        ("[7]", "path has to be str, not a number"),
        ('["cat.png", 1, 2]', "takes 2 arguments"),
    ):
        sheet.form.args.setPlainText(args)
        assert words in sheet.form.trouble.text()
        assert not sheet.run.isEnabled()
    sheet.form.args.setPlainText('["cat.png"]')
    sheet.form.kwargs.setPlainText('{"width": 64}')
    assert sheet.form.trouble.text() == ""
    qtbot.mouseClick(sheet.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(session.calls))
    assert session.calls == [
        ("publish", "shop.tasks.resize", "['cat.png']", "{'width': 64}", "celery")
    ]


def test_a_broker_that_refuses_is_said_in_the_sheet(
    page: TasksPage, tasks: FakeTasks, window: Window, qtbot: QtBot
) -> None:
    page.run.click()
    (sheet,) = window.findChildren(RunSheet)
    sheet.task.setCurrentText("shop.tasks.resize")
    sheet.form.args.setPlainText('["cat.png"]')
    qtbot.waitUntil(sheet.run.isEnabled)
    tasks.control.refuse = "The broker has no queue celery. Start a worker that has it."
    sheet.run.click()
    qtbot.waitUntil(lambda: "no queue celery" in sheet.status.text())
    assert sheet.isVisible()
    sheet.reject()


def test_the_rule_of_the_outbox_stands_beside_a_task_that_sends_mail(
    page: TasksPage, window: Window, qtbot: QtBot
) -> None:
    page.run.click()
    (sheet,) = window.findChildren(RunSheet)
    sheet.task.setCurrentText(MAIL_TASK)
    assert not sheet.rule.isHidden()
    sheet.task.setCurrentText(RELAY)
    assert sheet.rule.isHidden()
    sheet.reject()


def test_a_waiting_task_is_revoked(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    tasks.task("a")
    choose(page, qtbot, "a")
    page.list.detail.revoke.click()
    confirm(window, qtbot)
    qtbot.waitUntil(lambda: session.calls == [("revoke", "a", "False")])


def test_a_running_task_is_ended_only_where_its_pool_can(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    tasks.task("a", "received", "started")
    choose(page, qtbot, "a")
    tasks.stands(workers=(replace(WORKER, pool="threads"),))
    page.list.detail.revoke.click()
    assert "threads pool cannot end a task" in window.notice.words.text()
    tasks.stands(workers=(WORKER,))
    page.list.detail.revoke.click()
    assert "ended in the middle" in confirm(window, qtbot)
    qtbot.waitUntil(lambda: session.calls == [("revoke", "a", "True")])


def test_a_mail_that_is_being_handed_over_is_not_ended(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    tasks.task("m", "received", "started", name=MAIL_TASK, args="[1]")
    choose(page, qtbot, "m")
    page.list.detail.revoke.click()
    assert "whether it arrived" in window.notice.words.text()
    assert session.calls == []


def test_a_worker_shows_its_pool_and_load_and_is_resized(
    page: TasksPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.show_pane(WORKERS)
    card = page.workers.cards[NODE]
    assert card.line.text().startswith("eventlet ×50 · 1,204 tasks since its start")
    assert card.load.text() == "3 of 50 busy, 2 more in hand"
    assert card.bar.value() == 6
    card.grow.click()
    qtbot.waitUntil(lambda: session.calls == [("resize", NODE, "1")])
    card.shrink.click()
    qtbot.waitUntil(lambda: session.calls[1:] == [("resize", NODE, "-1")])


def test_a_pool_of_fixed_size_says_why(page: TasksPage, tasks: FakeTasks) -> None:
    tasks.stands(workers=(replace(WORKER, pool="threads"),))
    page.show_pane(WORKERS)
    card = page.workers.cards[NODE]
    assert not card.grow.isEnabled()
    assert "threads pool cannot be resized" in card.grow.toolTip()


def test_a_queue_is_paused_and_taken_again(
    page: TasksPage, tasks: FakeTasks, session: FakeSession, qtbot: QtBot
) -> None:
    page.show_pane(WORKERS)
    card = page.workers.cards[NODE]
    card._flow.itemAt(0).widget().click()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: session.calls == [("stop_consuming", NODE, "celery")])
    tasks.stands(workers=(replace(WORKER, queues=("celery.relay",)),))
    page.workers.look()
    again = card._flow.itemAt(0).widget()
    assert again.text() == "Take from celery again"  # type: ignore[union-attr]
    again.click()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: session.calls[1:] == [("consume", NODE, "celery")])


def test_a_worker_of_ours_is_stopped_as_a_service_and_another_by_remote_control(
    page: TasksPage, session: FakeSession, window: Window, qtbot: QtBot
) -> None:
    page.show_pane(WORKERS)
    page.workers.cards[NODE].stop.click()
    assert "none of this launcher's" in confirm(window, qtbot)
    qtbot.waitUntil(lambda: session.calls == [("shut_down", NODE)])
    ours = ProbeSpec(ProbeKind.WORKER_PING, identity=NODE)
    session.described["worker"] = replace(session.described["worker"], probe=ours)
    page.workers.cards[NODE].stop.click()
    confirm(window, qtbot)
    assert session.calls[1:] == [("stop", "worker")]


def test_without_workers_the_way_to_one_is_said(page: TasksPage, tasks: FakeTasks) -> None:
    page.show_pane(WORKERS)
    tasks.stands(workers=())
    page.workers.look()
    assert page.workers.cards == {}
    assert page.workers.empty.isVisible()


def test_the_schedule_says_what_comes_and_runs_it_now(
    page: TasksPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.show_pane(SCHEDULE)
    card = page.schedule.cards["relay"]
    assert card.what.text() == f"{RELAY} · every 3.00 seconds"
    assert "241 runs" in card.when.text()
    card.run.click()
    qtbot.waitUntil(lambda: session.calls == [("publish", RELAY, "[]", "{}", "celery.relay")])


def test_workers_are_asked_only_while_somebody_looks(
    page: TasksPage, tasks: FakeTasks, window: Window
) -> None:
    assert tasks.watchers == 1
    page.show_pane(WORKERS)
    assert tasks.watchers == 1
    window.show_page(MAIL)
    assert tasks.watchers == 0
    assert not page.list.pager.active


def test_what_keeps_from_listening_is_said(page: TasksPage, tasks: FakeTasks, qtbot: QtBot) -> None:
    words = "Celery's events are not received: nobody listens there. It is tried again."
    tasks.stands(events=EventsState(connected=False, problem=words))
    look(page, qtbot)
    assert page.banner.words.text() == words
    tasks.stands(events=EventsState(connected=True, clocks="Clocks differ: w is 12 s ahead."))
    look(page, qtbot)
    assert page.banner.words.text() == "Clocks differ: w is 12 s ahead."
    tasks.stands(events=EventsState(connected=True))
    look(page, qtbot)
    assert page.banner.isHidden()


def test_before_the_first_worker_is_ready_it_says_what_it_waits_for(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    history, tasks.history = tasks.history, None
    tasks.stands(begun=False)
    look(page, qtbot)
    assert "first ready worker" in page.list.list.empty.sentence.text()
    assert "first ready worker" in page.header.summary.text()
    tasks.history = history


def test_the_embedded_broker_says_what_it_cannot_show(
    session: FakeSession, window: Window, tasks: FakeTasks
) -> None:
    session.broker = BrokerMode.EMBEDDED
    window.show_page(TASKS)
    page = window.page(TASKS)
    assert isinstance(page, TasksPage)
    assert "no dashboard" in page.embedded.words.text()
    assert page.embedded.isVisible()


def test_flower_and_the_dashboard_are_opened_by_a_link_that_signs_in(
    page: TasksPage, session: FakeSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    monkeypatch.setattr(
        session, "login_link", lambda service, link: f"http://127.0.0.1:1/{service}", raising=False
    )
    page.flower.click()
    page.rabbitmq.click()
    qtbot.waitUntil(lambda: len(opened) == 2)
    assert sorted(opened) == ["http://127.0.0.1:1/flower", "http://127.0.0.1:1/rabbitmq"]


def test_a_hundred_thousand_tasks_are_read_page_by_page(
    page: TasksPage, tasks: FakeTasks, qtbot: QtBot
) -> None:
    assert tasks.history is not None
    step = Step(Kind.SUCCEEDED, 1.0, "w@host/1", 1, NODE, runtime=0.01)
    tasks.history.save([Task("one", name="shop.add", steps=(step,))])
    columns = _COLUMNS.partition(", ")[2]
    tasks.history._writer.execute(
        "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        f"INSERT INTO tasks ({_COLUMNS}) SELECT 't' || i, {columns} FROM tasks, n"
    )
    tasks.history._writer.commit()
    look(page, qtbot)
    assert page.list.filters[0].text() == "All 100,000"
    assert len(titles(page)) == 100
    bar = page.list.list.view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: len(titles(page)) == 200)


def test_filters_cover_every_state_once() -> None:
    covered = [state for _words, states, _tone in FILTERS for state in states]
    assert sorted(covered) == sorted(TaskState)
