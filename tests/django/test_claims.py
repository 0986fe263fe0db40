"""Claims: one mail, one worker; what becomes of the mails of dead workers."""

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from send_mail.models import Mail
from send_mail.services import bulk, claims, held_rows, pause, reaper
from send_mail.services.in_hand import hands
from send_mail.states import State

Saved = Callable[..., Mail]


def claimed(mail: Mail, worker: str = "w1") -> claims.Claim:
    claim = claims.claim(mail.pk, worker, 30)
    assert claim is not None
    return claim


def run_out(mail: Mail) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Mail.objects.filter(pk=mail.pk).update(lease_until=past)


def state_of(mail: Mail) -> str:
    mail.refresh_from_db()
    return mail.state


def test_a_doubled_wakeup_finds_nothing_to_claim(saved: Saved) -> None:
    mail = saved()
    claimed(mail)
    assert claims.claim(mail.pk, "w2", 30) is None


def test_of_many_at_once_one_gets_the_mail(saved: Saved) -> None:
    mail = saved()
    start, won = threading.Barrier(8), []

    def try_it() -> None:
        start.wait()
        won.append(claims.claim(mail.pk, "w", 30))
        connection.close()

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 8
    assert sum(claim is not None for claim in won) == 1


def test_a_mail_that_is_not_due_cannot_be_claimed(saved: Saved) -> None:
    mail = saved(due_at=timezone.now() + timedelta(hours=1))
    assert claims.claim(mail.pk, "w1", 30) is None


def test_a_lost_claim_can_neither_send_nor_finish(saved: Saved) -> None:
    mail = saved()
    lost = claimed(mail)
    run_out(mail)
    assert reaper.reap_run_out() == 1
    kept = claimed(mail, "w2")
    assert not lost.before_dot(600)
    assert not lost.finish(State.DELIVERED, "delivered", "")
    assert kept.before_dot(600)


def test_a_lease_that_has_not_run_out_is_left_alone(saved: Saved) -> None:
    mail = saved()
    claimed(mail)
    assert reaper.reap_run_out() == 0
    assert state_of(mail) == State.SENDING


def test_a_worker_dead_before_the_dot_gives_the_mail_back(saved: Saved) -> None:
    mail = saved()
    claimed(mail)
    run_out(mail)
    reaper.reap_run_out()
    assert state_of(mail) == State.QUEUED
    assert (mail.worker_deaths, mail.published_at) == (1, None)


def test_a_worker_dead_after_the_dot_leaves_it_unknown(saved: Saved) -> None:
    mail = saved()
    assert claimed(mail).before_dot(600)
    run_out(mail)
    reaper.reap_run_out()
    assert state_of(mail) == State.UNKNOWN
    assert "may have arrived" in mail.words


def test_a_new_worker_of_that_name_takes_its_predecessors_mails_back_at_once(saved: Saved) -> None:
    mine, others = saved(), saved()
    claimed(mine, "w1")
    claimed(others, "w2")
    assert reaper.reap_worker("w1") == 1
    assert (state_of(mine), state_of(others)) == (State.QUEUED, State.SENDING)


def test_a_mail_that_ended_three_workers_is_quarantined(saved: Saved) -> None:
    mail = saved()
    states = []
    for alone in (False, False, True):
        assert claims.claim(mail.pk, "w1", 30, alone=alone)
        reaper.reap_worker("w1")
        states.append(state_of(mail))
    assert states == [State.QUEUED, State.QUEUED, State.FAILED]
    assert mail.words.startswith("Quarantined")
    assert mail.events.filter(event="quarantined").exists()


def test_many_claims_at_once_share_a_commit_and_each_gets_its_own(saved: Saved) -> None:
    mails = [saved() for _ in range(6)]
    start, won = threading.Barrier(12), []

    def try_it(mail: Mail) -> None:
        start.wait()
        with hands.together():
            won.append(claims.claim(mail.pk, "w", 30))
        connection.close()

    threads = [threading.Thread(target=try_it, args=(mail,)) for mail in mails * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    got = [claim.mail_id for claim in won if claim is not None]
    assert sorted(got) == [mail.pk for mail in mails]


def test_of_a_group_the_lost_claim_alone_is_told(saved: Saved) -> None:
    lost, kept = claimed(saved()), claimed(saved())
    Mail.objects.filter(pk=lost.mail_id).update(claim="another's")
    marks = [held_rows.Mark(c.mail_id, c.mail.token, c.until) for c in (lost, kept)]
    assert claims.writer.write(lambda: held_rows.mark(marks)) == [False, True]
    assert list(Mail.objects.exclude(data_at=None).values_list("pk", flat=True)) == [kept.mail_id]


def test_a_mail_that_saw_two_workers_end_is_claimed_alone(saved: Saved) -> None:
    mail = saved()
    Mail.objects.update(worker_deaths=2)
    with pytest.raises(claims.SuspectError):
        claims.claim(mail.pk, "w1", 30)
    assert bulk.claim_group(25, "w1", "g-token") == []
    assert claims.claim(mail.pk, "w1", 30, alone=True)


def test_neighbours_that_saw_workers_end_are_never_quarantined(saved: Saved) -> None:
    mails = [saved() for _ in range(5)]
    for _ in range(6):
        for mail in mails:
            with contextlib.suppress(claims.SuspectError):
                claims.claim(mail.pk, "w1", 30)
        reaper.reap_worker("w1")
    assert {state_of(mail) for mail in mails} == {State.QUEUED}


def test_the_longest_waiting_are_claimed_first(saved: Saved) -> None:
    mails = [saved() for _ in range(4)]
    Mail.objects.filter(pk=mails[3].pk).update(due_at=timezone.now() - timedelta(hours=1))
    Mail.objects.filter(pk=mails[0].pk).update(state=State.RETRYING)
    got = [claim.mail_id for claim in bulk.claim_group(3, "w1", "g-token")]
    assert got == [mails[3].pk, mails[0].pk, mails[1].pk]


def test_a_paused_queue_gives_no_claim(saved: Saved) -> None:
    mail = saved()
    pause.pause("login refused")
    assert claims.claim(mail.pk, "w1", 30) is None
    assert bulk.claim_group(5, "w1", "g-token") == []
    mail.refresh_from_db()
    assert (mail.state, mail.under_way_until) == (State.QUEUED, None)


def test_a_clock_put_forward_takes_nothing_from_the_living(saved: Saved) -> None:
    claim = claimed(saved())
    tomorrow = timezone.now() + timedelta(days=1)
    with hands.holding([claim]):
        assert reaper.reap_run_out(tomorrow) == 0
    assert reaper.reap_run_out(tomorrow) == 1


def test_every_death_is_kept_as_a_try(saved: Saved) -> None:
    mail = saved()
    assert claimed(mail).before_dot(600)
    reaper.reap_worker("w1")
    tried = mail.tries.get()
    assert (tried.number, tried.worker, tried.verdict) == (1, "w1", "unknown")
    assert tried.phase == "the worker ended"


def test_a_lease_is_written_again_only_when_a_phase_needs_it(saved: Saved) -> None:
    mail = saved()
    claim = claimed(mail)
    first = claim.until
    claim.cover(20)
    assert claim.until == first
    claim.cover(300)
    mail.refresh_from_db()
    assert claim.until > first
    assert mail.lease_until == claim.until


def test_an_unused_wakeup_makes_the_mail_due_for_the_relay(saved: Saved) -> None:
    mail = saved()
    claims.put_back(mail.pk)
    mail.refresh_from_db()
    assert (mail.published_at, mail.under_way_until) == (None, None)
