"""The way of one mail through a worker: from a claim to its state and words."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery.worker import state as worker_state
from django.utils import timezone

from send_mail import attachments, presenting, tasks
from send_mail.attachments import Attachment
from send_mail.errors import NO_CONTENT
from send_mail.models import Mail, MailContent
from send_mail.services import bulk, claims, outbox, pause, sending
from send_mail.services.relay import relay
from send_mail.states import State
from tests.django.smtp_server import CLOSE, ScriptedServer

Saved = Callable[..., Mail]


def sent(mail: Mail) -> Mail:
    sending.send(mail.pk, "w1")
    mail.refresh_from_db()
    return mail


def standing(mail: Mail) -> list[str]:
    return [row["state"] for row in mail.recipients]


def test_a_mail_is_delivered_with_its_timeline(saved: Saved, smtp: ScriptedServer) -> None:
    mail = sent(saved())
    steps = presenting.full(mail)["timeline"]
    assert [step["event"] for step in steps] == [
        "saved", "published", "received", "sending", "delivered",
    ]  # fmt: skip
    assert steps[0]["at_ms"] == 0
    assert all(step["at"].endswith("Z") for step in steps)
    assert mail.message_id.encode() in smtp.messages[0]
    assert (mail.state, mail.attempts, mail.last_code) == (State.DELIVERED, 1, 250)


def test_a_doubled_wakeup_delivers_once(saved: Saved, smtp: ScriptedServer) -> None:
    mail = saved()
    sending.send(mail.pk, "w1")
    assert sending.send(mail.pk, "w2") is None
    assert len(smtp.messages) == 1


@pytest.mark.parametrize(
    ("script", "state", "words"),
    [
        ({"RCPT": ["550 5.1.1 nobody"]}, State.FAILED, "There is no such recipient."),
        ({"RCPT": ["450 busy"]}, State.RETRYING, "The mailbox is busy for now. Tried again in"),
        ({"DOT": [CLOSE]}, State.UNKNOWN, "it may have arrived"),
    ],
)
def test_the_answer_decides_the_state(
    saved: Saved, smtp: ScriptedServer, script: dict[str, list[str]], state: State, words: str
) -> None:
    smtp.script = script
    mail = sent(saved())
    assert mail.state == state
    assert words in presenting.state_words(mail)
    assert mail.events.last().event == state.lower()


def test_a_deferred_mail_waits_for_its_backoff(saved: Saved, smtp: ScriptedServer) -> None:
    smtp.script = {"MAIL": ["451 later"]}
    mail = sent(saved())
    wait = (mail.due_at - timezone.now()).total_seconds()
    assert 55 < wait <= 72
    assert sending.send(mail.pk, "w1") is None


def test_only_those_who_have_it_not_are_tried_again(saved: Saved, smtp: ScriptedServer) -> None:
    smtp.script = {"RCPT": ["250 ok", "450 busy", "550 nobody"]}
    mail = sent(saved("a@localhost", "b@localhost", "c@localhost"))
    assert (mail.state, standing(mail)) == ("RETRYING", ["delivered", "deferred", "failed"])
    smtp.script = {}
    smtp.commands.clear()
    Mail.objects.update(due_at=timezone.now())
    mail = sent(mail)
    assert [line for line in smtp.commands if "RCPT" in line] == ["RCPT TO:<b@localhost>"]
    assert (mail.state, standing(mail)) == ("FAILED", ["delivered", "delivered", "failed"])
    assert mail.words.startswith("Delivered to 2 of 3.")


def test_after_five_days_it_is_given_up(saved: Saved, smtp: ScriptedServer) -> None:
    smtp.script = {"MAIL": ["451 later"]}
    mail = saved()
    Mail.objects.update(queued_at=timezone.now() - timedelta(days=5))
    mail = sent(mail)
    assert mail.state == State.FAILED
    assert mail.words.startswith("Given up after 5 days.")


def test_a_refused_login_pauses_the_queue_and_fails_no_mail(
    saved: Saved, smtp: ScriptedServer, settings: Any
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "me", "wrong"
    smtp.script = {"EHLO": ["250-x\r\n250 AUTH PLAIN"], "AUTH": ["535 5.7.8 no"]}
    first, second = saved(), saved()
    assert sent(first).state == State.QUEUED
    assert sending.send(second.pk, "w1") is None
    assert "refused the login of me" in str(pause.reason())
    assert "wrong" not in str(pause.reason())
    smtp.script = {}
    settings.EMAIL_HOST_USER = ""
    pause.go_on()
    assert [sent(mail).state for mail in (first, second)] == ["DELIVERED", "DELIVERED"]


@pytest.mark.parametrize("answer", ["530 5.7.0 Authentication required", "535 5.7.8 no"])
def test_a_server_that_wants_a_login_pauses_the_queue_and_fails_no_mail(
    saved: Saved, smtp: ScriptedServer, answer: str
) -> None:
    smtp.script = {"MAIL": [answer]}
    mail = sent(saved())
    assert (mail.state, standing(mail)) == (State.QUEUED, ["waiting"])
    assert pause.reason() == (f"The mail server wants a login, and none is set up for it: {answer}")
    smtp.script = {}
    pause.go_on()
    assert sent(mail).state == State.DELIVERED


def test_an_unknown_mail_goes_out_again_at_the_users_word_alone(
    saved: Saved, smtp: ScriptedServer
) -> None:
    smtp.script = {"DOT": [CLOSE]}
    mail = sent(saved())
    smtp.script = {}
    assert sending.send(mail.pk, "w1") is None
    outbox.resend(mail, sure=True)
    assert sent(mail).state == State.DELIVERED
    assert "resent" in [step.event for step in mail.events.all()]


def test_a_delivered_mail_is_resent_as_a_new_one(saved: Saved, smtp: ScriptedServer) -> None:
    mail = sent(saved())
    copy = outbox.resend(mail)
    assert copy.pk != mail.pk
    assert copy.message_id != mail.message_id
    mail.refresh_from_db()
    assert mail.state == State.DELIVERED


def test_a_claim_lost_on_the_way_sends_nothing(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = saved()

    before_dot = claims.Claim.before_dot

    def lose_it_then_ask(self: claims.Claim, seconds: float) -> bool:
        Mail.objects.update(claim="another's")
        return before_dot(self, seconds)

    monkeypatch.setattr(claims.Claim, "before_dot", lose_it_then_ask)
    assert sending.send(mail.pk, "w1") is None
    assert smtp.messages == []


def test_a_fault_of_the_workers_own_is_logged_and_tried_again(
    saved: Saved, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fall_over(*_: object) -> None:
        msg = "a bug"
        raise RuntimeError(msg)

    monkeypatch.setattr(sending, "deliver", fall_over)
    mail = sent(saved())
    assert mail.state == State.RETRYING
    assert "A fault in the worker: a bug" in mail.words
    assert "could not be handed over" in caplog.text


def test_the_console_backend_delivers_to_the_console(
    saved: Saved, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    mail = sent(saved())
    assert mail.state == State.DELIVERED
    assert mail.last_reply == "Handed to the console backend"
    assert "Subject: Hello" in capsys.readouterr().out


def test_another_backend_gets_the_files_of_a_mail_too(
    saved: Saved, settings: Any, mailoutbox: list[Any]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail = sent(saved(attachments=(Attachment("n.txt", "text/plain", b"notes"),)))
    assert mail.state == State.DELIVERED
    files = attachments.read(mailoutbox[0].message().as_bytes())
    assert [(file.name, file.data) for file in files] == [("n.txt", b"notes")]


@pytest.mark.parametrize("send", [lambda mail: sending.send(mail.pk, "w1"),
                                  lambda _: bulk.send_due(5, "w1", lambda: False)])  # fmt: skip
def test_a_mail_without_content_fails_in_words_and_its_neighbour_is_sent(
    saved: Saved, smtp: ScriptedServer, send: Callable[[Mail], object]
) -> None:
    mail, other = saved(), saved()
    MailContent.objects.filter(mail=mail).delete()
    send(mail)
    sending.send(other.pk, "w1")
    mail.refresh_from_db()
    other.refresh_from_db()
    assert (mail.state, mail.claim, mail.words) == (State.FAILED, "", NO_CONTENT)
    assert other.state == State.DELIVERED


def test_the_task_sends(saved: Saved, smtp: ScriptedServer) -> None:
    mail = saved()
    tasks.send_email_task.apply(args=[mail.pk]).get()
    mail.refresh_from_db()
    assert mail.state == State.DELIVERED


@pytest.mark.parametrize(
    ("url", "published"), [("filesystem://", 2), ("amqp://guest@localhost//", 1)]
)
def test_after_a_kill_the_embedded_brokers_lost_wakeups_are_sent_again(
    saved: Saved, settings: Any, url: str, published: int
) -> None:
    settings.CELERY_BROKER_URL = url
    held, fetched = saved(), saved()
    claims.claim(held.pk, "w1", 30)
    tasks.take_back_from_predecessor(sender=SimpleNamespace(hostname="w1"))
    assert relay().published == published
    fetched.refresh_from_db()
    assert fetched.publish_count == published


def test_a_leaving_worker_starts_nothing_and_gives_the_wakeup_back(
    saved: Saved, smtp: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = saved()
    monkeypatch.setattr(worker_state, "should_stop", 0)
    tasks.send_email_task.apply(args=[mail.pk])
    mail.refresh_from_db()
    assert (mail.state, mail.published_at, smtp.messages) == (State.QUEUED, None, [])
