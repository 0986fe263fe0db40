"""What the user reads beside a service, and which buttons are live."""

from __future__ import annotations

from typing import Any

import pytest

from launcher.core.explain import SHAPES, Tone, duration, explain
from launcher.core.spec import ServiceKind, ServiceSpec
from launcher.core.state import Problem, ServiceState, ServiceStatus, StopReason

S = ServiceState
WEB = ServiceSpec("web", "Web")
OUTSIDE = ServiceSpec("broker", "Broker", ServiceKind.OUTSIDE)
TROUBLE = Problem("Web exited with code 3 unexpectedly.", "See its log.")


def status(state: ServiceState, **fields: Any) -> ServiceStatus:
    return ServiceStatus("web", state, since=100.0, **fields)


@pytest.mark.parametrize(
    ("known", "headline", "sentence"),
    [
        (status(S.STOPPED), "Stopped", ""),
        (status(S.WAITING, waiting_on=("rabbitmq",)), "Waiting", "waits for RabbitMQ"),
        (status(S.WAITING, waiting_on=("x", "y")), "Waiting", "waits for x, y"),
        (status(S.WAITING), "Waiting", "looks whether it runs already"),
        (status(S.WAITING, asked=True), "Waiting", "not reached yet"),
        (status(S.WAITING, asked=True, detail="refused"), "Waiting", "refused"),
        (status(S.EXTERNAL), "Running outside", "answers here: used, not stopped"),
        (status(S.STARTING), "Starting", "for 2.0 s"),
        (status(S.READY, detail="answers in 3 ms"), "Ready", "answers in 3 ms"),
        (status(S.READY, detail="answers", problem=TROUBLE), "Degraded", TROUBLE.words),
        (status(S.EXTERNAL, problem=TROUBLE), "Degraded", TROUBLE.words),
        (status(S.UNHEALTHY, problem=TROUBLE), "Not answering", TROUBLE.words),
        (status(S.STOPPING, stop_reason=StopReason.USER), "Stopping", "as asked"),
        (status(S.STOPPING, stop_reason=StopReason.RESTART), "Stopping", "to start again"),
        (
            status(S.BACKOFF, problem=TROUBLE, retry_at=106.0, failures=2),
            "Trying again",
            f"{TROUBLE.words} Again in 4.0 s (try 3).",
        ),
        (status(S.FAILED, problem=TROUBLE), "Failed", TROUBLE.words),
        (status(S.DONE, ready_after=0.42), "Done", "in 0.4 s"),
        (status(S.DONE), "Done", ""),
    ],
)
def test_a_state_in_words(known: ServiceStatus, headline: str, sentence: str) -> None:
    words = explain(WEB, known, now=102.0, titles={"rabbitmq": "RabbitMQ"})
    assert (words.headline, words.sentence) == (headline, sentence)


def test_a_retry_that_is_overdue_is_not_in_the_past() -> None:
    late = status(S.BACKOFF, problem=TROUBLE, retry_at=101.0)
    assert "Again in 0.0 s" in explain(WEB, late, now=150.0).sentence


def test_the_remedy_goes_with_the_problem() -> None:
    assert explain(WEB, status(S.FAILED, problem=TROUBLE), 102.0).remedy == "See its log."
    assert explain(WEB, status(S.READY), 102.0).remedy == ""
    degraded = explain(WEB, status(S.READY, problem=TROUBLE), 102.0)
    assert (degraded.remedy, degraded.tone) == ("See its log.", Tone.TROUBLE)
    assert degraded.can_stop
    assert degraded.can_restart


@pytest.mark.parametrize(
    ("known", "live"),
    [
        (status(S.STOPPED), "start"),
        (status(S.WAITING), "stop"),
        (status(S.EXTERNAL), ""),
        (status(S.STARTING), "stop restart"),
        (status(S.READY), "stop restart"),
        (status(S.UNHEALTHY), "stop restart"),
        (status(S.STOPPING, wanted=False), "start"),
        (status(S.STOPPING, wanted=True), "stop"),
        (status(S.BACKOFF), "start stop"),
        (status(S.FAILED), "start"),
        (status(S.FAILED, alive=True), "start stop"),
        (status(S.DONE), "start"),
    ],
)
def test_the_live_buttons(known: ServiceStatus, live: str) -> None:
    words = explain(WEB, known, 102.0)
    buttons = {
        "start": words.can_start,
        "stop": words.can_stop,
        "restart": words.can_restart,
    }
    assert [name for name, on in buttons.items() if on] == live.split()


def test_what_is_not_ours_is_not_restarted() -> None:
    assert not explain(OUTSIDE, status(S.EXTERNAL), 102.0).can_restart


def test_every_tone_has_a_shape_of_its_own() -> None:
    assert set(SHAPES) == set(Tone)
    assert len(set(SHAPES.values())) == len(Tone)


def test_every_reason_to_stop_has_its_words() -> None:
    sentences = [
        explain(WEB, status(S.STOPPING, stop_reason=reason), 102.0).sentence
        for reason in StopReason
    ]
    assert all(sentences)
    assert len(set(sentences)) == len(StopReason)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0.0 s"),
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (10, "10 s"),
        (99.4, "99 s"),
        (99.6, "2 min"),
        (100, "2 min"),
        (59 * 60 + 29, "59 min"),
        (59 * 60 + 31, "1 h"),
        (2 * 3600 + 5 * 60, "2 h 5 min"),
        (47 * 3600 + 59 * 60 + 40, "2 days"),
        (4.9 * 86400, "4 days"),
    ],
)
def test_a_span_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
