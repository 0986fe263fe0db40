"""Finding and counting mails: the words, the states, the triggers behind both."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from send_mail.models import Mail, MailCount
from send_mail.services import counts, outbox, search
from send_mail.services.saving import NewMail
from send_mail.states import State
from tests.django.conftest import Api

Saved = Callable[..., Mail]


def found(api: Api, **query: Any) -> list[int]:
    return [row["id"] for row in api.get("/api/mails", **query).json()["results"]]


def counted() -> dict[str, int]:
    real = dict(Mail.objects.values_list("state").annotate(Count("pk")))
    return {state: real.get(state, 0) for state in State.values}


@pytest.mark.parametrize(
    "words",
    [
        "engi", "ENGINE", "engine d'or", "bob@", "bob@localhost", "localhost bob", "zoë", "Zoë eng",
        "carl@example.org", "dora", "42", "inv-2026", "straß",
    ],
)  # fmt: skip
def test_every_word_is_found_by_its_beginning(api: Api, saved: Saved, words: str) -> None:
    mail = saved(
        "Zoë <bob@localhost>", subject="Engine d'Or straße INV-2026/42",
        cc=("carl@example.org",), bcc=("dora@localhost",),
    )  # fmt: skip
    saved("other@localhost", subject="Something else")
    assert found(api, q=words) == [mail.pk]


@pytest.mark.parametrize(
    "words", ["ngine", "bob eng zzz", "@", "%", '"', "*", "a AND b", "-x", "'"]
)
def test_what_begins_no_word_finds_nothing_and_breaks_nothing(
    api: Api, saved: Saved, words: str
) -> None:
    saved("bob@localhost", subject="Engine")
    assert found(api, q=words) == []


def test_words_states_batches_and_pages_go_together(api: Api, saved: Saved) -> None:
    mails = [saved(f"u{number}@localhost", subject="Report") for number in range(9)]
    Mail.objects.filter(pk__in=[mail.pk for mail in mails[::2]]).update(state="FAILED")
    wanted = [mail.pk for mail in mails[::2]][::-1]
    first = api.get("/api/mails", q="rep", state="FAILED", limit=2).json()
    assert ([row["id"] for row in first["results"]], first["next"]) == (wanted[:2], wanted[1])
    rest = api.get("/api/mails", q="rep", state="FAILED", limit=3, after=first["next"]).json()
    assert ([row["id"] for row in rest["results"]], rest["next"]) == (wanted[2:], None)
    assert found(api, q="rep", batch=7) == []


def test_a_changed_draft_is_found_by_what_it_says_now(saved: Saved) -> None:
    draft = saved(subject="Before", draft=True)
    outbox.rewrite(draft, NewMail(("new@localhost",), "After", draft=True))
    everything = Mail.objects.all()
    for words, count in (("before", 0), ("ada", 0), ("after", 1), ("new", 1)):
        assert len(search.page(everything, words, 0, 10)[0]) == count, words
    outbox.delete(draft)
    assert search.page(everything, "after", 0, 10) == ([], None)


@pytest.mark.parametrize("few", [0, 1, 2000])
def test_queued_and_scheduled_are_told_apart_however_many_there_are(
    api: Api, saved: Saved, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    later = timezone.now() + timedelta(hours=1)
    due = [saved().pk for _ in range(3)]
    scheduled = [saved(due_at=later).pk for _ in range(3)]
    saved(draft=True)
    assert found(api, state="QUEUED") == due[::-1]
    assert found(api, state="SCHEDULED") == scheduled[::-1]
    assert len(found(api)) == 7


def test_the_counts_are_right_after_every_kind_of_change(saved: Saved) -> None:
    mails = [saved() for _ in range(6)]
    assert counts.by_state() == counted()
    Mail.objects.filter(pk__lte=mails[3].pk).update(state="FAILED")
    mails[5].state = "UNKNOWN"
    mails[5].save()
    Mail.objects.filter(pk=mails[4].pk).update(state="QUEUED", words="the same state")
    assert counts.by_state() == counted()
    outbox.retry_failed()
    outbox.cancel(Mail.objects.get(pk=mails[0].pk))
    outbox.delete(Mail.objects.get(pk=mails[0].pk))
    counts.add_up()
    assert counts.by_state() == counted()
    assert counts.by_state()["QUEUED"] == 4
    Mail.objects.all().delete()
    assert set(counts.by_state().values()) == {0}


def test_a_scheduled_mail_counts_as_that_until_its_time(api: Api, saved: Saved) -> None:
    later = timezone.now() + timedelta(hours=1)
    mails = [saved(), saved(due_at=later), saved(due_at=later)]
    told = api.get("/api/queue").json()["counts"]
    assert (told["QUEUED"], told["SCHEDULED"], sum(told.values())) == (1, 2, 3)
    Mail.objects.filter(pk=mails[1].pk).update(due_at=timezone.now())
    outbox.cancel(mails[2])
    told = api.get("/api/queue").json()["counts"]
    assert (told["QUEUED"], told["SCHEDULED"], told["CANCELLED"]) == (2, 0, 1)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words for a plan")
def test_scheduled_mails_are_counted_along_an_index(saved: Saved) -> None:
    saved()
    with CaptureQueriesContext(connection) as queries:
        counts.shown()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[-1]['sql']}")
        plan = " / ".join(str(row[3]) for row in cursor.fetchall())
    assert "COVERING INDEX mail_due (state=? AND due_at>?)" in plan


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own words for a plan")
@pytest.mark.parametrize(
    ("state", "words", "index"),
    [
        ("", "", None),
        ("FAILED", "", "mail_page"),
        ("", "report", "VIRTUAL TABLE"),
        ("FAILED", "report", "VIRTUAL TABLE"),
    ],
)
def test_no_page_is_sorted_or_scanned_for(
    saved: Saved, state: str, words: str, index: str | None
) -> None:
    saved(subject="Report")
    with CaptureQueriesContext(connection) as queries:
        search.page(search.in_state(state), words, 5, 50)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
        plan = " / ".join(str(row[3]) for row in cursor.fetchall())
    assert "TEMP B-TREE" not in plan
    assert index is None or index in plan


def test_the_migration_counts_and_indexes_what_is_there_already(saved: Saved) -> None:
    mails = [saved("Zoë <ada@localhost>", subject="Engine"), saved(draft=True)]
    call_command("migrate", "send_mail", "0003", verbosity=0)
    try:
        assert Mail.objects.count() == 2
    finally:
        call_command("migrate", "send_mail", verbosity=0)
    assert counts.by_state() == counted()
    assert MailCount.objects.count() == 2
    assert [mail.pk for mail in search.page(Mail.objects.all(), "zoë eng", 0, 9)[0]] == [
        mails[0].pk
    ]
