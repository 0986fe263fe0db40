"""From messages that moved to dots that are seen to move: the picture's own time, pure.

A mail is through in milliseconds, so a dot is given a fixed time for each leg of its way and comes
after the truth; it skips nothing. Where nodes stand is left to whoever draws. When more comes than
an eye can follow, no more dots are made and the ways are drawn as streams.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from launcher.core.explain import Tone

LEG = 0.5
"""Seconds of the picture's time for one leg, when nothing waits behind it."""
_APART = 0.16
"""Of a leg, between dots that come at once."""
_LONGEST_LINE = 3.0
LINGERS = 0.9
"""Seconds that a dot stays at the end of its way."""
MOST_DOTS = 80
STREAM_FROM, STREAM_UNTIL = 25.0, 12.0
"""New messages a second from which on the ways are streams, and below which they are dots again."""


class DotAt(NamedTuple):
    """Where a dot is: `part` of the way from one node to the next; both are one while it rests."""

    id: str
    here: str
    there: str
    part: float
    tone: Tone
    place: int
    """Its number among the dots that rest at the same node, from 0."""


@dataclass(slots=True)
class _Dot:
    way: list[str]
    """Nodes from the one it is at to the last that is known."""
    tone: Tone = Tone.WORKING
    part: float = 0.0
    final: bool = False
    final_tone: Tone = Tone.WORKING
    lingered: float = 0.0


class Motion:
    """All dots. Seconds given to it are of the picture, slow or fast as it is shown."""

    def __init__(self) -> None:
        self._dots: OrderedDict[str, _Dot] = OrderedDict()
        self._stream = False
        self.not_shown = 0
        """Messages that got no dot since the last `clear`."""

    @property
    def stream(self) -> bool:
        """Whether the ways are to be drawn as streams."""
        return self._stream

    def set_rate(self, new_a_second: float) -> bool:
        """Say how many messages come; whether dots became a stream or the other way round."""
        before = self._stream
        self._stream = new_a_second > (STREAM_UNTIL if before else STREAM_FROM)
        return self._stream is not before

    def tell(self, message_id: str, nodes: Sequence[str], tone: Tone = Tone.WORKING) -> None:
        """Have a dot go on through these nodes; a new one begins at the first.

        A dot that was not made, for there are too many, is made at no later node either.
        """
        dot = self._dots.get(message_id)
        if dot is None:
            if not nodes:
                return
            if self._stream or len(self._dots) >= MOST_DOTS:
                self.not_shown += 1
                return
            self._dots[message_id] = _Dot(list(nodes), tone, self._behind(nodes[0]))
            return
        dot.final = False
        dot.tone, dot.lingered = tone, 0.0
        for node in nodes:
            if dot.way[-1] != node:
                dot.way.append(node)

    def _behind(self, node: str) -> float:
        """Where on its first leg a dot begins: those that come at once go one behind the other."""
        parts = [dot.part for dot in self._dots.values() if dot.way[0] == node and len(dot.way) > 1]
        return max(-_LONGEST_LINE, min(0.0, min(parts, default=1.0) - _APART))

    def end(self, message_id: str, tone: Tone) -> None:
        """Have a dot go once it has reached the last node, in this tone from there on."""
        dot = self._dots.get(message_id)
        if dot is not None:
            dot.final, dot.final_tone = True, tone

    def forget(self, message_id: str) -> None:
        """Take a dot away at once."""
        self._dots.pop(message_id, None)

    def clear(self) -> None:
        """Take all away."""
        self._dots.clear()
        self.not_shown = 0

    @property
    def moving(self) -> bool:
        """Whether time changes anything."""
        return any(len(dot.way) > 1 or dot.final for dot in self._dots.values())

    def __len__(self) -> int:
        return len(self._dots)

    def __contains__(self, message_id: str) -> bool:
        return message_id in self._dots

    def advance(self, seconds: float) -> None:
        """Let the picture's time pass."""
        gone = []
        for message_id, dot in self._dots.items():
            left = seconds
            while left > 0 and len(dot.way) > 1:
                leg = _leg(dot)
                needed = (1 - dot.part) * leg
                if left < needed:
                    dot.part += left / leg
                    left = 0
                else:
                    left -= needed
                    _arrive(dot)
            if len(dot.way) == 1 and dot.final:
                dot.tone = dot.final_tone
                dot.lingered += left
                if dot.lingered >= LINGERS:
                    gone.append(message_id)
        for message_id in gone:
            del self._dots[message_id]

    def step(self) -> None:
        """Go on until the next dot arrives somewhere, or one that has ended goes."""
        waits = [
            (1 - dot.part) * _leg(dot) if len(dot.way) > 1 else LINGERS - dot.lingered
            for dot in self._dots.values()
            if len(dot.way) > 1 or dot.final
        ]
        if waits:
            self.advance(max(0.0, min(waits)) + 1e-6)

    def dots(self) -> list[DotAt]:
        """All, in the order in which they came."""
        found, resting = [], dict[str, int]()
        for message_id, dot in self._dots.items():
            here = dot.way[0]
            there = dot.way[1] if len(dot.way) > 1 else here
            place = 0
            if here == there:
                place = resting.get(here, 0)
                resting[here] = place + 1
            found.append(DotAt(message_id, here, there, max(0.0, dot.part), dot.tone, place))
        return found


def _leg(dot: _Dot) -> float:
    """Seconds for the leg it is on: shorter the more legs wait behind, so that it catches up."""
    return LEG / max(1.0, (len(dot.way) - 1) / 2)


def _arrive(dot: _Dot) -> None:
    del dot.way[0]
    dot.part = 0.0
