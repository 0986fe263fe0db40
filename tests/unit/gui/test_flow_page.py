"""The Flow page: dots and streams, one message, what is done with a queue, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.flow_content import content
from launcher.core.flow_topology import Binding, QueueNumbers, Topology
from launcher.core.tasks_workers import WorkerView
from launcher.gui.background import Background
from launcher.gui.flow.message_list import MessageModel
from launcher.gui.flow.page import FlowPage
from launcher.gui.flow.words import state_words
from launcher.gui.mail.confirm import Confirm
from launcher.gui.window import FLOW, LOGS, Window
from launcher.runtime.celery_events import Event, EventsState
from launcher.runtime.flow_source import Look, Trouble
from tests.unit.gui.fakes import FakeSession

WORKER = "launcher-01@localhost"
NOW = 1_800_000_000.0
TOPOLOGY = Topology(
    (
        QueueNumbers("celery", 4, 2, 1, 12.5, 12.0, 11.9, ("celery.dead", "celery.dead")),
        QueueNumbers("celery.dead", 0, 0, 0),
    ),
    (Binding("celery", "celery", "celery"), Binding("celery.dead", "celery.dead", "celery.dead")),
    (("celery", "direct"), ("celery.dead", "direct")),
    2,
)
VIEW = WorkerView(WORKER, pool="eventlet", size=50, queues=("celery",))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def event(kind: str, message_id: str, **more: Any) -> Event:
    host = "gen1@here" if kind == "sent" else WORKER
    return {
        "type": f"task-{kind}",
        "uuid": message_id,
        "hostname": host,
        "timestamp": NOW,
        "at": NOW,
        "local_received": NOW,
        **more,
    }


def sent(message_id: str, **more: Any) -> Event:
    return event(
        "sent",
        message_id,
        name="send_mail.tasks.send_email_task",
        args="[12]",
        queue="celery",
        exchange="",
        routing_key="celery",
        **more,
    )


def heartbeat() -> Event:
    return {
        "type": "worker-heartbeat",
        "hostname": WORKER,
        "timestamp": NOW,
        "at": NOW,
        "local_received": NOW,
    }


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page(
    qtbot: QtBot, session: FakeSession, background: Background, clock: Clock
) -> Iterator[FlowPage]:
    session.flow.answer = Look(TOPOLOGY, {WORKER: VIEW})
    made = FlowPage(session, background, clock)
    made.resize(822, 620)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: bool(made.flow.topology.queues))
    yield made
    made.hide()


def tell(page: FlowPage, session: FakeSession, *events: Event) -> None:
    """Have events arrive, and be taken in."""
    session.events.tell(*events)
    QApplication.processEvents()


def finish_moving(page: FlowPage) -> None:
    page.flow.motion.advance(60.0)


def press(qtbot: QtBot, button: Any) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_message_is_a_dot_in_its_queue_and_a_click_shows_all_of_it(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    body = content({"correlation_id": "mail-12-1"}, {"lang": "py"}, b"[[12], {}, {}]")
    session.flow.answer = replace(session.flow.answer, contents={"mail-12-1": body})
    tell(page, session, heartbeat(), sent("mail-12-1", pid=5154))
    finish_moving(page)
    page.grab()
    dot = page.canvas.where("mail-12-1")
    queue = page.canvas.node_rect("q:celery")
    assert dot is not None
    assert queue is not None
    assert queue.contains(dot)
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=dot.toPoint())
    qtbot.waitUntil(
        lambda: '"lang"' in page.detail.text.toPlainText() or "py" in page.detail.text.toPlainText()
    )
    text = page.detail.text.toPlainText()
    assert "send_mail.tasks.send_email_task" in text
    assert "header lang" in text
    assert "12" in text
    assert page.detail.open_mail.isVisible()


@pytest.mark.parametrize(
    ("state", "tone"),
    [("DELIVERED", Tone.DONE), ("FAILED", Tone.FAILED), ("RETRYING", Tone.TROUBLE)],
)
def test_a_mail_comes_to_smtp_as_the_outbox_says(
    page: FlowPage, session: FakeSession, qtbot: QtBot, state: str, tone: Tone
) -> None:
    mail = session.mail.add(state, "Hello")
    message = f"mail-{mail.row.id}-1"
    page.set_speed(0.0)
    tell(page, session, heartbeat(), sent(message), event("received", message))
    tell(page, session, event("started", message), event("succeeded", message, runtime=0.04))
    page.feed.look()
    qtbot.waitUntil(lambda: not page.flow.pending_mails)
    seen = []
    while message in page.flow.motion:
        seen += page.flow.motion.dots()
        page.step()
    assert {"x:", "q:celery", f"w:{WORKER}", "s:"} <= {dot.here for dot in seen}
    assert (seen[-1].here, seen[-1].tone) == ("s:", tone)
    found = page.flow.messages.get(message)
    assert found is not None
    assert found.mail_state == state
    assert state_words(found)[1] is tone


def test_many_messages_become_a_stream_and_few_are_dots_again(
    page: FlowPage, session: FakeSession, clock: Clock
) -> None:
    tell(page, session, heartbeat())
    for second in range(5):
        clock.now = NOW + second
        tell(page, session, *(sent(f"t-{second}-{n}") for n in range(1000)))
    assert page.flow.motion.stream
    assert len(page.flow.motion) <= 80
    assert "streams" in page.header.summary.text()
    page.grab()
    clock.now = NOW + 20
    page.flow.pass_time(clock.now)
    assert not page.flow.motion.stream


def test_nothing_is_drawn_again_while_nothing_moves(page: FlowPage, session: FakeSession) -> None:
    tell(page, session, heartbeat(), sent("mail-1-1"))
    finish_moving(page)
    page.playback.draw_frame()
    assert not page.playback.runs


def test_a_page_that_is_not_seen_neither_listens_nor_looks(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    assert session.events.listeners == 1
    page.hide()
    assert session.events.listeners == 0
    qtbot.waitUntil(lambda: ("flow_source closed",) in session.calls)
    looks = len(session.flow.asked)
    page.feed.look()
    assert len(session.flow.asked) == looks
    page.show()
    assert session.events.listeners == 1


def test_pause_asks_the_worker_that_takes_from_the_queue_and_resume_gives_it_back(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    tell(page, session, heartbeat())
    page.feed.look()
    row = page.table.rows["celery"]
    qtbot.waitUntil(row.hold.isEnabled)
    press(qtbot, row.hold)
    qtbot.waitUntil(lambda: ("pause", "celery", WORKER) in session.calls)
    paused = replace(TOPOLOGY.queues[0], consumers=0, ready=9)
    session.flow.answer = replace(
        session.flow.answer, topology=replace(TOPOLOGY, queues=(paused, TOPOLOGY.queues[1]))
    )
    page.feed.look()
    qtbot.waitUntil(lambda: page.table.rows["celery"].hold.text() == "Resume")
    press(qtbot, page.table.rows["celery"].hold)
    qtbot.waitUntil(lambda: ("resume", "celery", WORKER) in session.calls)


def test_no_worker_is_ever_offered_the_dead_letters(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    tell(page, session, heartbeat())
    page.feed.look()
    qtbot.waitUntil(page.table.rows["celery"].hold.isEnabled)
    assert not page.table.rows["celery.dead"].hold.isEnabled()


def test_a_refused_pause_is_said(page: FlowPage, session: FakeSession, qtbot: QtBot) -> None:
    tell(page, session, heartbeat())
    page.feed.look()
    qtbot.waitUntil(page.table.rows["celery"].hold.isEnabled)
    session.flow.refuse = "the worker did not answer"
    with qtbot.waitSignal(page.notice_raised, check_params_cb=lambda words: "did not" in words):
        press(qtbot, page.table.rows["celery"].hold)


def test_purge_is_asked_first_and_done_once_it_is_confirmed(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    press(qtbot, page.table.rows["celery"].purge)
    ask = page.window().findChild(Confirm)
    assert ask is not None
    assert "4 messages in celery" in ask.words.text()
    assert ("purge", "celery") not in session.calls
    with qtbot.waitSignal(page.notice_raised, check_params_cb=lambda words: "3 messages" in words):
        press(qtbot, ask.do)
    assert ("purge", "celery") in session.calls
    assert not page.table.rows["celery.dead"].purge.isEnabled()


@pytest.mark.parametrize(
    ("look", "words"),
    [
        (
            Look(TOPOLOGY, management=Trouble("The plugin is off.", "Switch it on.")),
            "The plugin is off.",
        ),
        (Look(TOPOLOGY, broker=Trouble("The broker is not reached.", "")), "not reached"),
        (Look(TOPOLOGY, embedded=True), "embedded broker shows"),
    ],
)
def test_what_cannot_be_shown_is_said_and_the_rest_is_shown(
    page: FlowPage, session: FakeSession, qtbot: QtBot, look: Look, words: str
) -> None:
    session.flow.answer = look
    page.feed.look()
    qtbot.waitUntil(lambda: words in page.banner.words.text())
    assert page.banner.isVisible()
    assert "celery" in page.table.rows
    session.flow.answer = Look(TOPOLOGY)
    page.feed.look()
    qtbot.waitUntil(lambda: not page.banner.isVisible())


def test_lost_events_are_said_until_they_come_again(page: FlowPage, session: FakeSession) -> None:
    tell(page, session, heartbeat(), sent("mail-1-1"))
    assert len(page.flow.motion) == 1
    session.events.tell_state(EventsState(connected=False, problem="nobody listens there yet"))
    QApplication.processEvents()
    assert "nobody listens" in page.banner.words.text()
    assert len(page.flow.motion) == 0
    session.events.tell_state(EventsState(connected=True, connections=2))
    QApplication.processEvents()
    assert not page.banner.isVisible()


def test_clocks_that_differ_are_said(page: FlowPage, session: FakeSession) -> None:
    words = "Clocks differ: far is 3600 s ahead."
    session.events.tell_state(EventsState(connected=True, connections=1, clocks=words))
    QApplication.processEvents()
    assert page.banner.words.text() == words


def test_contents_on_a_broker_of_others_are_recorded_when_the_user_says_so(
    qtbot: QtBot, session: FakeSession, background: Background
) -> None:
    session.broker = BrokerMode.EXTERNAL
    made = FlowPage(session, background)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitUntil(lambda: bool(session.flow.asked))
    assert not session.flow.asked[-1][3]
    press(qtbot, made.record)
    qtbot.waitUntil(lambda: session.flow.asked[-1][3])
    made.hide()


def test_the_name_of_a_queue_is_looked_for_at_the_broker(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.search.setText("dead")
    qtbot.waitUntil(lambda: session.flow.asked[-1][2] == "dead")


def test_ten_thousand_queues_are_six_and_a_number(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    many = tuple(QueueNumbers(f"q{n}", n, 0, 1) for n in range(100))
    session.flow.answer = Look(Topology(many, (), (), 10_000))
    page.feed.look()
    qtbot.waitUntil(lambda: page.flow.topology.total == 10_000)
    titles = [node.title for node in page.flow.picture.nodes]
    assert "9,994 more queues" in titles
    assert len(page.table.rows) == 6
    page.grab()


def test_the_list_holds_every_message_and_enter_shows_one(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    tell(page, session, heartbeat(), sent("a"), sent("b"), event("received", "a"))
    press(qtbot, page.tabs[1])
    model = page.messages.model()
    assert isinstance(model, MessageModel)
    assert [model.message_id(row) for row in range(model.rowCount())] == ["a", "b"]
    page.messages.setFocus()
    page.messages.setCurrentIndex(model.index(1))
    qtbot.keyClick(page.messages, Qt.Key.Key_Return)
    assert page.detail.message_id == "b"
    qtbot.keyClick(page.detail.text, Qt.Key.Key_Escape)
    assert page.table.isVisible()


def test_dots_are_reached_by_the_keyboard(
    page: FlowPage, session: FakeSession, qtbot: QtBot
) -> None:
    tell(page, session, heartbeat(), sent("a"), sent("b"))
    page.canvas.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(page.canvas, key)
    assert page.detail.message_id == "b"


def test_the_model_keeps_its_promises(qtmodeltester: Any, page: FlowPage) -> None:
    model = MessageModel()
    page.flow.take([sent("a"), sent("b")], NOW)
    model.show_messages(page.flow.messages.newest(10))
    qtmodeltester.check(model)


def test_the_log_lines_of_a_task_are_a_click_away(
    window: Window, session: FakeSession, qtbot: QtBot
) -> None:
    session.flow.answer = Look(TOPOLOGY)
    window.show_page(FLOW)
    page = window.page(FLOW)
    assert isinstance(page, FlowPage)
    tell(page, session, sent("0f3c"))
    page.show_message("0f3c")
    assert not page.detail.open_mail.isVisible()
    press(qtbot, page.detail.open_lines)
    assert window.stack.currentWidget() is window.page(LOGS)


def test_slow_motion_slows_the_dots_alone(
    page: FlowPage, session: FakeSession, clock: Callable[[], float]
) -> None:
    page.set_speed(0.0)
    tell(page, session, heartbeat(), sent("a"))
    before = page.flow.motion.dots()
    page.playback.draw_frame()
    assert page.flow.motion.dots() == before
    page.step()
    assert page.flow.motion.dots() != before
    assert page.speeds[2].isChecked()
