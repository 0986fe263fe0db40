"""Where messages are, as events tell it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.core.flow_messages import Messages, Place

Event = dict[str, Any]


def event(kind: str, message_id: str = "a", **more: Any) -> Event:
    host = "gen1@here" if kind == "sent" else "w@here"
    return {"type": f"task-{kind}", "uuid": message_id, "hostname": host, "at": 1.0, **more}


def sent(message_id: str = "a", **more: Any) -> Event:
    told = {"name": "t", "queue": "celery", "exchange": "", "routing_key": "celery"}
    return event("sent", message_id, **told, **more)


def take(messages: Messages, *events: Event) -> list[bool]:
    found = [messages.take(one) for one in events]
    return [one is not None and one[1] for one in found]


def test_a_message_goes_from_its_queue_through_a_worker_to_its_end() -> None:
    messages = Messages()
    assert all(take(messages, sent(), event("received"), event("started"), event("succeeded")))
    message = messages.get("a")
    assert message is not None
    assert (message.queue, message.worker, message.end) == ("celery", "w@here", "succeeded")
    assert [step.word for step in message.steps] == ["sent", "received", "started", "succeeded"]


def test_the_publishers_word_may_come_last_and_moves_nothing_back() -> None:
    messages = Messages()
    assert take(messages, event("received"), event("started"), sent()) == [True, True, False]
    message = messages.get("a")
    assert message is not None
    assert message.place is Place.RUNNING
    assert message.queue == "celery"


def test_a_retry_goes_the_way_once_more() -> None:
    messages = Messages()
    moved = take(
        messages,
        *(sent(), event("received"), event("started"), event("retried", exception="Busy()")),
        *(sent(), event("received"), event("started"), event("failed", traceback="Traceback …")),
    )
    assert all(moved)
    message = messages.get("a")
    assert message is not None
    assert (message.attempt, message.end, message.error) == (1, "failed", "Traceback …")


def test_the_same_mail_woken_twice_is_seen_twice() -> None:
    messages = Messages()
    take(messages, sent(), event("received"), event("succeeded"))
    assert take(messages, sent(), event("received")) == [True, True]


def test_what_a_dead_worker_held_is_in_its_queue_again() -> None:
    messages = Messages()
    take(messages, sent("a"), event("received", "a"), event("started", "a"))
    take(messages, sent("b"), event("received", "b"), event("succeeded", "b"))
    assert [one.id for one in messages.give_back("w@here", 2.0)] == ["a"]
    assert take(messages, event("received", "a")) == [True]


def test_a_wake_up_names_its_mail() -> None:
    messages = Messages()
    take(messages, sent("mail-12-3"), sent("bulk-12-25-1"), sent("mail-x-1"))
    assert [one.mail for one in messages.newest(9)] == [None, None, 12]


def test_the_oldest_are_forgotten() -> None:
    messages = Messages(most=3)
    take(messages, *(sent(str(number)) for number in range(5)))
    assert [one.id for one in messages.newest(9)] == ["4", "3", "2"]
    assert len(messages) == 3


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"type": 7, "uuid": "a"},
        {"type": "task-sent"},
        {"type": "task-sent", "uuid": ["a"]},
        {"type": "task-dreamt-of", "uuid": "a"},
        {"type": "worker-heartbeat", "uuid": "a"},
    ],
)
def test_what_is_no_event_of_a_message_is_none(told: Event) -> None:
    assert Messages().take(told) is None


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
FIELDS = ("hostname", "queue", "exchange", "name", "args", "runtime", "pid")
KINDS = ("sent", "received", "started", "succeeded", "failed", "retried", "revoked", "rejected")


@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.sampled_from([f"task-{kind}" for kind in KINDS])},
            optional={
                "uuid": st.sampled_from("abc") | ANY,
                **dict.fromkeys(
                    ("hostname", "queue", "exchange", "name", "args", "runtime", "pid"), ANY
                ),
            },
        ),
        max_size=12,
    )
)
def test_whatever_is_told_nothing_breaks_and_places_and_ends_agree(events: list[Event]) -> None:
    messages = Messages(most=2)
    for told in events:
        messages.take(told)
    assert len(messages) <= 2
    for message in messages.newest(9):
        assert (message.place is Place.ENDED) == bool(message.end)
        assert len(message.steps) <= 64
