"""The log store: positions, the ring, long lines, and files that keep everything."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from launcher.core.logs import MAX_LINE, Level
from launcher.runtime.log_room import LogRoom
from launcher.runtime.logs import LogStore
from launcher.runtime.rotated_file import RotatedFile


@pytest.fixture
def store(tmp_path: Path) -> LogStore:
    return LogStore(tmp_path)


def texts(store: LogStore, service: str | None = None) -> list[str]:
    return [record.text for record in store.read(0, 1_000_000, service)[0]]


def test_lines_of_all_services_stand_in_the_order_in_which_they_came(store: LogStore) -> None:
    django, worker = store.sink("django"), store.sink("worker")
    django.write(b"one\ntwo\n")
    worker.write(b"three\n")
    django.write(b"four\n")
    records, end = store.read(0, 100)
    assert [(r.position, r.service, r.text) for r in records] == [
        (0, "django", "one"),
        (1, "django", "two"),
        (2, "worker", "three"),
        (3, "django", "four"),
    ]
    assert end == store.end == 4


def test_reading_goes_on_where_it_ended_whatever_the_limit(store: LogStore) -> None:
    sink = store.sink("django")
    for number in range(10):
        sink.write(f"a{number}\nb{number}\nc{number}\n".encode())
    for limit in (1, 2, 3, 4, 7, 30, 31):
        seen, position = [], 0
        while True:
            records, position = store.read(position, limit)
            if not records:
                break
            assert len(records) <= limit
            seen += [record.position for record in records]
        assert seen == list(range(30))


def test_one_service_is_read_past_the_lines_of_others(store: LogStore) -> None:
    django, worker = store.sink("django"), store.sink("worker")
    for number in range(100):
        worker.write(b"noise\n" * 50)
        if number % 10 == 0:
            django.write(f"{number}\n".encode())
    seen, position = [], 0
    while position < store.end:
        records, position = store.read(position, 3, "django")
        seen += [record.text for record in records]
    assert seen == [str(number) for number in range(0, 100, 10)]


def test_a_line_that_came_in_pieces_is_one_line(store: LogStore) -> None:
    sink = store.sink("django")
    assert sink.write(b"he") == b""
    assert sink.write(b"llo\nwor") == b"hello\n"
    sink.write(b"ld")
    sink.close()
    assert texts(store) == ["hello", "world"]


def test_a_line_without_end_is_cut_with_a_mark_and_whole_on_disk(
    store: LogStore, tmp_path: Path
) -> None:
    sink = store.sink("django")
    for _ in range(50):
        sink.write(b"x" * 100_000)
    sink.write(b"\nafter\n")
    sink.close()
    long, after = texts(store)
    assert long.startswith("x" * MAX_LINE)
    assert "more bytes in the log file" in long
    assert len(long) < MAX_LINE + 100
    assert after == "after"
    assert (tmp_path / "django.log").stat().st_size == 5_000_000 + len("\nafter\n")


def test_the_ring_drops_the_oldest_and_reading_starts_at_what_is_left(tmp_path: Path) -> None:
    store = LogStore(tmp_path, ring_bytes=10_000)
    sink = store.sink("django")
    for number in range(1000):
        sink.write(f"{number:099}\n".encode())
    records, end = store.read(0, 1000)
    assert 10 < len(records) < 100
    assert records[-1].position == 999
    assert records[0].position == store.begin == 1000 - len(records)
    assert end == 1000


def test_errors_are_counted_by_their_own_words(store: LogStore) -> None:
    store.sink("worker").write(
        b"[2026: ERROR/MainProcess] lost\n[2026: INFO/MainProcess] ok\n[error] <0.1.0> bad\n"
    )
    assert store.errors("worker") == 2
    assert store.errors("django") == 0
    assert [r.level for r in store.read(0, 9)[0]] == [Level.ERROR, Level.INFO, Level.ERROR]


def test_errors_are_counted_whether_they_came_before_or_after_the_first_question(
    store: LogStore,
) -> None:
    sink = store.sink("worker")
    sink.write(b"ERROR one\n")
    assert store.errors("worker") == 1
    sink.write(b"ERROR two\nERROR three\n")
    assert store.errors("worker") == 3


def test_files_are_rotated_and_nothing_of_the_kept_ones_is_lost(tmp_path: Path) -> None:
    file = RotatedFile(tmp_path / "a.log", LogRoom(tmp_path, 2_000), kept=3)
    for number in range(35):
        file.write(f"{number:09}\n".encode())
    file.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a.log", "a.log.1", "a.log.2", "a.log.3"]
    text = "".join((tmp_path / name).read_text() for name in reversed(names))
    assert [int(line) for line in text.splitlines()] == list(range(35))


def test_a_disk_that_refuses_is_said_once_and_the_lines_are_still_shown(tmp_path: Path) -> None:
    store = LogStore(tmp_path / "missing")
    sink = store.sink("django")
    sink.write(b"one\n")
    sink.write(b"two\n")
    shown = texts(store)
    assert [line for line in shown if "cannot be written" in line] == shown[:1]
    assert shown[1:] == ["one", "two"]


def test_once_closed_no_file_is_open_and_a_note_opens_it_again(store: LogStore) -> None:
    file = store.folder / "launcher.log"
    store.note("first")
    store.close()
    assert str(file) not in [opened.path for opened in psutil.Process().open_files()]
    store.note("second")
    assert file.read_text(encoding="utf-8").splitlines() == ["first", "second"]
    store.close()


def test_whoever_waits_for_a_line_is_woken_by_it(store: LogStore) -> None:
    assert not store.wait(0, timeout=0.01)
    store.note("hello")
    assert store.wait(0, timeout=0.01)


def test_notes_of_several_threads_do_not_meet_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing = threading.Semaphore(1)
    met = threading.Event()
    real = RotatedFile.write

    def write(file: RotatedFile, data: bytes) -> None:
        if not writing.acquire(blocking=False):
            met.set()
            return
        # Long enough for the other threads to come, were they let in.
        met.wait(0.05)
        real(file, data)
        writing.release()

    monkeypatch.setattr(RotatedFile, "write", write)
    store = LogStore(tmp_path)
    threads = [threading.Thread(target=store.note, args=(f"note {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not met.is_set()
    lines = (tmp_path / "launcher.log").read_text().splitlines()
    assert sorted(lines) == [f"note {n}" for n in range(4)]


# -- searching -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    text: str = ""
    service: str | None = None
    level: Level = Level.DEBUG
    needle: bytes = b""

    def wants_text(self, text: str) -> bool:
        return self.text in text.lower()

    def may_be_in(self, lines: str) -> bool:
        return self.text in lines.lower()


def literal(text: str, service: str | None = None) -> Wanted:
    return Wanted(text.lower(), service, needle=text.lower().encode())


def found(store: LogStore, query: Wanted, limit: int) -> list[int]:
    seen: list[int] = []
    position = store.begin
    while position < store.end:
        hits, position = store.find(query, position, limit)
        seen += hits
    return seen


def found_backwards(store: LogStore, query: Wanted, limit: int) -> list[int]:
    seen: list[int] = []
    position = store.end
    while position > store.begin:
        hits, position = store.find_before(query, position, limit)
        seen = hits + seen
    return seen


_LINES = st.lists(
    st.sampled_from(
        [
            b"mail 12 saved",
            b"MAIL 12 sent\r",
            b"",
            b"ERROR mail 12",
            b"WARNING late",
            b"DEBUG x",
            b"\x1b[31mERROR\x1b[0m red",
            "Grüße an mail 12".encode(),
            b"\xff\xfe mail",
            b"x" * (MAX_LINE + 5) + b" mail 12",
            b"a 1b 2",
        ]
    ),
    min_size=1,
    max_size=12,
)
_QUERIES = [
    literal("mail 12"),
    literal("1b"),
    literal("more bytes"),
    literal("x" * 3, "django"),
    Wanted("grüße"),
    Wanted(level=Level.ERROR),
    Wanted(level=Level.WARNING, service="worker"),
    Wanted("red", level=Level.ERROR),
    Wanted(),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["django", "worker"]), _LINES), min_size=1, max_size=6),
    st.sampled_from(_QUERIES),
    st.sampled_from([1, 2, 5, 1000]),
)
def test_a_search_finds_just_the_lines_that_reading_all_would(
    tmp_path: Path, chunks: list[tuple[str, list[bytes]]], query: Wanted, limit: int
) -> None:
    store = LogStore(tmp_path)
    for service, lines in chunks:
        store.append(service, b"".join(line + b"\n" for line in lines))
    expected = [
        record.position
        for record in store.read(0, 1_000)[0]
        if query.service in (None, record.service)
        and record.level >= query.level
        and query.wants_text(record.text)
    ]
    assert found(store, query, limit) == expected
    assert found_backwards(store, query, limit) == expected


def test_coloured_errors_are_counted(store: LogStore) -> None:
    store.sink("worker").write(b"\x1b[1;31mERROR\x1b[0m lost\n[E 250101 10:00:00 web:1] bad\n")
    assert store.errors("worker") == 2
