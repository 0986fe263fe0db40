"""Which names of an archive may become files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.archive_names import clashes, refusal
from tests.helpers.publisher import BAD_NAMES


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_windows_would_take_for_something_else_is_refused(name: str) -> None:
    assert refusal(name)


@pytest.mark.parametrize(
    "name",
    [
        "bin/erl.exe",
        "lib/stdlib-6.2/ebin/lists.beam",
        "plugins/rabbitmq_management-4.3.5/priv/www/js/tmpl/queue.ejs",
        "rabbitmq_server-4.3.5/",
        "usr/include/Größe 漢字.hrl",
        "console.txt",
        "common/auxiliary.c",
        ".erlang",
        "a..b",
        "COM10",
    ],
)
def test_what_programs_are_made_of_is_taken(name: str) -> None:
    assert refusal(name) == ""


@given(st.text(alphabet="ab./\\: \x00CONnul1", max_size=12))
def test_what_is_taken_stays_below_its_folder(name: str) -> None:
    if refusal(name):
        return
    steps = name.removesuffix("/").split("/")
    assert all(step not in ("", ".", "..") and ":" not in step for step in steps)
    assert not name.startswith("/")


def test_names_that_windows_takes_for_one_are_told() -> None:
    assert clashes(["bin/", "bin/erl.exe", "bin/epmd.exe"]) == ""
    assert clashes(["bin/erl.exe", "BIN/Erl.EXE"]) == "BIN/Erl.EXE"
    assert clashes(["bin", "bin/erl.exe"]) == "bin/erl.exe"
    assert clashes(["bin/erl.exe", "bin"]) == "bin"
    assert clashes(["bin/", "bin/"]) == ""
