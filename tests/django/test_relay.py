"""Publishing and the relay: what is due goes out, nothing goes out twice for nothing."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from kombu.exceptions import OperationalError

from send_mail import policy
from send_mail.models import LoginLink, Mail
from send_mail.services import login_links, pause, reaper, wakeups
from send_mail.services.publisher import Publisher
from send_mail.services.relay import relay
from tests.django.conftest import Broker

Saved = Callable[..., Mail]


def test_a_saved_mail_is_published_with_its_id_alone(saved: Saved, broker: Broker) -> None:
    mail = saved()
    assert broker.messages == [(mail.pk, f"mail-{mail.pk}-1")]
    mail.refresh_from_db()
    assert mail.published_at is not None
    assert [step.event for step in mail.events.all()] == ["saved", "published"]


@pytest.mark.parametrize(
    "failure", [OperationalError("refused"), OSError("hung"), ValueError("AccessRefused and such")]
)
def test_a_broker_that_fails_costs_no_mail(
    saved: Saved, broker: Broker, failure: Exception
) -> None:
    broker.down = failure
    mail = saved()
    mail.refresh_from_db()
    assert (mail.state, mail.published_at) == ("QUEUED", None)
    broker.down = None
    wakeups.broker_memory.answered()
    assert relay().published == 1
    assert broker.messages == [(mail.pk, f"mail-{mail.pk}-1")]


def test_mails_that_are_due_go_out_whatever_goes_wrong_with_those_of_the_dead(
    saved: Saved, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = saved()
    Mail.objects.update(under_way_until=timezone.now())

    def fail() -> int:
        raise KeyError("tried")

    monkeypatch.setattr(reaper, "reap_run_out", fail)
    assert relay().published == 1
    assert broker.messages[-1] == (mail.pk, f"mail-{mail.pk}-2")


def test_after_a_failure_the_broker_is_left_in_peace_for_a_while(
    saved: Saved, broker: Broker
) -> None:
    broker.down = OperationalError("refused")
    saved()
    broker.down = None
    saved()
    assert broker.messages == []


def test_what_is_under_way_is_not_published_again(saved: Saved, broker: Broker) -> None:
    saved()
    assert relay().published == 0
    assert len(broker.messages) == 1


def test_what_was_under_way_for_too_long_is_published_anew(saved: Saved, broker: Broker) -> None:
    mail = saved()
    Mail.objects.update(under_way_until=timezone.now())
    relay()
    assert [task_id for _, task_id in broker.messages] == [f"mail-{mail.pk}-1", f"mail-{mail.pk}-2"]


def test_the_time_under_way_doubles(saved: Saved) -> None:
    mail = saved()
    waits = []
    for _ in range(3):
        mail.refresh_from_db()
        assert mail.under_way_until is not None
        assert mail.published_at is not None
        waits.append((mail.under_way_until - mail.published_at).total_seconds())
        Mail.objects.update(under_way_until=timezone.now())
        relay()
    assert waits == [60, 120, 240]


def test_a_mail_for_later_waits_for_its_time(saved: Saved, broker: Broker) -> None:
    mail = saved(due_at=timezone.now() + timedelta(hours=1))
    assert (relay().published, broker.messages) == (0, [])
    Mail.objects.filter(pk=mail.pk).update(due_at=timezone.now())
    assert relay().published == 1


@pytest.mark.parametrize(
    "state", ["DRAFT", "SENDING", "DELIVERED", "FAILED", "UNKNOWN", "CANCELLED"]
)
def test_only_what_waits_is_published(saved: Saved, broker: Broker, state: str) -> None:
    saved()
    Mail.objects.update(state=state, under_way_until=None)
    broker.messages.clear()
    assert relay().published == 0


def test_a_paused_queue_publishes_nothing(saved: Saved, broker: Broker) -> None:
    broker.down = OperationalError("refused")
    saved()
    broker.down = None
    wakeups.broker_memory.answered()
    pause.pause("login refused")
    assert relay().published == 0
    pause.go_on()
    assert relay().published == 1


def test_the_relay_takes_back_what_ran_out(saved: Saved) -> None:
    saved()
    Mail.objects.update(state="SENDING", lease_until=timezone.now())
    assert relay().taken_back == 1


def test_the_relay_forgets_old_login_links(saved: Saved) -> None:
    login_links.issue("/admin/")
    LoginLink.objects.update(expires_at=timezone.now())
    relay()
    assert not LoginLink.objects.exists()


def test_mails_go_out_whatever_goes_wrong_with_the_housekeeping(
    saved: Saved, broker: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    saved()
    Mail.objects.update(under_way_until=None)
    monkeypatch.setattr("send_mail.services.repeats.due", lambda _: 1 / 0)
    assert relay().published == 1
    assert "ZeroDivisionError" in caplog.text


def test_the_publisher_publishes_in_a_thread_of_its_own(
    monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    threads: list[str] = []
    done = threading.Event()

    def publish(mails: object) -> int:
        threads.append(threading.current_thread().name)
        done.set()
        return 0

    monkeypatch.setattr(wakeups, "publish", publish)
    Publisher().wake(1)
    assert done.wait(5)
    assert threads == ["publisher"]


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (7, 60), (50, 60)])
def test_the_backoff_doubles_to_an_hour_with_a_fifth_of_jitter(attempts: int, minutes: int) -> None:
    wait = policy.backoff(attempts) / timedelta(minutes=1)
    assert minutes <= wait <= minutes * 1.2


def test_one_setting_scales_all_times(settings: object) -> None:
    settings.MAIL_TIME_SCALE = 0.01
    assert policy.backoff(1) < timedelta(seconds=1)
    assert policy.under_way(0) == timedelta(seconds=0.6)
    assert policy.phase_limits().connect == pytest.approx(0.3)
    assert policy.lease(0.3) == timedelta(seconds=0.45)
