"""The embedded broker's transport: a message is never seen half written."""

from __future__ import annotations

import threading
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport.filesystem import Channel as KombusChannel

from celerytutorial.filesystem import Channel, use_whole_messages


@pytest.fixture
def channel(tmp_path: Path) -> Any:
    use_whole_messages()
    options = {
        "data_folder_in": str(tmp_path / "messages"),
        "data_folder_out": str(tmp_path / "messages"),
        "control_folder": str(tmp_path / "control"),
    }
    (tmp_path / "messages").mkdir()
    connection = Connection("filesystem://localhost", transport_options=options)
    yield connection.channel()
    connection.release()


def test_connections_of_this_process_use_it(channel: Any) -> None:
    assert isinstance(channel, Channel)
    assert isinstance(channel, KombusChannel)


def test_what_was_put_is_what_is_got_in_order(channel: Any) -> None:
    for number in range(5):
        channel._put("letters", {"number": number})
    got = sorted(channel._get("letters")["number"] for _ in range(5))
    assert got == list(range(5))
    with pytest.raises(Empty):
        channel._get("letters")


def test_a_reader_that_looks_all_the_time_never_takes_an_unfinished_message(channel: Any) -> None:
    count, got = 300, []

    def write() -> None:
        for number in range(count):
            channel._put("letters", {"number": number, "text": "x" * 50_000})

    writer = threading.Thread(target=write)
    writer.start()
    while len(got) < count:
        try:
            got.append(channel._get("letters")["number"])
        except Empty:
            continue
    writer.join()
    assert sorted(got) == list(range(count))
