"""`launcher.gui.words`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from launcher.core.checks import CheckResult, Verdict
from launcher.core.state import ServiceState
from launcher.gui import words
from tests.unit.gui.fakes import SPECS, all_ready, all_stopped, failing


@pytest.mark.parametrize(
    ("count", "said"), [(131_000_000, "131 MB"), (1_240_000_000, "1.2 GB"), (9_000, "9 kB")]
)
def test_memory_is_said_in_the_largest_fitting_unit(count: int, said: str) -> None:
    assert words.memory(count) == said


def test_a_share_keeps_a_decimal_only_while_it_is_small() -> None:
    assert [words.percent(value) for value in (0.42, 9.94, 9.96, 180.0)] == [
        "0.4 %",
        "9.9 %",
        "10 %",
        "180 %",
    ]


def test_numbers_carry_their_noun() -> None:
    assert words.counted(1, "error") == "1 error"
    assert words.counted(1_204_332, "line") == "1,204,332 lines"
    assert words.counted(0, "match", "matches") == "0 matches"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
    assert words.listed([]) == ""
    assert words.size(812) == "812 bytes"


def test_the_summary_counts_what_is_ready() -> None:
    assert words.services_summary(all_ready(), 6.2) == "7 of 7 ready · started in 6.2 s"
    assert words.services_summary(failing(), None) == "3 of 7 ready"
    assert words.services_summary(all_stopped(), None) == "all stopped"


def test_the_stop_says_who_is_done_and_who_is_waited_for() -> None:
    statuses = all_ready()
    for name in ("worker", "flower"):
        statuses[name] = replace(statuses[name], state=ServiceState.STOPPED, alive=False)
    assert words.stop_summary(SPECS, statuses) == (
        "Worker and Flower stopped; waits for RabbitMQ, Django, Beat and Mail catcher."
    )
    assert words.stop_summary(SPECS, all_stopped()) == "Everything has stopped."
    assert words.stop_summary(SPECS, all_ready()).startswith("Now it waits for RabbitMQ")


def test_a_check_names_its_subject_once() -> None:
    python = CheckResult("Python", Verdict.OK, "Python 3.13.2 at /usr/bin/python3")
    missing = CheckResult("RabbitMQ", Verdict.WARN, "not found")
    assert words.check_words(python) == "Python 3.13.2 at /usr/bin/python3"
    assert words.check_brief(python) == "Python 3.13.2"
    assert words.check_words(missing) == "RabbitMQ: not found"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "up < 1 min"),
        (59.9, "up < 1 min"),
        (60, "up 1 min"),
        (99.4, "up 1 min"),
        (99.6, "up 2 min"),
        (720, "up 12 min"),
        (7_500, "up 2 h 5 min"),
    ],
)
def test_a_process_is_up_for_minutes(seconds: float, said: str) -> None:
    assert words.uptime(seconds) == said
