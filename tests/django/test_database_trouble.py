"""A database that cannot do its work: said in words, and nothing is half there."""

from collections.abc import Iterator

import pytest
from django.db import connection

from send_mail.models import Mail, MailContent, MailEvent
from tests.django.conftest import Api

MAIL = {"to": ["ada@localhost"], "subject": "x", "text": "x" * 500_000}


@pytest.fixture
def no_room(api: Api) -> Iterator[None]:
    """SQLite's own limit on the file, which fails as a full disk does."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite lets a test say how large its file may be")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # other tests' rows have left room within the file
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0] + 5}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")


def test_a_full_disk_is_named_and_no_row_is_left(api: Api, no_room: None) -> None:
    answer = api.post("/api/mails", MAIL)
    assert answer.status_code == 507
    assert answer.json()["detail"].startswith("The disk is full: nothing was saved.")
    assert not any(model.objects.exists() for model in (Mail, MailContent, MailEvent))


def test_with_room_again_it_goes_on(api: Api) -> None:
    assert api.post("/api/mails", MAIL).status_code == 202
