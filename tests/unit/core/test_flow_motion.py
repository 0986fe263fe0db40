"""Dots: they skip nothing, come after the truth, and become a stream when there are too many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from launcher.core.explain import Tone
from launcher.core.flow_motion import LEG, LINGERS, MOST_DOTS, STREAM_FROM, Motion


def here(motion: Motion, name: str = "a") -> str:
    return next(dot.here for dot in motion.dots() if dot.id == name)


def test_a_dot_takes_its_time_for_each_leg() -> None:
    motion = Motion()
    motion.tell("a", ["p", "x"])
    motion.advance(LEG / 2)
    (dot,) = motion.dots()
    assert (dot.here, dot.there, dot.part) == ("p", "x", 0.5)
    motion.advance(LEG / 2)
    assert here(motion) == "x"
    assert not motion.moving


def test_a_dot_that_has_ended_stays_a_moment_in_its_tone_and_goes() -> None:
    motion = Motion()
    motion.tell("a", ["w", "s"])
    motion.end("a", Tone.DONE)
    motion.advance(LEG)
    assert motion.moving
    motion.advance(LINGERS / 2)
    assert [dot.tone for dot in motion.dots()] == [Tone.DONE]
    motion.advance(LINGERS)
    assert motion.dots() == []


def test_a_step_is_one_arrival() -> None:
    motion = Motion()
    motion.tell("a", ["p", "x", "q"])
    motion.tell("b", ["p"])
    motion.step()
    assert (here(motion, "a"), here(motion, "b")) == ("x", "p")
    motion.step()
    assert here(motion, "a") == "q"
    motion.step()
    assert len(motion) == 2


def test_dots_that_rest_at_one_node_have_a_place_each() -> None:
    motion = Motion()
    for name in "abc":
        motion.tell(name, ["q"])
    assert [dot.place for dot in motion.dots()] == [0, 1, 2]


def test_so_many_dots_and_no_more() -> None:
    motion = Motion()
    for number in range(MOST_DOTS + 5):
        motion.tell(str(number), ["p", "x"])
    assert len(motion) == MOST_DOTS
    assert motion.not_shown == 5


def test_a_stream_begins_above_one_rate_and_ends_below_a_lower_one() -> None:
    motion = Motion()
    assert not motion.set_rate(STREAM_FROM)
    assert motion.set_rate(STREAM_FROM + 1)
    motion.tell("a", ["p", "x"])
    assert len(motion) == 0
    assert not motion.set_rate(STREAM_FROM - 1)
    assert motion.stream
    assert motion.set_rate(0.0)
    assert not motion.stream


@given(
    nodes=st.lists(st.sampled_from("pxqws"), min_size=1, max_size=8),
    cuts=st.lists(st.integers(1, 3), max_size=5),
    frame=st.floats(0.005, LEG / 10),
)
def test_a_dot_is_at_every_node_it_was_told_in_order(
    nodes: list[str], cuts: list[int], frame: float
) -> None:
    motion = Motion()
    told, rest = nodes[: (cuts or [8])[0]], nodes[(cuts or [8])[0] :]
    motion.tell("a", told)
    visited = [here(motion)]
    # Frames are shorter than any leg, so that every node is seen.
    for number in range(round(8 * LEG / frame) + 5):
        if rest and number == 3:
            motion.tell("a", rest)
        motion.advance(frame)
        at = here(motion)
        if at != visited[-1]:
            visited.append(at)
    expected = [nodes[0]]
    for node in nodes[1:]:
        if node != expected[-1]:
            expected.append(node)
    assert visited == expected
