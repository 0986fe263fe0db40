"""The writer: changes of many share a commit, and none pays for what is wrong with another's."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, connections

from send_mail.models import Mail, Pause
from send_mail.services.writer import Writer

pytestmark = pytest.mark.django_db(transaction=True)


def together(count: int, deed: Callable[[int], Any]) -> list[Any]:
    """Run *deed* in as many threads at once; what each returned or raised."""
    start, results = threading.Barrier(count), [None] * count

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = deed(number)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_what_is_asked_at_once_is_carried_out_together() -> None:
    groups: list[int] = []

    def kind(asked: Sequence[int]) -> list[int]:
        groups.append(len(asked))
        return [number * 2 for number in asked]

    assert together(20, lambda number: WRITER.ask(kind, number)) == [2 * n for n in range(20)]
    assert sum(groups) == 20
    assert len(groups) < 20


def test_a_change_that_fails_undoes_itself_alone() -> None:
    def change(number: int) -> None:
        def write() -> None:
            Pause.objects.create(pk=7 if number < 2 else 100 + number, reason="x")

        WRITER.write(write)

    results = together(10, change)
    assert [type(result) for result in results].count(IntegrityError) == 1
    assert Pause.objects.count() == 9


def test_a_result_is_known_only_once_it_is_committed() -> None:
    WRITER.write(lambda: Pause.objects.create(reason="seen"))
    other = connections.create_connection(DEFAULT_DB_ALIAS)
    with other.cursor() as cursor:
        cursor.execute("SELECT reason FROM send_mail_pause")
        assert cursor.fetchall() == [("seen",)]
    other.close()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's lock is the database's")
def test_another_process_lock_is_waited_for() -> None:
    other = sqlite3.connect(
        django_settings.DATABASES["default"]["NAME"], isolation_level=None, check_same_thread=False
    )
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.execute, args=("ROLLBACK",))
    release.start()
    WRITER.write(lambda: Pause.objects.create(reason="after the lock"))
    assert Pause.objects.count() == 1
    release.join()
    other.close()


def test_the_connection_of_who_asks_is_its_own_again() -> None:
    Mail.objects.count()
    mine = connection.connection
    WRITER.write(lambda: Pause.objects.create(reason="x"))
    assert connection.connection is mine


def test_alone_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("send_mail.services.writer._wait", lambda _: pytest.fail("waited"))
    assert Writer(crowded=lambda: False).write(lambda: 5) == 5


WRITER = Writer()


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    WRITER.close()
