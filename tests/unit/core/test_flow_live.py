"""The whole of it: what is told becomes a picture with dots in it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from launcher.core.explain import Tone
from launcher.core.flow_live import MAIL_PATIENCE, Flow
from launcher.core.flow_picture import Column
from launcher.core.flow_topology import Binding, QueueNumbers, Topology

NOW = 1_800_000_000.0
WORKER = "w@here"
TOPOLOGY = Topology(
    (
        QueueNumbers("celery", 0, 0, 1, dead_letters_to=("dead", "dead")),
        QueueNumbers("dead", 0, 0, 0),
    ),
    (Binding("dead", "dead", "dead"),),
    (("dead", "direct"),),
    2,
)


def event(kind: str, message_id: str = "mail-7-1", **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": f"task-{kind}" if "-" not in kind else kind,
        "uuid": message_id,
        "hostname": "gen9@here" if kind == "sent" else WORKER,
        "pid": 9 if kind == "sent" else 10,
        "at": NOW,
        "local_received": NOW,
        **more,
    }
    if kind == "sent":
        told |= {"queue": "celery", "exchange": "", "routing_key": "celery", "name": "t"}
    return told


def flow(*events: dict[str, Any], topology: Topology = TOPOLOGY) -> Flow:
    made = Flow()
    made.titles = {9: "Django"}
    made.see(topology, {}, {})
    made.take([event("worker-heartbeat"), *events], NOW)
    return made


def at(made: Flow, message_id: str = "mail-7-1") -> str:
    made.motion.advance(30)
    return next((dot.here for dot in made.motion.dots() if dot.id == message_id), "gone")


def test_publishers_are_called_as_the_service_is() -> None:
    made = flow(event("sent"))
    assert [node.title for node in made.picture.column(Column.PRODUCERS)] == ["Django"]
    assert at(made) == "q:celery"


def test_a_mail_is_at_smtp_when_the_outbox_says_so_and_not_before() -> None:
    made = flow(event("sent"), event("received"), event("started"), event("succeeded"))
    assert at(made) == "w:w@here"
    made.mails({7: "SENDING"}, NOW)
    assert at(made) == "w:w@here"
    made.mails({7: "DELIVERED"}, NOW)
    made.motion.step()
    assert [(dot.here, dot.tone) for dot in made.motion.dots()] == [("s:", Tone.DONE)]


def test_a_mail_whose_state_cannot_be_learnt_is_not_waited_for_for_ever() -> None:
    made = flow(event("sent"), event("received"), event("succeeded"))
    made.mails({}, NOW + 1)
    assert made.pending_mails == [7]
    made.mails({}, NOW + MAIL_PATIENCE + 1)
    assert made.pending_mails == []
    assert at(made) == "gone"


def test_a_task_that_is_no_mail_ends_at_its_worker() -> None:
    made = flow(event("sent", "t"), event("received", "t"), event("failed", "t"))
    made.motion.advance(2.0)
    assert [dot.tone for dot in made.motion.dots()] == [Tone.FAILED]
    assert made.picture.node("s:") is not None


def test_a_rejected_message_goes_to_the_dead_letters() -> None:
    made = flow(event("sent", "t"), event("received", "t"), event("rejected", "t"))
    for _ in range(4):
        made.motion.step()
    assert made.motion.dots()[0].here == "q:dead"


def test_a_worker_that_died_gives_its_messages_back() -> None:
    made = flow(event("sent"), event("received"), event("started"))
    made.take([event("worker-online", at=NOW + 5, local_received=NOW + 5)], NOW + 5)
    assert at(made) == "q:celery"
    made.take([event("received")], NOW + 6)
    assert at(made) == "w:w@here"


def test_a_worker_that_says_goodbye_is_drawn_no_more() -> None:
    made = flow(event("sent"), event("received"))
    made.take([event("worker-offline")], NOW + 1)
    assert made.picture.column(Column.WORKERS) == []


def test_a_message_that_was_purged_goes_once_its_queue_is_empty() -> None:
    made = flow(event("sent"))
    assert at(made) == "q:celery"
    made.pass_time(NOW + 20)
    assert at(made) == "gone"


def test_a_message_waits_for_as_long_as_its_queue_holds_something() -> None:
    full = Topology((QueueNumbers("celery", 3, 0, 0),), (), (), 1)
    made = flow(event("sent"), topology=full)
    made.pass_time(NOW + 20)
    assert at(made) == "q:celery"


def test_bindings_are_ways_with_their_keys() -> None:
    topology = Topology(
        (QueueNumbers("a"), QueueNumbers("b")),
        (Binding("logs", "a", "*.error"), Binding("logs", "b", "#"), Binding("h", "b", "", "x=1")),
        (("logs", "topic"), ("h", "headers")),
        2,
    )
    made = flow(topology=topology)
    assert {(edge.here, edge.there, edge.words) for edge in made.picture.edges} == {
        ("x:logs", "q:a", "*.error"),
        ("x:logs", "q:b", "#"),
        ("x:h", "q:b", "x=1"),
        ("w:w@here", "s:", ""),
    }
    assert "topic exchange" in {node.words for node in made.picture.nodes}


def test_a_publisher_that_tells_nothing_is_known_by_the_copy_of_its_message() -> None:
    made = flow(event("received", "t"))
    copy = {**event("sent", "t"), "pid": 9}
    del copy["at"]
    made.take_copies([copy, {**copy, "uuid": "raw", "hostname": "others", "pid": None}], NOW)
    ways = {(edge.here, edge.there) for edge in made.picture.edges}
    assert {("p:Django", "x:"), ("p:others", "x:"), ("x:", "q:celery")} <= ways
    assert at(made, "t") == "w:w@here"
    assert at(made, "raw") == "q:celery"


def test_a_copy_of_what_an_event_told_changes_nothing() -> None:
    made = flow(event("sent"))
    made.take_copies([{**event("sent"), "hostname": "others", "pid": None}], NOW)
    assert [node.title for node in made.picture.column(Column.PRODUCERS)] == ["Django"]


KINDS = ("sent", "received", "started", "succeeded", "failed", "retried", "rejected", "revoked")


@given(
    st.lists(
        st.tuples(
            st.sampled_from([*KINDS, "worker-online", "worker-offline", "worker-heartbeat"]),
            st.sampled_from([*(f"mail-{n}-1" for n in range(8)), "t"]),
            st.sampled_from([0.0, 0.1, 0.7, 2.0]),
        ),
        max_size=60,
    )
)
def test_whatever_is_told_dots_stand_at_nodes_that_were_drawn(
    given_: list[tuple[str, str, float]],
) -> None:
    made = flow()
    known = {node.key for node in made.picture.nodes}
    now = NOW
    for kind, message_id, later in given_:
        now += later
        made.take([event(kind, message_id, at=now, local_received=now)], now)
        made.motion.advance(later)
        made.pass_time(now)
        known |= {node.key for node in made.picture.nodes}
        for dot in made.motion.dots():
            assert {dot.here, dot.there} <= known
            assert 0 <= dot.part <= 1
    made.mails(dict.fromkeys(range(8), "DELIVERED"), now)
    assert made.pending_mails == []
