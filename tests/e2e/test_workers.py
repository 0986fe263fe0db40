"""Pool and number of workers, changed while all runs; real workers on both brokers."""

from __future__ import annotations

import contextlib
from collections import Counter
from uuid import uuid4

import psutil
import pytest

from launcher.mail import Draft, MailUnavailable
from launcher.runtime.control import RequestError
from tests.helpers.needs import need_rabbitmq
from tests.helpers.stack import Stack

MAILS = 20

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


def workers_of(stack: Stack) -> dict[str, int | None]:
    return {n: pid for n, pid in stack.pids().items() if n.startswith("worker")}


def send(stack: Stack, count: int) -> list[int]:
    mail = stack.mail()
    return [
        mail.submit(Draft(to=("you@example.org",), subject=f"Number {n}", text="."), uuid4().hex).id
        for n in range(count)
    ]


def delivered(stack: Stack, ids: list[int]) -> bool:
    with contextlib.suppress(MailUnavailable):
        return all(stack.mail().get(each).row.state == "DELIVERED" for each in ids)
    return False


@pytest.mark.parametrize("broker", [pytest.param("embedded", marks=pytest.mark.long), "rabbitmq"])
def test_another_pool_and_a_second_worker_come_without_a_restart_of_the_rest(broker: str) -> None:
    if broker == "rabbitmq":
        need_rabbitmq()
    with Stack(broker=broker, only="django,worker,beat,catcher") as stack:
        before = stack.pids()
        answer = stack.ask("change", values={"pool": "solo"})
        assert answer["restarted"] == ["worker"]
        stack.until(
            lambda: stack.service("worker")["pid"] not in (None, before["worker"]), 30, "restarted"
        )
        stack.wait_state("worker", "ready", timeout=60)
        pid = stack.service("worker")["pid"]
        assert "solo" in psutil.Process(pid).cmdline()

        assert stack.ask("change", values={"workers": 2})["restarted"] == []
        stack.until(lambda: "worker2" in stack.services(), 10, "a second worker")
        stack.wait_state("worker2", "ready", timeout=60)
        now = stack.pids()
        assert now["worker"] == pid
        assert {name: now[name] for name in ("django", "beat", "catcher")} == {
            name: before[name] for name in ("django", "beat", "catcher")
        }

        ids = send(stack, MAILS)
        stack.until(lambda: delivered(stack, ids), 60, "all delivered")
        mails = [stack.mail().get(each) for each in ids]
        took = Counter(one.worker for mail in mails for one in mail.tries)
        assert sum(took.values()) == MAILS, "one try a mail"
        assert len(took) == 2, f"both took some: {took}"
        caught = Counter(row.subject for row in stack.mail().inbox(limit=100).results)
        assert caught == {f"Number {n}": 1 for n in range(MAILS)}

        stack.ask("stop", service="worker2")
        stack.wait_state("worker2", "stopped")
        more = send(stack, 3)
        stack.until(lambda: delivered(stack, more), 30, "delivered by the other")
        stack.ask("start", service="worker2")
        stack.wait_state("worker2", "ready", timeout=60)

        second = stack.service("worker2")["pid"]
        stack.ask("change", values={"workers": 1})
        stack.until(lambda: list(workers_of(stack)) == ["worker"], 30, "one worker")
        assert not psutil.pid_exists(second)
        assert workers_of(stack)["worker"] == pid
        text = (stack.home / "settings.toml").read_text()
        assert "workers = 1" in text
        assert "# How many workers share the mails" in text


def test_a_value_that_may_not_be_changes_nothing() -> None:
    with Stack(only="migrate") as stack:
        for values, words in (
            ({"workers": 9}, "from 1 to 4"),
            ({"ports.django": 99999}, "from 1 to 65535"),
            ({"pol": "solo"}, "no such setting"),
        ):
            with pytest.raises(RequestError, match=words):
                stack.ask("change", values=values)
        assert "worker2" not in stack.services()
