"""What is read of the management's answers, whatever they hold."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.flow_topology import (
    MOST_QUEUES,
    Binding,
    QueueNumbers,
    Topology,
    bindings_of,
    chosen,
    internal,
    queue_numbers,
)

# As RabbitMQ 3.10.8 answers.
QUEUE = {
    "name": "celery",
    "messages_ready": 7,
    "messages_unacknowledged": 2,
    "consumers": 1,
    "arguments": {
        "x-dead-letter-exchange": "celery.dead",
        "x-dead-letter-routing-key": "celery.dead",
    },
    "message_stats": {
        "publish_details": {"rate": 4.2},
        "deliver_get_details": {"rate": 4.0},
        "ack_details": {"rate": 3.8},
    },
}


def test_a_queue_is_read_with_its_rates_and_where_rejected_messages_go() -> None:
    assert queue_numbers(QUEUE) == QueueNumbers(
        "celery", 7, 2, 1, 4.2, 4.0, 3.8, ("celery.dead", "celery.dead")
    )


def test_what_is_missing_is_not_known_and_is_not_nought() -> None:
    assert queue_numbers({"name": "q", "messages_ready": "many"}) == QueueNumbers("q")
    assert queue_numbers({"messages_ready": 1}) is None


def test_bindings_to_exchanges_are_left_out_and_arguments_are_words() -> None:
    found = bindings_of(
        [
            {"source": "", "destination": "q", "destination_type": "queue", "routing_key": "q"},
            {
                "source": "h",
                "destination": "q",
                "destination_type": "queue",
                "routing_key": "",
                "arguments": {"x-match": "all", "a": 1},
            },
            {"source": "h", "destination": "e", "destination_type": "exchange"},
        ]
    )
    assert found == (Binding("", "q", "q"), Binding("h", "q", "", "a=1, x-match=all"))


def test_dead_letters_are_followed_through_their_exchange() -> None:
    queue = queue_numbers(QUEUE)
    assert queue is not None
    binding = Binding("celery.dead", "celery.dead", "celery.dead")
    assert Topology((queue,), (binding,)).dead_letter_queue("celery") == "celery.dead"
    assert Topology((queue,), ()).dead_letter_queue("celery") == ""
    assert Topology((queue,), ()).dead_letter_queue("other") == ""


def test_depths_that_are_asked_for_now_replace_those_of_five_seconds_ago() -> None:
    topology = Topology((QueueNumbers("a", 1, 2, 3, 4.0),), total=1)
    now = topology.with_depths({"a": (9, None), "b": (0, 1)})
    assert now.queues == (QueueNumbers("a", 9, 2, 3, 4.0), QueueNumbers("b", 0, None, 1))
    assert now.total == 2


@pytest.mark.parametrize(
    "name",
    [
        "celeryev.x",
        "launcher@h.celery.pidbox",
        "1.reply.celery.pidbox",
        "amq.gen-1",
        "launcher-flow.1",
    ],
)
def test_what_celery_and_this_page_make_for_themselves_is_not_drawn(name: str) -> None:
    assert internal(name)
    assert not internal("celery")


def test_of_ten_thousand_queues_the_seen_come_first_then_the_consumed_then_the_full() -> None:
    many = [QueueNumbers(f"q{n}", n, 0, 0) for n in range(10_000)]
    many += [QueueNumbers("seen", 0, 0, 0), QueueNumbers("consumed", 0, 0, 1)]
    names = [one.name for one in chosen(many, ["seen"])]
    assert names[:4] == ["seen", "consumed", "q9999", "q9998"]
    assert len(names) == MOST_QUEUES


# Chosen, not made up by recursion, which would take seconds.
ANY = st.sampled_from(
    [
        None,
        True,
        7,
        -1,
        1e400,
        float("nan"),
        "",
        "x",
        "\ud800",
        "\x1b[2J",
        b"\xff",
        [],
        ["a"],
        {"a": 1},
    ]
)


@given(
    st.dictionaries(st.sampled_from(list(QUEUE)), ANY),
    st.lists(
        st.dictionaries(
            st.sampled_from(["source", "destination", "destination_type", "arguments"]), ANY
        ),
        max_size=4,
    ),
)
def test_no_answer_breaks_anything(queue: dict[str, Any], bindings: list[dict[str, Any]]) -> None:
    queue_numbers(queue)
    bindings_of(bindings)
