"""Whose the files of a home are, and which of them go when one starts over."""

from __future__ import annotations

import pytest

from launcher.core.disk import Entry, Part, Scope, going, part_of, use_by_part

HOME = tuple(
    Entry(tuple(path.split("/")), number)
    for number, path in enumerate(
        (
            "settings.toml",
            "secrets.json",
            "run",
            "logs/worker.log",
            "logs/worker.log.1",
            "data/broker",
            "data/rabbitmq-3.10",
            "data/rabbitmq-4.2",
            "data/launcher.sqlite3",
            "data/launcher.sqlite3-wal",
            "data/beat-schedule-rabbitmq.db",
            "data/unsent-mail.json",
            "data/tasks.sqlite3",
        ),
        start=1,
    )
)


def gone(scope: Scope) -> set[str]:
    return {"/".join(entry.path) for entry in going(HOME, scope)}


def test_each_file_is_counted_once() -> None:
    use = use_by_part(HOME)
    assert sum(use.values()) == sum(entry.bytes for entry in HOME)
    assert use == {Part.LOGS: 9, Part.BROKER: 21, Part.DATABASE: 32, Part.OTHER: 29}


def test_an_empty_home_has_every_part() -> None:
    assert use_by_part(()) == dict.fromkeys(Part, 0)


def test_the_broker_goes_without_the_mails_and_the_mails_without_the_broker() -> None:
    assert gone(Scope.BROKER) == {"data/broker", "data/rabbitmq-3.10", "data/rabbitmq-4.2"}
    assert gone(Scope.DATABASE) == {
        "data/launcher.sqlite3",
        "data/launcher.sqlite3-wal",
        "data/tasks.sqlite3",
        "data/unsent-mail.json",
    }


def test_all_is_everything_but_settings_passwords_and_the_running_instance() -> None:
    kept = {"/".join(entry.path) for entry in HOME} - gone(Scope.ALL)
    assert kept == {"settings.toml", "secrets.json", "run"}


@pytest.mark.parametrize("scope", Scope)
def test_the_folders_themselves_never_go(scope: Scope) -> None:
    assert going((Entry(("data",), 1), Entry(("logs",), 1)), scope) == ()


def test_what_only_looks_alike_is_not_taken_for_it() -> None:
    for path in (("broker",), ("run", "broker"), ("data", "my-rabbitmq-3"), ("data", "brokers")):
        assert part_of(path) is Part.OTHER
