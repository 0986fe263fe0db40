"""The ping of a worker: which answers count, and that a lost question is put again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from kombu import Connection, Consumer, Exchange, Producer, Queue

from launcher.core.events import ProbeOutcome
from launcher.core.protocols import Prober
from launcher.core.spec import ProbeKind, ProbeSpec
from launcher.runtime.probes import make_prober

BROKER = "memory://"
Ping = Mapping[str, Any]


class Worker:
    """Listens as Celery's workers do; *answers* says to which pings so far it answers now."""

    def __init__(self, answers: Callable[[list[Ping]], list[Ping]]) -> None:
        self.pings: list[Ping] = []
        self._answers = answers
        self._leave = threading.Event()
        self._connection = Connection(BROKER, transport_options={"polling_interval": 0.01})
        channel = self._connection.channel()
        self._producer = Producer(channel, serializer="json")
        inbox = Queue("w.celery.pidbox", Exchange("celery.pidbox", "fanout", durable=False))
        self._consumer = Consumer(channel, [inbox], callbacks=[self._take], no_ack=True)
        self._consumer.consume()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._leave.set()
        self._thread.join(5)
        self._connection.release()

    def _run(self) -> None:
        while not self._leave.is_set():
            try:
                self._connection.drain_events(timeout=0.05)
            except TimeoutError:
                continue

    def _take(self, body: Ping, message: Any) -> None:
        del message
        self.pings.append(body)
        for ping in self._answers(self.pings):
            to = ping["reply_to"]
            self._producer.publish(
                {"w@localhost": {"ok": "pong"}},
                exchange=to["exchange"],
                routing_key=to["routing_key"],
                headers={"ticket": ping["ticket"]},
            )


@pytest.fixture
def prober() -> Iterator[Prober]:
    spec = ProbeSpec(ProbeKind.WORKER_PING, identity="w@localhost", secret="url", timeout=1.0)
    made = make_prober(spec, lambda _: BROKER)
    yield made
    made.close()


@pytest.fixture
def worker() -> Iterator[Callable[[Callable[[list[Ping]], list[Ping]]], Worker]]:
    workers: list[Worker] = []

    def start(answers: Callable[[list[Ping]], list[Ping]]) -> Worker:
        workers.append(Worker(answers))
        return workers[-1]

    yield start
    for each in workers:
        each.close()


Start = Callable[[Callable[[list[Ping]], list[Ping]]], Worker]


def test_a_ping_that_was_lost_is_sent_again_by_the_same_question(
    prober: Prober, worker: Start
) -> None:
    seen = worker(lambda pings: pings[1:2] if len(pings) == 2 else [])
    assert prober.probe().outcome is ProbeOutcome.READY
    assert len(seen.pings) == 2


def test_a_late_answer_to_the_first_ping_counts(prober: Prober, worker: Start) -> None:
    seen = worker(lambda pings: pings[:1] if len(pings) == 3 else [])
    assert prober.probe().outcome is ProbeOutcome.READY
    assert len(seen.pings) == 3


def test_an_answer_to_an_earlier_question_counts_for_nothing(prober: Prober, worker: Start) -> None:
    first: list[Ping] = []

    def answers(pings: list[Ping]) -> list[Ping]:
        if not first:
            first.append(pings[0])
            return pings
        return first  # whatever is asked

    worker(answers)
    assert prober.probe().outcome is ProbeOutcome.READY
    assert prober.probe().outcome is ProbeOutcome.NOT_READY


def test_a_worker_that_answers_nothing_is_not_ready(prober: Prober, worker: Start) -> None:
    seen = worker(lambda _: [])
    answer = prober.probe()
    assert (answer.outcome, answer.detail) == (ProbeOutcome.NOT_READY, "does not answer a ping")
    assert len(seen.pings) > 1
