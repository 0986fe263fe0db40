"""What a lesson is: words, a live action, a question about it, code to read, commands by hand.

Types alone; the lessons are in `lessons_course`. A question that is answered before its action has
run is a prediction: then the run decides which choice is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from launcher.core.lab import Lab


class Action(Enum):
    """What a lesson does with the running services; `launcher.learn` carries it out."""

    RESPONSES = "responses"
    WAITING = "waiting"
    ROUTING = "routing"
    ACKNOWLEDGING = "acknowledging"
    SHARING = "sharing"
    TOGETHER = "together"
    SCHEDULE = "schedule"
    RETRY = "retry"
    MONITORS = "monitors"
    MORE_WORKERS = "more workers"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer; `why` is said of it once the run has shown what is true."""

    key: str
    words: str
    why: str


@dataclass(frozen=True, slots=True)
class Check:
    """A question with its choices. The run names the `key` of the one that came true."""

    question: str
    choices: tuple[Choice, ...]

    def choice(self, key: str) -> Choice | None:
        """The choice of that key, None when there is none."""
        return next((each for each in self.choices if each.key == key), None)


@dataclass(frozen=True, slots=True)
class CodePlace:
    """Where this project does it: a file below the folder of the packages, and what in it.

    `symbol` is a function, a class, a method as `Class.method`, or a name that is assigned.
    """

    path: str
    symbol: str
    words: str


@dataclass(frozen=True, slots=True)
class ByHand:
    """One command of a terminal, and what it shows."""

    command: str
    words: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson. `id` is kept in the progress, so it never changes.

    `seconds` is about how long the action takes; `services` are those that it needs, by name.
    `lab` goes on with it in the Exchange lab.
    """

    id: str
    title: str
    words: tuple[str, ...]
    check: Check
    action: Action
    button: str
    seconds: int
    code: tuple[CodePlace, ...]
    by_hand: tuple[ByHand, ...]
    services: tuple[str, ...]
    needs_rabbitmq: bool = False
    lab: Lab | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that a run showed. `seconds` is drawn as a bar beside those of the other rows."""

    label: str
    words: str
    seconds: float | None = None
