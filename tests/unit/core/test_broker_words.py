"""The line about the broker."""

from __future__ import annotations

import pytest

from launcher.core.broker_words import BrokerAction, broker_line
from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.state import Problem, ServiceState, ServiceStatus

S = ServiceState
NODE = "Private RabbitMQ 4.2.9 node"


def status(state: ServiceState, problem: Problem | None = None, *, wanted: bool = True) -> object:
    return ServiceStatus("rabbitmq", state, wanted=wanted, problem=problem, asked=True)


@pytest.mark.parametrize("state", [S.READY, S.STARTING, S.STOPPING, S.WAITING, S.BACKOFF])
def test_a_private_node_that_works_or_is_on_its_way_needs_no_line(state: ServiceState) -> None:
    assert broker_line(BrokerMode.RABBITMQ, NODE, status(state), can_install=False) is None


def test_one_that_hangs_is_restarted_by_the_button() -> None:
    line = broker_line(BrokerMode.RABBITMQ, NODE, status(S.UNHEALTHY), can_install=False)
    assert line is not None
    assert line.tone is Tone.TROUBLE
    assert line.action is BrokerAction.RESTART
    assert "saved meanwhile" in line.remedy


def test_one_that_failed_says_why_and_how_to_mend_it() -> None:
    problem = Problem("Port 5672 is used by beam (3).", "End it.")
    line = broker_line(BrokerMode.RABBITMQ, NODE, status(S.FAILED, problem), can_install=False)
    assert line is not None
    assert line.words == "RabbitMQ has failed: Port 5672 is used by beam (3)."
    assert line.remedy == "End it."
    assert line.action is BrokerAction.START


def test_one_elsewhere_that_is_not_reached_is_asked_again_by_the_button() -> None:
    words = "Broker elsewhere, mq.example.org:5672"
    for state in (S.WAITING, S.BACKOFF):
        line = broker_line(BrokerMode.EXTERNAL, words, status(state), can_install=False)
        assert line is not None
        assert line.words == f"{words}: It is not reached."
        assert line.action is BrokerAction.START
    assert broker_line(BrokerMode.EXTERNAL, words, status(S.EXTERNAL), can_install=False) is None


def test_the_embedded_one_is_said_with_the_way_to_the_real_one_where_there_is_one() -> None:
    for can, action in ((True, BrokerAction.INSTALL), (False, BrokerAction.NONE)):
        line = broker_line(BrokerMode.EMBEDDED, "Embedded broker", None, can_install=can)
        assert line is not None
        assert line.words == "Embedded broker."
        assert line.action is action


def test_a_stopped_broker_is_no_trouble() -> None:
    stopped = status(S.STOPPED, wanted=False)
    assert broker_line(BrokerMode.RABBITMQ, NODE, stopped, can_install=False) is None
