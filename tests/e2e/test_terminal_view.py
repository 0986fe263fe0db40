"""`up` as a person reads it: in a terminal, in a pipe, in a file, and where nobody reads."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.helpers.programs import ROOT, environment, launcher_command
from tests.helpers.terminal import Terminal
from tests.helpers.waiting import eventually

ESCAPE = "\x1b"
COLOUR = re.compile(rb"\x1b\[[0-9;]*3[0-7][0-9;]*m")
TITLES = ("Database", "Django", "Worker", "Beat", "Flower", "Mail catcher")


def up(home: Path, *words: str) -> list[str]:
    return launcher_command(
        "up", "--only", "catcher", "--broker", "embedded", "--home", str(home / "h"), *words
    )


def terminal(home: Path, *, columns: int = 110, **env: str) -> Terminal:
    return Terminal(up(home), environment(TERM="xterm-256color", **env), columns=columns)


def rows(seen: str) -> list[str]:
    """The first words of the table's lines, as often as they stand on the screen."""
    found = [line for line in seen.splitlines() if line.startswith((*TITLES, "Service "))]
    return [next(each for each in (*TITLES, "Service") if line.startswith(each)) for line in found]


def test_a_terminal_shows_one_table_that_stays_in_its_place(tmp_path: Path) -> None:
    with terminal(tmp_path) as shown:
        shown.wait_for("● Ready", 60)
        seen = shown.wait_for("✓ Done", 10)
        assert rows(seen) == ["Service", *TITLES], seen
        row = next(line for line in seen.splitlines() if line.startswith("Mail catcher"))
        assert "● Ready" in row
        assert "answers EHLO" in row
        assert "Ctrl-C" in seen
        assert COLOUR.search(shown.raw)
        shown.press(b"\x03")
        shown.wait_for("Stopping in order", 10)
        assert shown.end(30) == 0
        last = shown.look()
        assert "Stopped. 0 processes and 0 ports are left." in last
        assert rows(last) == ["Service", *TITLES], last
        assert "Ctrl-C stops" not in last


def test_no_line_is_wider_than_the_terminal(tmp_path: Path) -> None:
    with terminal(tmp_path, columns=50) as shown:
        seen = shown.wait_for("● Ready", 60)
        # After a line that wraps the next picture would stand one line too low.
        assert rows(seen) == ["Service", *TITLES], seen
        assert "Ctrl-C stops everything" in seen
        shown.press(b"\x03")
        assert shown.end(30) == 0


def test_a_terminal_that_grows_is_used(tmp_path: Path) -> None:
    # A shell may have exported what was so once.
    with terminal(tmp_path, columns=80, COLUMNS="80", LINES="24") as shown:
        shown.wait_for("● Ready", 60)
        assert "CPU" not in shown.look()
        shown.resize(120, 30)
        shown.wait_for("CPU", 15)
        shown.press(b"\x03")
        assert shown.end(30) == 0


@pytest.mark.parametrize("value", ["1", "yes"])
def test_without_colour_words_and_marks_say_it_alone(value: str, tmp_path: Path) -> None:
    with terminal(tmp_path, NO_COLOR=value) as shown:
        shown.wait_for("● Ready", 60)
        shown.press(b"\x03")
        assert shown.end(30) == 0
        assert COLOUR.search(shown.raw) is None


def test_a_terminal_that_can_do_nothing_gets_lines(tmp_path: Path) -> None:
    with Terminal(up(tmp_path), environment(TERM="dumb")) as shown:
        shown.wait_for("Ready", 60)
        shown.press(b"\x03")
        assert shown.end(30) == 0
        assert b"\x1b[A" not in shown.raw
        assert b"\x1b[1A" not in shown.raw
        assert "Stopped. 0 processes" in shown.look()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_file_holds_whole_lines_without_control_characters(encoding: str, tmp_path: Path) -> None:
    """Also where it is written in the letters of an old Windows, which lack the marks."""
    kept = tmp_path / "up.log"
    with kept.open("wb") as file:
        process = subprocess.Popen(
            up(tmp_path),
            env=environment(PYTHONIOENCODING=encoding, TERM="xterm-256color"),
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        eventually(lambda: b"Ready" in kept.read_bytes(), 60, lambda: str(kept.read_bytes()))
        process.terminate()
        assert process.wait(30) == 0
    text = kept.read_text(encoding)
    assert ESCAPE not in text
    lines = text.splitlines()
    assert lines[-1] == "Stopped. 0 processes and 0 ports are left."
    timed = [line for line in lines if re.match(r" *\d+\.\d\d s  ", line)]
    assert [line for line in timed if "Mail catcher" in line and "Ready" in line]
    assert "Traceback" not in text


def test_when_nobody_reads_any_more_everything_is_stopped_in_order(tmp_path: Path) -> None:
    process = subprocess.Popen(
        up(tmp_path),
        env=environment(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"Celery Launcher")
    process.stdout.close()  # as `up | head -1` does
    try:
        assert process.wait(60) == 0
        assert b"Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.stderr.close()
    assert not (tmp_path / "h" / "run" / "control.json").exists()


def test_a_reader_that_is_held_up_holds_up_no_service(tmp_path: Path) -> None:
    """As with Ctrl-S: the terminal takes nothing, services start all the same, and stop."""
    with terminal(tmp_path) as shown:
        shown.press(b"\x13")
        status = launcher_command("status", "--json", "--home", str(tmp_path / "h"))

        def ready() -> bool:
            done = subprocess.run(
                status, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False
            )
            return '"name": "catcher", "state": "ready"' in done.stdout

        eventually(ready, 60, "the catcher, while the terminal is held", every=0.5)
        shown.press(b"\x11")
        shown.wait_for("● Ready", 10)
        shown.press(b"\x03")
        assert shown.end(30) == 0
