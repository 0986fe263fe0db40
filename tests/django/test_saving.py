"""Saving from many threads: each gets its own row or its own refusal, and nothing is lost."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from send_mail.models import Event, Mail, MailContent, MailEvent
from send_mail.services import inserting, saving, timeline
from send_mail.services.saving import KeyReusedError, NewMail
from tests.django.conftest import Broker

AT_ONCE = 12


def hello(subject: str = "Hello", **more: Any) -> NewMail:
    return NewMail(("ada@localhost",), subject, "text", **more)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all in threads of their own that start together; return each one's result or error."""
    start = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        start.wait(10)
        try:
            return deed()
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


class Held:
    """Keeps the first group from being inserted until the others have gathered behind it."""

    def __init__(self, others: int, patch: pytest.MonkeyPatch) -> None:
        self.sizes: list[int] = []
        self._others = others
        self._real = inserting._together._carry_out
        patch.setattr(inserting._together, "_carry_out", self._carry_out)

    def _carry_out(self, group: Sequence[inserting.Rows]) -> Sequence[Mail | Exception]:
        if not self.sizes:
            tick = threading.Event()
            while len(inserting._together._line) < self._others:
                tick.wait(0.005)
        self.sizes.append(len(group))
        return self._real(group)


@pytest.fixture
def held(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Held:
    return Held(AT_ONCE - 1, monkeypatch)


def test_what_is_saved_at_the_same_moment_shares_a_transaction_and_each_gets_its_own_row(
    held: Held, broker: Broker
) -> None:
    saves = [lambda n=n: saving.save(hello(str(n))) for n in range(AT_ONCE)]
    mails = at_once(*saves)
    assert held.sizes == [1, AT_ONCE - 1]
    assert [mail.subject for mail in mails] == [str(n) for n in range(AT_ONCE)]
    for mail in mails:
        row = Mail.objects.select_related("content").get(pk=mail.pk)
        assert (row.subject, row.message_id) == (mail.subject, mail.message_id)
        assert f"Subject: {mail.subject}".encode() in bytes(row.content.source)
        assert [step.event for step in row.events.all()] == ["saved", "published"]
    assert sorted(mail_id for mail_id, _ in broker.messages) == sorted(mail.pk for mail in mails)


def test_one_key_at_the_same_moment_is_one_row(held: Held, broker: Broker) -> None:
    mails = at_once(*[lambda: saving.save(hello(), "k1")] * AT_ONCE)
    assert {mail.pk for mail in mails} == {Mail.objects.get().pk}
    assert len(broker.messages) == 1


def test_a_key_used_for_another_mail_is_refused_and_its_neighbours_are_saved(held: Held) -> None:
    others = [lambda n=n: saving.save(hello(str(n)), f"k{n}") for n in range(AT_ONCE - 2)]
    found = at_once(
        lambda: saving.save(hello("first"), "k"), lambda: saving.save(hello("second"), "k"), *others
    )
    assert sorted(type(one).__name__ for one in found[:2]) == ["KeyReusedError", "Mail"]
    assert [mail.subject for mail in found[2:]] == [str(n) for n in range(AT_ONCE - 2)]
    assert Mail.objects.count() == AT_ONCE - 1


def test_a_mail_that_cannot_be_inserted_costs_its_neighbours_nothing(
    held: Held, monkeypatch: pytest.MonkeyPatch, broker: Broker
) -> None:
    real = saving.prepare

    def prepare(new: NewMail, key: str | None = None) -> inserting.Rows:
        mail, content = real(new, key)
        if new.subject == "bad":
            mail.queued_at = None
        return mail, content

    monkeypatch.setattr(saving, "prepare", prepare)
    subjects = ["bad" if n == 5 else str(n) for n in range(AT_ONCE)]
    found = at_once(*[lambda subject=subject: saving.save(hello(subject)) for subject in subjects])
    assert [type(one).__name__ for one in found].count("Mail") == AT_ONCE - 1
    assert "queued_at" in str(found[5])
    assert Mail.objects.count() == MailContent.objects.count() == AT_ONCE - 1
    assert len(broker.messages) == AT_ONCE - 1


def test_an_error_of_the_database_is_told_to_all_and_leaves_no_row(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, broker: Broker
) -> None:
    def full(*_: object) -> None:
        msg = "database or disk is full"
        raise OperationalError(msg)

    with monkeypatch.context() as patch:
        patch.setattr(timeline, "note_each", full)
        found = at_once(*[lambda: saving.save(hello())] * 4)
    assert {str(one) for one in found} == {"database or disk is full"}
    assert not Mail.objects.exists()
    assert broker.messages == []
    assert saving.save(hello()).pk


def test_the_same_key_later_returns_the_row_and_another_mail_is_refused(
    transactional_db: None, broker: Broker
) -> None:
    first = saving.save(hello(), "k1")
    assert saving.save(hello(), "k1").pk == first.pk
    with pytest.raises(KeyReusedError):
        saving.save(hello("other"), "k1")
    assert Mail.objects.count() == len(broker.messages) == 1


def test_a_key_that_another_process_takes_in_between_is_found(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = saving.save(hello(), "k1")
    real, looks = inserting._known, []

    def known(group: Sequence[inserting.Rows]) -> dict[str | None, Mail]:
        looks.append(len(group))
        return {} if len(looks) <= 2 else real(group)

    monkeypatch.setattr(inserting, "_known", known)
    assert saving.save(hello(), "k1").pk == first.pk


def test_inside_a_transaction_of_the_callers_it_is_part_of_it(
    transactional_db: None, broker: Broker
) -> None:
    with transaction.atomic():
        mail = saving.save(hello())
        assert broker.messages == []
    assert [mail_id for mail_id, _ in broker.messages] == [mail.pk]
    with transaction.atomic():
        saving.save(hello("taken back"))
        transaction.set_rollback(True)
    assert [row.subject for row in Mail.objects.all()] == ["Hello"]
    assert len(broker.messages) == 1


def test_a_reused_key_inside_a_transaction_leaves_the_transaction_usable(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction.atomic():
        saving.save(hello(), "k1")
        saving.save(hello(), "k1")
        with pytest.raises(KeyReusedError):
            saving.save(hello("other"), "k1")
        saving.save(hello("next"))
    assert Mail.objects.count() == 2


def test_in_a_test_of_one_transaction_it_saves_too(db: None) -> None:
    assert connection.in_atomic_block
    saving.save(hello())
    assert Mail.objects.count() == 1


def test_a_mail_for_later_and_a_draft_wake_nobody(transactional_db: None, broker: Broker) -> None:
    saving.save(hello(due_at=timezone.now() + timedelta(hours=1)))
    saving.save(hello(draft=True))
    saving.save_many([hello(due_at=timezone.now() + timedelta(hours=1))])
    assert broker.messages == []


def test_a_bulk_is_saved_in_chunks_with_one_wakeup_for_each(
    transactional_db: None, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "LARGEST_CHUNK", 4)
    assert saving.save_many(hello(str(n)) for n in range(10)) == 10
    assert [count for count, _ in broker.messages] == [4, 4, 2]
    assert [mail.subject for mail in Mail.objects.order_by("pk")] == [str(n) for n in range(10)]
    assert MailContent.objects.count() == 10
    assert MailEvent.objects.filter(event=Event.PUBLISHED).count() == 10
    assert not Mail.objects.filter(under_way_until=None).exists()


def test_a_bulk_whose_wakeup_fails_is_left_to_the_relay(
    transactional_db: None, broker: Broker
) -> None:
    broker.down = OSError("refused")
    assert saving.save_many([hello(), hello()]) == 2
    assert Mail.objects.filter(published_at=None, under_way_until=None).count() == 2


def test_nothing_is_nothing(transactional_db: None, broker: Broker) -> None:
    assert saving.save_many([]) == 0
    assert broker.messages == []


@pytest.mark.parametrize("bulk", [False, True])
def test_a_transaction_of_the_callers_and_a_save_beside_it_do_not_wait_for_each_other_for_ever(
    transactional_db: None, bulk: bool
) -> None:
    began, beside = threading.Event(), threading.Event()

    def inside() -> None:
        with transaction.atomic():
            Mail.objects.create(message_id="holds the database's lock")
            began.set()
            assert beside.wait(10)
            if bulk:
                saving.save_many([hello("inside")])
            else:
                saving.save(hello("inside"))

    def outside() -> None:
        assert began.wait(10)
        beside.set()
        saving.save(hello("outside"))

    assert at_once(inside, outside) == [None, None]
    assert set(Mail.objects.values_list("subject", flat=True)) == {"", "inside", "outside"}
