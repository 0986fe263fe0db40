"""Many mails by one wake-up: each keeps its own claim, attempt and state."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.utils import timezone

from send_mail import tasks
from send_mail.models import Mail
from send_mail.services import bulk, claims, pause, relay, sending, wakeups
from send_mail.services.handing_over import journal
from send_mail.services.held_rows import Finish
from send_mail.services.in_hand import hands
from send_mail.states import State
from tests.django.conftest import Broker
from tests.helpers.smtp.server import ScriptedServer

Saved = Callable[..., Mail]


def never() -> bool:
    return False


def states() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


def test_all_that_is_due_is_sent_each_with_its_own_try(saved: Saved, smtp: ScriptedServer) -> None:
    for _ in range(30):
        saved()
    saved(due_at=timezone.now() + timedelta(hours=1))
    assert bulk.send_due(100, "w1", never) == 30
    assert states() == [State.DELIVERED] * 30 + [State.QUEUED]
    assert len(smtp.messages) == 30
    assert all(mail.tries.get().verdict == "delivered" for mail in Mail.objects.order_by("pk")[:30])


def test_no_more_than_asked_for_and_over_few_connections(
    saved: Saved, smtp: ScriptedServer
) -> None:
    for _ in range(12):
        saved()
    assert bulk.send_due(10, "w1", never) == 10
    assert states().count(State.DELIVERED) == 10
    assert len([line for line in smtp.commands if line.startswith("EHLO")]) <= bulk.LANES


def test_a_refusal_concerns_its_own_mail(saved: Saved, smtp: ScriptedServer) -> None:
    for _ in range(5):
        saved()
    smtp.script = {"MAIL": ["550 never", "250 ok"]}
    bulk.send_due(10, "w1", never)
    assert sorted(states()) == [*[State.DELIVERED] * 4, State.FAILED]


def test_a_leaving_worker_gives_back_what_it_has_not_begun(
    saved: Saved, smtp: ScriptedServer
) -> None:
    for _ in range(3):
        saved()
    asked: list[None] = []

    def leaving() -> bool:
        asked.append(None)
        return len(asked) > 1

    bulk.send_due(10, "w1", leaving)
    assert states() == [State.QUEUED] * 3
    assert all(mail.worker_deaths == 0 for mail in Mail.objects.all())
    assert relay.relay().published == 3


def test_what_a_leaving_worker_did_not_take_is_published_again_at_once(
    saved: Saved, smtp: ScriptedServer
) -> None:
    for _ in range(3):
        saved()
    assert relay.relay().published == 0
    assert bulk.send_due(2, "w1", lambda: True) == 0
    assert relay.relay().published == 2


def test_a_pause_leaves_no_mail_to_a_wakeup_that_is_over(
    saved: Saved, smtp: ScriptedServer
) -> None:
    for _ in range(3):
        saved()
    pause.pause("by hand")
    assert bulk.send_due(3, "w1", never) == 0
    pause.go_on()
    assert relay.relay().published == 3


def test_a_wakeup_that_finds_too_little_leaves_the_others_alone(
    saved: Saved, smtp: ScriptedServer
) -> None:
    saved(due_at=timezone.now() + timedelta(hours=1))
    Mail.objects.update(under_way_until=timezone.now() + timedelta(hours=2))
    assert bulk.send_due(3, "w1", never) == 0
    assert Mail.objects.get().under_way_until is not None


def test_a_full_wakeup_asks_for_one_more_behind_the_others(
    saved: Saved, smtp: ScriptedServer, broker: Broker
) -> None:
    for _ in range(4):
        saved()
    broker.messages.clear()
    bulk.send_due(1, "w1", never)
    bulk.send_due(1, "w1", never)
    ((limit, task_id),) = broker.messages
    assert (limit, task_id.startswith(wakeups.ONE_MORE)) == (bulk.GROUP, True)
    tasks.send_due_task.apply(args=[1], task_id=task_id)
    assert len(broker.messages) == 2, "the next full one may ask again"
    tasks.send_due_task.apply(args=[limit], task_id=broker.messages[-1][1])
    assert states() == [State.DELIVERED] * 4
    assert len(broker.messages) == 2, "nothing was left"


def test_a_broker_that_takes_no_one_more_is_asked_again(
    saved: Saved, smtp: ScriptedServer, broker: Broker
) -> None:
    for _ in range(3):
        saved()
    broker.down = OSError("gone")
    bulk.send_due(1, "w1", never)
    broker.down = None
    wakeups.broker_memory.answered()
    broker.messages.clear()
    bulk.send_due(1, "w1", never)
    assert len(broker.messages) == 1


def test_the_task_sends_what_is_due(saved: Saved, smtp: ScriptedServer) -> None:
    saved()
    tasks.send_due_task.apply(args=[5]).get()
    assert states() == [State.DELIVERED]
    assert hands.alive() == []


def test_a_crowd_is_published_by_wakeups_for_many(
    saved: Saved, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "AT_ONCE", 4)
    groups: list[int] = []
    monkeypatch.setattr(wakeups, "publish_bulk", lambda group: groups.append(len(group)) or True)
    for _ in range(10):
        saved()
    Mail.objects.update(under_way_until=None)
    assert relay.relay().published == 10
    assert groups == [4, 4, 2]


def test_safe_mode_sends_all_to_one_address(
    saved: Saved, smtp: ScriptedServer, settings: Any
) -> None:
    settings.MAIL_REDIRECT_TO = "me@localhost"
    mail = saved("a@localhost", "b@localhost", bcc=("c@localhost",))
    bulk.send_due(1, "w1", never)
    mail.refresh_from_db()
    assert [line for line in smtp.commands if line.startswith("RCPT")] == ["RCPT TO:<me@localhost>"]
    assert smtp.messages[0].startswith(b"X-Original-To: a@localhost, b@localhost, c@localhost\r\n")
    assert [row["address"] for row in mail.recipients] == [
        "a@localhost",
        "b@localhost",
        "c@localhost",
    ]
    assert all(row["reply"].startswith("redirected to me@localhost") for row in mail.recipients)
    assert mail.state == State.DELIVERED


def test_a_fault_with_one_mail_keeps_no_other_from_being_sent(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = [saved().pk for _ in range(10)][:6]

    def send(claim: bulk.GroupClaim) -> State | None:
        if claim.mail_id in faulty:
            raise OSError("a fault")
        return sending.send_claimed(claim)

    monkeypatch.setattr(bulk, "send_claimed", send)
    assert bulk.send_due(10, "w1", never) == 10
    assert states() == [State.QUEUED] * 6 + [State.DELIVERED] * 4
    assert not Mail.objects.exclude(claim="").exists()


def test_when_no_more_lanes_can_start_nothing_stays_claimed(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        saved()
    start, started = threading.Thread.start, []

    def start_one(lane: threading.Thread) -> None:
        if lane.name.startswith("lane-"):
            if started:
                raise RuntimeError("can't start new thread")
            started.append(lane)
        start(lane)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start_one)
        with pytest.raises(RuntimeError, match="new thread"):
            bulk.send_due(10, "w1", never)
    assert not started[0].is_alive()
    assert set(states()) <= {State.QUEUED, State.DELIVERED}
    assert states().count(State.DELIVERED) == len(smtp.messages)


def test_an_end_that_cannot_be_written_keeps_no_other_from_being_written(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty, *_ = [saved().pk for _ in range(6)]
    write = claims.finish_all

    def refuse(done: Sequence[Finish], until: float) -> list[bool]:
        if faulty in {each.mail_id for each in done}:
            raise DataError("a fault")
        return write(done, until)

    monkeypatch.setattr(claims, "finish_all", refuse)
    with pytest.raises(RuntimeError, match=rf"\[{faulty}\]"):
        bulk.send_due(10, "w1", never)
    assert states() == [State.SENDING] + [State.DELIVERED] * 5


def test_ends_that_were_not_written_at_first_are_written_at_last(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        saved()
    write, refused = claims.finish_all, threading.Event()

    def refuse(done: Sequence[Finish], until: float) -> list[bool]:
        if not refused.is_set():
            refused.set()
            raise OperationalError("the disk is full, and the lease has run out")
        return write(done, until)

    def send(claim: bulk.GroupClaim) -> State | None:
        state = sending.send_claimed(claim)
        refused.wait(10)
        return state

    monkeypatch.setattr(claims, "finish_all", refuse)
    monkeypatch.setattr(bulk, "send_claimed", send)
    monkeypatch.setattr(bulk, "WRITTEN_AFTER", 0.01)
    with pytest.raises(OperationalError):
        bulk.send_due(10, "w1", never)
    assert set(states()) <= {State.QUEUED, State.DELIVERED}
    assert states().count(State.DELIVERED) == len(smtp.messages) > 0


def test_a_refused_login_ends_the_group(saved: Saved, smtp: ScriptedServer, settings: Any) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada", "secret"
    smtp.script = {"EHLO": ["250-x\r\n250 AUTH PLAIN"], "AUTH": ["535 5.7.8 no"]}
    for _ in range(20):
        saved()
    bulk.send_due(20, "w1", never)
    assert len([line for line in smtp.commands if line.startswith("AUTH")]) <= bulk.LANES
    assert states() == [State.QUEUED] * 20


def test_a_pause_is_noticed_within_a_group(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        saved()
    ask, asked, one_is_sent, noticed = pause.reason, [], threading.Event(), threading.Event()

    def reason() -> str | None:
        if asked:
            noticed.set()  # so the answer before has been heard
        else:
            one_is_sent.wait(10)
            pause.pause("by hand")
        asked.append(None)
        return ask()

    def send(claim: bulk.GroupClaim) -> State | None:
        state = sending.send_claimed(claim)
        one_is_sent.set()
        noticed.wait(10)
        return state

    monkeypatch.setattr(pause, "reason", reason)
    monkeypatch.setattr(bulk, "send_claimed", send)
    monkeypatch.setattr(bulk, "WRITTEN_AFTER", 0.01)
    bulk.send_due(10, "w1", never)
    assert 1 <= len(smtp.messages) <= bulk.LANES
    assert states().count(State.DELIVERED) == len(smtp.messages)
    assert set(states()) == {State.DELIVERED, State.QUEUED}


def test_a_claim_that_was_lost_while_the_machine_slept_is_noticed_before_the_dot(
    saved: Saved,
) -> None:
    saved()
    with journal.group() as token:
        (claim,) = bulk.claim_group(1, "w1", token)
        Mail.objects.update(claim="another's")
        claim.until = timezone.now() - timedelta(seconds=1)  # the monotonic clock stood still
        assert not claim.before_dot(0.1)
    assert claim.handed_at is None
