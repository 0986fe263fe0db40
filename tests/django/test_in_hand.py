"""Who may be in hand beside whom: a suspect is tried with nothing else in hand."""

import math
import threading
from dataclasses import dataclass

import pytest

from send_mail.models import Mail
from send_mail.services import sending
from send_mail.services.in_hand import Hands
from send_mail.states import State
from tests.django.test_claims import Saved
from tests.helpers.smtp.server import ScriptedServer
from tests.helpers.waiting import eventually


@dataclass
class InHand:
    mail_id: int
    runs_until: float = math.inf


def begun(deed: threading.Thread) -> threading.Thread:
    deed.daemon = True
    deed.start()
    return deed


def test_who_wants_to_be_alone_waits_for_the_others_and_holds_up_the_next() -> None:
    hands, order = Hands(), list[str]()
    leave = threading.Event()

    def first() -> None:
        with hands.together():
            leave.wait(10)
            order.append("first")

    def alone() -> None:
        with hands.alone():
            order.append("alone")

    def later() -> None:
        with hands.together():
            order.append("later")

    threads = [begun(threading.Thread(target=first))]
    eventually(lambda: hands._inside, 10, "the first inside")
    threads.append(begun(threading.Thread(target=alone)))
    eventually(lambda: hands._want_alone, 10, "one who wants to be alone")
    threads.append(begun(threading.Thread(target=later)))
    assert order == []
    leave.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "alone", "later"]


def test_those_who_need_not_be_alone_are_together() -> None:
    hands, both = Hands(), threading.Barrier(2, timeout=10)

    def work() -> None:
        with hands.together():
            both.wait()

    threads = [begun(threading.Thread(target=work)) for _ in range(2)]
    for thread in threads:
        thread.join(10)
    assert not both.broken
    assert not hands.crowded()


def test_a_suspect_is_sent_alone(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = saved()
    Mail.objects.update(worker_deaths=2)
    entered: list[str] = []
    real = sending.hands.alone
    monkeypatch.setattr(sending.hands, "alone", lambda: entered.append("alone") or real())
    assert sending.send(mail.pk, "w1") == State.DELIVERED
    assert entered == ["alone"]
    assert len(smtp.messages) == 1


def test_a_mail_that_another_task_took_meanwhile_stays_in_its_hands() -> None:
    hands, first, second = Hands(), InHand(7), InHand(7)
    with hands.holding([second]):
        with hands.holding([first]):
            hands._claims[7] = second
        assert hands.alive() == [7]
    assert hands.alive() == []
