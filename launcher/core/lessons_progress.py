"""How far somebody is with the lessons, and how that is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

LARGEST = 16_384
"""Bytes; a file of more was not written by us."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The lessons that are done, and the one that was open last; both by id."""

    done: frozenset[str] = frozenset()
    last: str = ""

    def with_done(self, lesson: str) -> Progress:
        """Once that lesson is done as well."""
        return Progress(self.done | {lesson}, self.last)

    def opened(self, lesson: str) -> Progress:
        """Once that lesson was opened."""
        return Progress(self.done, lesson)


def written(progress: Progress, order: Iterable[str]) -> str:
    """Progress as readable JSON, the lessons in their order."""
    done = [each for each in order if each in progress.done]
    return json.dumps({"done": done, "last": progress.last}, indent=1) + "\n"


def read(text: str, known: Iterable[str]) -> Progress:
    """Progress from its text. What makes no sense, or names no lesson, counts as not there."""
    lessons = frozenset(known)
    try:
        found = json.loads(text) if len(text) <= LARGEST else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Progress()
    done, last = found.get("done"), found.get("last")
    named = {each for each in done if isinstance(each, str)} if isinstance(done, list) else set()
    return Progress(lessons & named, last if isinstance(last, str) and last in lessons else "")
