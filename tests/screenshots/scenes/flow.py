"""The Flow page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launcher.core.flow_content import content
from launcher.core.flow_topology import Binding, QueueNumbers, Topology
from launcher.core.tasks_workers import WorkerView
from launcher.gui.flow.page import FlowPage
from launcher.gui.window import FLOW, Window
from launcher.runtime.flow_source import Look, Trouble
from tests.screenshots.scene import Act, Scene, page_of
from tests.screenshots.sessions import lively
from tests.screenshots.waiting import wait
from tests.unit.gui.fakes import FakeSession

AT = 1_773_493_923.2
WORKER = "launcher-3c1e9a52@localhost"
TOPOLOGY = Topology(
    (
        QueueNumbers("celery", 4, 2, 1, 12.4, 12.0, 11.8, ("celery.dead", "celery.dead")),
        QueueNumbers("celery.relay", 0, 0, 1, 0.2, 0.2, 0.2),
        QueueNumbers("celery.dead", 0, 0, 0),
    ),
    (
        Binding("celery", "celery", "celery"),
        Binding("celery.dead", "celery.dead", "celery.dead"),
        Binding("reports", "celery", "report.*.monthly"),
    ),
    (("celery", "direct"), ("celery.dead", "direct"), ("reports", "topic")),
    3,
)
BODY = content(
    {"content_type": "application/json", "correlation_id": "mail-1-1", "delivery_mode": 2},
    {"lang": "py", "task": "send_mail.tasks.send_email_task", "argsrepr": "[1]"},
    b'[[1], {}, {"callbacks": null}]',
)


def session_with(look: Look) -> Callable[[], FakeSession]:
    """A lively session whose broker is so."""

    def made() -> FakeSession:
        session = lively()
        worker = session.statuses()["worker"].pid or 0
        view = WorkerView(WORKER, pool="eventlet", size=50, queues=("celery",), pid=worker)
        session.flow.answer = Look(
            look.topology,
            {WORKER: view} if look.topology.queues else {},
            {"mail-1-1": BODY},
            broker=look.broker,
            management=look.management,
            embedded=look.embedded,
        )
        return session

    return made


def event(window: Window, kind: str, name: str, later: float = 0.0) -> dict[str, Any]:
    sent = kind == "sent"
    told = {"queue": "celery", "exchange": "", "routing_key": "celery"} if sent else {}
    return {
        "type": f"task-{kind}",
        "uuid": name,
        "name": "send_mail.tasks.send_email_task",
        "args": "[1]",
        "hostname": "gen5154@localhost" if sent else WORKER,
        "pid": window._session.statuses()["django"].pid,
        "at": AT + later,
        "local_received": AT + later,
        **told,
    }


def still(act: Callable[[Window, FlowPage], None]) -> Act:
    """Some mails on their way, held where they are, and then what a scene adds."""

    def acted(window: Window) -> None:
        page = page_of(window, FLOW, FlowPage)
        page._clock = lambda: AT
        until_looked(page)
        page.set_speed(0.0)
        page.flow.take(
            [
                *(event(window, "sent", f"mail-{number}-1") for number in range(1, 7)),
                *(event(window, "received", f"mail-{number}-1", 0.012) for number in (1, 2)),
                event(window, "started", "mail-1-1", 0.013),
            ],
            AT,
        )
        page.flow.motion.advance(1.3)
        page.flow.take([event(window, "sent", f"mail-{number}-1") for number in (7, 8)], AT)
        page.flow.motion.advance(0.3)
        page.flow.depths["celery"].extend([0, 0, 1, 3, 6, 9, 7, 8, 5, 4])
        act(window, page)
        page._draw_anew(AT)
        wait(100)

    return acted


def message(_window: Window, page: FlowPage) -> None:
    page.show_message("mail-1-1")


def messages(_window: Window, page: FlowPage) -> None:
    page.tabs[1].click()


def stream(window: Window) -> None:
    page = page_of(window, FLOW, FlowPage)
    until_looked(page)
    for second in range(5):
        at = AT + second
        page._clock = lambda at=at: at
        page.flow.take(
            [
                event(window, kind, f"{second}-{number}", second)
                for number in range(940)
                for kind in ("sent", "received")
            ],
            at,
        )
    page._draw_anew(at)
    wait(100)


def until_looked(page: FlowPage) -> None:
    for _ in range(100):
        if page._look is not None:
            return
        wait(50)


def as_it_is(window: Window) -> None:
    until_looked(page_of(window, FLOW, FlowPage))


OFF = Trouble(
    "RabbitMQ's management does not answer at 127.0.0.1:15672: nobody listens there.",
    "Start the broker. If it runs, switch its plugin on: "
    "rabbitmq-plugins enable rabbitmq_management",
)
GONE = Trouble(
    "The broker is not reached: nobody listens there yet.",
    "See its state on the Services page. The page goes on by itself once it answers.",
)
MANY = Topology(tuple(QueueNumbers(f"tenant-{n:05}", n, 0, 1) for n in range(100)), (), (), 10_000)

SCENES = (
    Scene("flow", session_with(Look(TOPOLOGY)), still(lambda _window, _page: None)),
    Scene("flow-message", session_with(Look(TOPOLOGY)), still(message)),
    Scene("flow-messages", session_with(Look(TOPOLOGY)), still(messages)),
    Scene("flow-stream", session_with(Look(TOPOLOGY)), stream),
    Scene(
        "flow-no-management",
        session_with(Look(TOPOLOGY, management=OFF)),
        still(lambda _window, _page: None),
    ),
    Scene("flow-embedded", session_with(Look(TOPOLOGY, embedded=True)), as_it_is),
    Scene("flow-many", session_with(Look(MANY)), as_it_is),
    Scene("flow-empty", session_with(Look(broker=GONE)), as_it_is),
)
