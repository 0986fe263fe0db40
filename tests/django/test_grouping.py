"""Group commit: one leads, the others wait, everyone hears what became of its own request."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from send_mail.services.grouping import Grouping


class Gate:
    """Doubles numbers, and holds the first group back until the others have gathered."""

    def __init__(self, odd_one: int | None = None) -> None:
        self.groups: list[list[int]] = []
        self.opened = threading.Event()
        self.entered = threading.Event()
        self.odd_one = odd_one

    def double(self, numbers: Sequence[int]) -> list[int | Exception]:
        self.groups.append(list(numbers))
        self.entered.set()
        assert self.opened.wait(10)
        return [ValueError(str(n)) if n == self.odd_one else 2 * n for n in numbers]


def gathered(
    gate: Gate, grouping: Grouping[int, int], count: int, pool: ThreadPoolExecutor
) -> list[object]:
    """Ask for 0 alone, for 1 to *count* while that is under way; return all answers and errors."""
    asked = [pool.submit(grouping.ask, 0)]
    assert gate.entered.wait(10)
    for number in range(1, count + 1):
        asked.append(pool.submit(grouping.ask, number))
        wait_for(lambda number=number: len(grouping._line) == number)
    gate.opened.set()
    return [future.exception(10) or future.result() for future in asked]


def wait_for(condition: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(1000):
        if condition():
            return
        tick.wait(0.01)
    pytest.fail("it did not come to that")


def test_who_asks_alone_is_answered_in_its_own_thread() -> None:
    threads = []

    def carry_out(asked: Sequence[int]) -> Sequence[int]:
        threads.append(threading.current_thread())
        return asked

    assert Grouping(carry_out, 10).ask(7) == 7
    assert threads == [threading.current_thread()]


def test_what_comes_meanwhile_is_carried_out_together_and_in_order() -> None:
    gate = Gate()
    with ThreadPoolExecutor(8) as pool:
        answers = gathered(gate, Grouping(gate.double, 10), 5, pool)
    assert gate.groups == [[0], [1, 2, 3, 4, 5]]
    assert answers == [0, 2, 4, 6, 8, 10]


def test_a_group_is_no_larger_than_allowed() -> None:
    gate = Gate()
    with ThreadPoolExecutor(8) as pool:
        answers = gathered(gate, Grouping(gate.double, 2), 5, pool)
    assert gate.groups == [[0], [1, 2], [3, 4], [5]]
    assert answers == [0, 2, 4, 6, 8, 10]


def test_an_error_of_one_is_raised_to_that_one_alone() -> None:
    gate = Gate(odd_one=2)
    with ThreadPoolExecutor(8) as pool:
        answers = gathered(gate, Grouping(gate.double, 10), 3, pool)
    assert [type(answer) for answer in answers] == [int, int, ValueError, int]


def test_an_error_of_all_is_raised_to_each_and_the_next_group_is_carried_out() -> None:
    def refuse_many(numbers: Sequence[int]) -> Sequence[int]:
        if len(numbers) > 1:
            msg = "the disk is full"
            raise OSError(msg)
        return numbers

    gate = Gate()

    def carry_out(numbers: Sequence[int]) -> Sequence[int]:
        gate.double(numbers)
        return refuse_many(numbers)

    grouping = Grouping(carry_out, 10)
    with ThreadPoolExecutor(8) as pool:
        answers = gathered(gate, grouping, 3, pool)
    assert [str(answer) for answer in answers] == ["0", *["the disk is full"] * 3]
    assert grouping.ask(9) == 9


def test_a_leader_that_is_ended_leaves_nobody_waiting() -> None:
    gate = Gate()

    def carry_out(numbers: Sequence[int]) -> Sequence[int]:
        gate.double(numbers)
        if 1 in numbers:
            raise KeyboardInterrupt
        return numbers

    grouping = Grouping(carry_out, 10)
    with ThreadPoolExecutor(8) as pool:
        answers = gathered(gate, grouping, 3, pool)
    assert isinstance(answers[1], KeyboardInterrupt)
    assert [type(answer) for answer in answers[2:]] == [RuntimeError, RuntimeError]
    assert grouping.ask(9) == 9
