"""A wall clock that was set back leaves no mail behind in a future that nobody meant."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from send_mail import policy
from send_mail.models import Mail
from send_mail.services import claims, clock
from send_mail.services.relay import relay
from send_mail.states import State

Saved = Callable[..., Mail]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def first_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "gap", clock.Gap())


def an_hour_ahead(mail: Mail, **more: object) -> None:
    """Make *mail* look as if all of it had happened before the clock was set back by an hour."""
    now = timezone.now() + HOUR
    Mail.objects.filter(pk=mail.pk).update(
        due_at=now, queued_at=now, published_at=now, under_way_until=now + HOUR / 60, **more
    )


def test_a_mail_of_the_old_clock_is_sent_now(saved: Saved) -> None:
    mail = saved()
    an_hour_ahead(mail)
    assert relay().published == 1
    assert claims.claim(mail.pk, "w1", 30)


def test_a_retry_of_the_old_clock_is_tried_now(saved: Saved) -> None:
    mail = saved()
    an_hour_ahead(mail, state=State.RETRYING, claimed_at=timezone.now() + HOUR)
    Mail.objects.update(due_at=timezone.now() + HOUR + timedelta(minutes=1))
    assert relay().published == 1


def test_a_mail_for_later_keeps_its_time(saved: Saved) -> None:
    due = timezone.now() + HOUR
    mail = saved(due_at=due)
    assert relay().published == 0
    mail.refresh_from_db()
    assert mail.due_at == due


def test_a_lease_of_the_old_clock_ends_as_if_taken_now(saved: Saved) -> None:
    saved()
    Mail.objects.update(state=State.SENDING, lease_until=timezone.now() + 2 * HOUR)
    clock.repair()
    lease = Mail.objects.get().lease_until
    assert lease is not None
    assert lease <= timezone.now() + policy.longest_lease()


def test_nothing_is_repaired_while_the_clock_goes_on(saved: Saved) -> None:
    clock.repair()
    an_hour_ahead(saved())
    assert clock.repair() == 0


def test_a_clock_set_back_is_noticed(saved: Saved, monkeypatch: pytest.MonkeyPatch) -> None:
    clock.repair()
    real = clock.time.time
    monkeypatch.setattr(clock.time, "time", lambda: real() - HOUR.total_seconds())
    assert clock.gap.was_set_back()
    assert not clock.gap.was_set_back()
