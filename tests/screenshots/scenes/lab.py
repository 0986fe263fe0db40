"""The Exchange lab: a forecast, a lab that stands on the broker, and what goes wrong."""

from __future__ import annotations

from PySide6.QtWidgets import QScrollArea

from launcher.core.facts import BrokerMode
from launcher.core.lab import Lab
from launcher.core.lab_events import (
    ConsumerGone,
    Delivered,
    LabEvent,
    LabPhase,
    LabStands,
    Sent,
    Waiting,
)
from launcher.core.lab_examples import ANIMALS, REPORTS, WORK_QUEUE
from launcher.gui.lab.page import LabPage
from launcher.gui.window import LAB, Window
from tests.screenshots.scene import Act, Scene, page_of, showing
from tests.screenshots.sessions import lively
from tests.screenshots.waiting import wait
from tests.unit.gui.fakes import FakeSession


def without_broker() -> FakeSession:
    session = lively()
    session.broker = BrokerMode.EMBEDDED
    return session


def without_permission() -> FakeSession:
    session = lively()
    session.lab.refusal = LabStands(
        LabPhase.FAILED,
        "The broker's user launcher has no permission for this (Not administrator user).",
        "Give it the tag: rabbitmqctl set_user_tags launcher administrator",
    )
    return session


def in_hand(number: int, consumer: str, body: bytes, *, again: bool = False) -> Delivered:
    return Delivered(consumer, "mails", number, number, "mails", (), body, again, held=True)


def opened(lab: Lab, *events: LabEvent, low: bool = False) -> Act:
    def act(window: Window) -> None:
        page = page_of(window, LAB, LabPage)
        page.desk.begin(lab)
        page.message.send.click()
        wait(200)
        session = window._session
        assert isinstance(session, FakeSession)
        if page.desk.open:
            session.lab.tell(*events)
        wait(200)
        bar = page.findChildren(QScrollArea)[0].verticalScrollBar()
        bar.setValue(bar.maximum() if low else 0)

    return act


def low(window: Window) -> None:
    page = page_of(window, LAB, LabPage)
    wait(100)
    bar = page.findChildren(QScrollArea)[0].verticalScrollBar()
    bar.setValue(bar.maximum() * 6 // 10)


def guessing(window: Window) -> None:
    page = page_of(window, LAB, LabPage)
    page.routes.guess_first.setChecked(True)
    page.routes.rows[0].guess.setChecked(True)
    low(window)


def wrong_key(window: Window) -> None:
    page = page_of(window, LAB, LabPage)
    page.bindings.table.item(0, 1).setText(".".join(["word"] * 300))
    page.message.key.setText("")
    page.message.key.insert(".".join(["word"] * 300))
    page.message.key.textEdited.emit(page.message.key.text())


COMPETING = (
    in_hand(1, "worker-1", b"one mail to send"),
    ConsumerGone("worker-1", "died", 1),
    in_hand(2, "worker-2", b"\xff\xfe\x00\x01"),
    in_hand(1, "worker-2", b"one mail to send", again=True),
    Waiting({"mails": 7}),
)
ROUTED = (Sent(1, ("orange", "rabbits")), Waiting({"orange": 1, "rabbits": 1, "lazy": 0}))

SCENES = (
    Scene("lab", lively, showing(LAB)),
    Scene("lab-forecast", lively, low),
    Scene("lab-guess", lively, guessing),
    Scene("lab-headers", lively, opened(REPORTS)),
    Scene("lab-sent", lively, opened(ANIMALS, *ROUTED)),
    Scene("lab-consumers", lively, opened(WORK_QUEUE, *COMPETING, low=True)),
    Scene("lab-embedded", without_broker, showing(LAB)),
    Scene("lab-denied", without_permission, opened(ANIMALS)),
    Scene("lab-wrong", lively, wrong_key),
)
