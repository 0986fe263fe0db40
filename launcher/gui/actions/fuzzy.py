"""How well what was typed fits a text: its letters in order, words and beginnings first; pure."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")


def score(query: str, text: str) -> float | None:
    """How well all words of `query` fit, more is better; None when one of them does not."""
    total = 0.0
    for word in query.casefold().split():
        found = _word_score(word, text.casefold())
        if found is None:
            return None
        total += found
    # Among equals the shorter text is more of what was typed.
    return total - len(text) / 1_000


def _word_score(word: str, text: str) -> float | None:
    starts = {match.start() for match in _WORD.finditer(text)}
    at = text.find(word)
    while at >= 0:
        if at in starts:
            return 10.0 * len(word)
        at = text.find(word, at + 1)
    if word in text:
        return 6.0 * len(word)
    return _scattered(word, text, starts)


def _scattered(word: str, text: str, starts: set[int]) -> float | None:
    """Letters in order, each at once after the one before or at the beginning of a word."""
    reached: dict[int, float] = {-1: 0.0}
    for letter in word:
        following: dict[int, float] = {}
        for place, known in reached.items():
            for at in ({place + 1} if place >= 0 else set()) | {s for s in starts if s > place}:
                if at < len(text) and text[at] == letter:
                    value = known + (3.0 if at in starts else 2.0)
                    following[at] = max(following.get(at, 0.0), value)
        if not following:
            return None
        reached = following
    return max(reached.values())
