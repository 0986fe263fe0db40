"""The admin: everything to look at, nothing to edit, no list that grows slow."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from send_mail import models
from send_mail.admin import BEGINNING
from send_mail.services import chaos, inbox, pause, uploads
from send_mail.states import State

OURS = list(apps.get_app_config("send_mail").get_models())
NAMES = [model._meta.model_name for model in OURS]


@pytest.fixture
def staff(transactional_db: None, admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


@pytest.fixture
def rows(saved: Callable[..., models.Mail]) -> models.Mail:
    """One row of each."""
    mail = saved(subject="Hello")
    now = timezone.now()
    models.Attempt.objects.create(
        mail=mail, number=1, began_at=now, ended_at=now, phase="RCPT", verdict="failed"
    )
    inbox.store(b"Subject: x\r\n\r\nx", "a@localhost", ["b@localhost"], "peer")
    models.Batch.objects.create(total=1)
    repeat = models.Repeat.objects.create(rule={"every": "day", "at": "09:00"})
    repeat.files.create(name="a.txt", content_type="text/plain", size=1, data=b"x")
    models.Template.objects.create(name="t")
    uploads.keep("a.txt", "text/plain", b"x")
    models.Chaos.objects.create(mode="451")
    pause.pause("By hand.")
    models.LoginLink.objects.create(token_hash="hash-of-it", next_path="/", expires_at=now)
    return mail


def act(staff: Client, name: str, action: str, *chosen: int) -> Any:
    page = f"/admin/send_mail/{name}/"
    return staff.post(page, {"action": action, "_selected_action": chosen}, follow=True)


def test_every_model_is_registered() -> None:
    assert [model for model in OURS if not admin.site.is_registered(model)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_list_and_every_row_is_shown_and_cannot_be_edited(
    staff: Client, rows: models.Mail, name: str
) -> None:
    page = staff.get(f"/admin/send_mail/{name}/")
    assert page.status_code == 200
    row = apps.get_model("send_mail", name).objects.first()
    assert row is not None
    shown = staff.get(f"/admin/send_mail/{name}/{row.pk}/change/")
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert b"hash-of-it" not in shown.content
    assert staff.get(f"/admin/send_mail/{name}/add/").status_code == 403


def test_the_index_has_proper_plurals(staff: Client) -> None:
    page = staff.get("/admin/").content.decode()
    for plural in ("Batches", "Chaos"):
        assert f">{plural}</a>" in page


def test_a_list_reads_no_source_and_counts_no_further_than_its_pager_needs(
    staff: Client, rows: models.Mail
) -> None:
    for name in ("mail", "caughtmail", "mailcontent", "upload", "repeatfile"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(f"/admin/send_mail/{name}/")
        ours = [row["sql"] for row in asked if f'FROM "send_mail_{name}"' in row["sql"]]
        assert ours
        for sql in ours:
            whole = sql.replace('SUBSTR("send_mail_', "").replace('SUBSTRING("send_mail_', "")
            assert f'"send_mail_{name}"."source"' not in whole
            assert f'"send_mail_{name}"."data"' not in whole
        counts = [sql for sql in ours if "COUNT(" in sql]
        assert counts
        assert all("LIMIT" in sql for sql in counts)


def test_a_long_list_has_pages_and_no_end_that_is_looked_for(
    staff: Client, saved: Callable[..., models.Mail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("send_mail.admin.MOST_COUNTED", 4)
    monkeypatch.setattr("send_mail.admin.ReadOnly.list_per_page", 2)
    mails = [saved() for _ in range(6)]
    page = staff.get("/admin/send_mail/mail/?p=2").content.decode()
    assert f"/admin/send_mail/mail/{mails[3].pk}/change/" in page
    assert "4 mails" in page


def test_a_source_is_shown_by_its_beginning_alone(staff: Client, db: None) -> None:
    caught = inbox.store(b"Subject: x\r\n\r\n" + b"y" * 100_000, "a@localhost", [], "peer")
    page = staff.get(f"/admin/send_mail/caughtmail/{caught.pk}/change/").content
    assert BEGINNING - 100 < page.count(b"y" * 10) * 10 < BEGINNING + 1000


def test_actions_ask_the_services(staff: Client, saved: Callable[..., models.Mail]) -> None:
    waiting, failed, unknown, sending = (saved() for _ in range(4))
    for mail, state in ((failed, "FAILED"), (unknown, "UNKNOWN"), (sending, "SENDING")):
        models.Mail.objects.filter(pk=mail.pk).update(state=state)
    chosen = [mail.pk for mail in (waiting, failed, unknown, sending)]
    act(staff, "mail", "cancel", waiting.pk, sending.pk)
    page = act(staff, "mail", "resend", *chosen[1:]).content.decode()
    states = dict(models.Mail.objects.values_list("pk", "state"))
    assert [states[pk] for pk in chosen] == [
        State.CANCELLED,
        State.QUEUED,
        State.UNKNOWN,
        State.SENDING,
    ]
    assert "1 queued again." in page
    assert "may have arrived" in page


def test_the_queue_goes_on_by_an_action(staff: Client, db: None) -> None:
    pause.pause("By hand.")
    act(staff, "pause", "go_on", models.Pause.objects.get().pk)
    assert pause.reason() is None


def test_the_catcher_behaves_again_by_an_action(staff: Client, db: None) -> None:
    chaos.switch("451", None)
    act(staff, "chaos", "behave", models.Chaos.objects.get().pk)
    assert chaos.current() == (chaos.OFF, None)
