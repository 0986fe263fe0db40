"""The history of tasks on disk: what it keeps, finds and drops, and what damage does to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.tasks import Kind, Step, Task, TaskState
from launcher.runtime import task_history
from launcher.runtime.task_history import HistoryError, TaskHistory, Wanted

ALL = Wanted()
RELAY = "send_mail.tasks.relay"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tasks.sqlite3"


@pytest.fixture
def history(file: Path) -> Iterator[TaskHistory]:
    made = TaskHistory(file)
    yield made
    made.close()


def task(number: int, kind: Kind = Kind.SUCCEEDED, name: str = "app.add", **more: str) -> Task:
    at = 1_000.0 + number
    steps = (
        Step(Kind.RECEIVED, at, "w@host/1", 1, "w@host", 0),
        Step(kind, at + 0.5, "w@host/1", 2, "w@host", runtime=0.5),
    )
    return Task(f"id-{number}", name=name, args=f"({number}, 'x')", steps=steps, **more)


def numbers(history: TaskHistory, wanted: Wanted = ALL) -> list[str]:
    return [row.id for row in history.rows(wanted, None, 100)]


def test_a_task_comes_back_as_it_was_written_also_after_a_restart(file: Path) -> None:
    whole = task(
        1,
        Kind.FAILED,
        kwargs="{}",
        queue="celery",
        parent="p",
        root="r",
        expires="2030",
        exception="ValueError('é')",
        traceback="Traceback\n  …",
    )
    before = TaskHistory(file)
    before.save([whole])
    before.close()
    after = TaskHistory(file)
    assert after.load("id-1") == whole
    row = after.rows(Wanted(), None, 10)[0]
    assert after.get(row.number) == whole
    assert (row.state, row.worker, row.note) == (TaskState.FAILED, "w@host", "ValueError('é')")
    after.close()


def test_a_task_that_changes_keeps_its_place_in_the_list(history: TaskHistory) -> None:
    history.save([task(1, Kind.STARTED), task(2)])
    history.save([task(1)])
    assert numbers(history) == ["id-2", "id-1"]
    assert history.counts() == {TaskState.SUCCEEDED: 2}


def test_pages_go_on_below_a_number(history: TaskHistory) -> None:
    history.save([task(number) for number in range(10)])
    first = history.rows(Wanted(), None, 4)
    rest = history.rows(Wanted(), first[-1].number, 100)
    assert [row.id for row in (*first, *rest)] == [f"id-{number}" for number in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("id-3", ["id-3"]),
        ("APP.ADD (3,", ["id-3"]),
        ("w@host 7", ["id-7"]),
        ("%", []),
        ("_", []),
        ("boom", ["id-11"]),
        ("' OR 1=1 --", []),
    ],
)
def test_words_are_looked_for_in_all_that_the_list_shows(
    history: TaskHistory, words: str, found: list[str]
) -> None:
    history.save([task(number) for number in range(10)])
    history.save([task(11, Kind.FAILED, exception="Boom('x')\nmore")])
    assert numbers(history, Wanted(words=words)) == found


def test_states_and_names_are_chosen_and_counted(history: TaskHistory) -> None:
    history.save([task(1), task(2, Kind.FAILED), task(3, name=RELAY)])
    no_ticks = frozenset({RELAY})
    assert numbers(history, Wanted(states=frozenset({TaskState.FAILED}))) == ["id-2"]
    assert numbers(history, Wanted(without=no_ticks)) == ["id-2", "id-1"]
    assert history.counts(no_ticks) == {TaskState.SUCCEEDED: 1, TaskState.FAILED: 1}


def test_the_oldest_go_when_there_are_too_many(history: TaskHistory) -> None:
    history.save([task(number) for number in range(30)])
    history.prune(most=10)
    assert numbers(history) == [f"id-{number}" for number in range(29, 19, -1)]


def test_ticks_of_beat_do_not_push_out_the_rest(
    history: TaskHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_history, "MOST_TICKS", 5)
    history.save([task(0)])
    history.save([task(number, name=RELAY) for number in range(1, 21)])
    history.prune(frozenset({RELAY}))
    assert numbers(history) == [f"id-{number}" for number in range(20, 15, -1)] + ["id-0"]


def test_a_file_that_grows_too_large_loses_its_oldest_tenth(
    history: TaskHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task_history, "MOST_BYTES", 100_000)
    history.save([task(number, result="x" * 10_000) for number in range(20)])
    history.prune()
    assert len(numbers(history)) == 18


def test_pruning_happens_by_itself(history: TaskHistory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_history, "_PRUNE_EVERY", 10)
    monkeypatch.setattr(TaskHistory.prune, "__defaults__", (frozenset(), 5))
    for number in range(20):
        history.save([task(number)])
    assert len(numbers(history)) == 5


def test_a_damaged_file_is_put_aside_and_said(file: Path) -> None:
    file.write_bytes(b"no database at all" * 1_000)
    history = TaskHistory(file)
    assert "begun anew" in history.note
    history.save([task(1)])
    assert numbers(history) == ["id-1"]
    assert file.with_name("tasks.sqlite3.damaged").read_bytes().startswith(b"no database")
    history.close()


def test_a_file_of_another_version_is_begun_anew(file: Path) -> None:
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE tasks (what TEXT)")
    history = TaskHistory(file)
    history.save([task(1)])
    assert numbers(history) == ["id-1"]
    history.close()


def test_what_cannot_be_written_is_an_error_and_the_next_time_goes_on(
    file: Path, history: TaskHistory
) -> None:
    history._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(HistoryError, match="cannot be written"):
        history.save([task(1)])
    history._writer.execute("PRAGMA query_only = OFF")
    history.save([task(1)])
    assert numbers(history) == ["id-1"]


def test_reading_goes_on_while_another_connection_writes(file: Path, history: TaskHistory) -> None:
    history.save([task(1)])
    history._writer.execute("BEGIN IMMEDIATE")
    assert numbers(history) == ["id-1"]
    history._writer.execute("ROLLBACK")


def test_emptied_it_is_empty(history: TaskHistory) -> None:
    history.save([task(1)])
    history.forget()
    assert numbers(history) == []


@given(result=st.text(), args=st.text(), words=st.text(max_size=5))
def test_any_text_can_be_kept_and_looked_for(
    tmp_path_factory: pytest.TempPathFactory, result: str, args: str, words: str
) -> None:
    history = TaskHistory(tmp_path_factory.mktemp("history") / "tasks.sqlite3")
    history.save([Task("id", args=args, result=result, steps=(Step(Kind.SENT, 1.0),))])
    found = history.load("id")
    assert found is not None
    assert found.result == result
    history.rows(Wanted(words=words), None, 10)
    history.close()


def test_half_a_letter_does_not_stop_the_writing(history: TaskHistory) -> None:
    history.save([task(1, result="\ud800")])
    found = history.load("id-1")
    assert found is not None
    assert found.result == "\ud800"
