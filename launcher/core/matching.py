"""Which messages a binding lets through, decided as RabbitMQ decides it, and why, word by word.

The rules are those of RabbitMQ's own exchanges (`rabbit_exchange_type_*.erl`; described in
https://www.rabbitmq.com/tutorials/amqp-concepts); tests compare every answer with a real broker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

HeaderValue = str | int | float | bool | None
"""Of a message's header or a binding's argument. None is AMQP's "void"."""
Headers = Mapping[str, HeaderValue]


NO_WORD = "no word"
EMPTY_WORD = "an empty word"
"""What stands between two dots that follow each other, before the first, after the last."""
_WILD = ("*", "#")
_MOST_TOLD = 3
"""Wildcards that a sentence explains; the parts show all."""
_LONGEST_QUOTE = 60


class ExchangeKind(StrEnum):
    """The exchange types of AMQP 0-9-1; DEFAULT is the direct exchange without a name."""

    DEFAULT = "default"
    DIRECT = "direct"
    FANOUT = "fanout"
    TOPIC = "topic"
    HEADERS = "headers"


class HeaderMatch(StrEnum):
    """A binding's `x-match`; without "-with-x" headers that begin with "x-" are left aside."""

    ALL = "all"
    ANY = "any"
    ALL_WITH_X = "all-with-x"
    ANY_WITH_X = "any-with-x"

    @property
    def wants_all(self) -> bool:
        """Whether every argument must fit."""
        return self in (HeaderMatch.ALL, HeaderMatch.ALL_WITH_X)

    @property
    def with_x(self) -> bool:
        """Whether headers that begin with "x-" count."""
        return self in (HeaderMatch.ALL_WITH_X, HeaderMatch.ANY_WITH_X)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a comparison: what the binding wants there, and what the message has."""

    wanted: str
    found: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a binding lets a message through, why in one sentence, and piece by piece."""

    matches: bool
    why: str
    parts: tuple[Part, ...] = ()


def _yes(why: str, *parts: Part) -> Match:
    return Match(matches=True, why=why, parts=parts)


def _no(why: str, *parts: Part) -> Match:
    return Match(matches=False, why=why, parts=parts)


def match_fanout() -> Match:
    """A fanout exchange looks at nothing."""
    return _yes("A fanout exchange gives every queue bound to it a copy.")


def match_direct(binding_key: str, routing_key: str) -> Match:
    """A direct exchange compares the whole key, letter by letter."""
    part = Part(binding_key, routing_key, binding_key == routing_key)
    if part.fits:
        return _yes(f"The routing key equals the binding key {_quoted(binding_key)}.", part)
    why = f"The routing key {_quoted(routing_key)} is not {_quoted(binding_key)}."
    if binding_key.casefold() == routing_key.casefold():
        why += " Capital letters count."
    elif "*" in binding_key or "#" in binding_key:
        why += " On a direct exchange * and # are plain letters."
    return _no(why, part)


def match_default(queue: str, routing_key: str) -> Match:
    """The default exchange: every queue is bound to it by its own name."""
    part = Part(queue, routing_key, queue == routing_key)
    if part.fits:
        return _yes("The routing key is the queue's name.", part)
    return _no(f"The routing key {_quoted(routing_key)} is not this queue's name.", part)


def topic_words(key: str) -> tuple[str, ...]:
    """A key's words: what stands between its dots. The empty key has none, "a." has two."""
    return tuple(key.split(".")) if key else ()


def match_topic(binding_key: str, routing_key: str) -> Match:
    """A topic exchange: `*` stands for exactly one word, `#` for any number of words, also none.

    Takes time in proportion to the product of both numbers of words.
    """
    pattern, words = topic_words(binding_key), topic_words(routing_key)
    reached = _reached(pattern, words)
    if reached[-1][len(words)]:
        return _topic_match(pattern, words, reached)
    return _topic_refusal(pattern, words, reached)


def match_headers(arguments: Headers, match: HeaderMatch, headers: Headers) -> Match:
    """A headers exchange compares arguments with headers; the routing key plays no part.

    A void argument is satisfied by any value. Text, numbers and true or false are never equal to
    each other; numbers are compared by their value, so 1 equals 1.0.
    """
    asked = {
        name: value
        for name, value in arguments.items()
        if name != "x-match" and (match.with_x or not name.startswith("x-"))
    }
    parts = tuple(_header_part(name, value, headers) for name, value in sorted(asked.items()))
    fitting = sum(part.fits for part in parts)
    if match.wants_all:
        matches, why = _all_of(parts, fitting)
    else:
        matches, why = _any_of(parts, fitting)
    if not match.with_x and any(name.startswith("x-") for name in arguments if name != "x-match"):
        why += f" Arguments that begin with x- are left aside by {match.value}."
    return Match(matches, why, parts)


def shown_value(value: HeaderValue) -> str:
    """A header's value as it is written in the lab: text in quotes, void as "any value"."""
    match value:
        case None:
            return "any value"
        case bool():
            return "true" if value else "false"
        case str():
            return _quoted(value)
        case _:
            return repr(value)


# -- topics ------------------------------------------------------------------------------------


def _reached(pattern: Sequence[str], words: Sequence[str]) -> list[list[bool]]:
    """`reached[i][j]`: the first i words of the pattern can take exactly the first j words."""
    row = [True] + [False] * len(words)
    reached = [row]
    for wanted in pattern:
        if wanted == "#":
            begun = row.index(True) if True in row else len(row)
            row = [j >= begun for j in range(len(words) + 1)]
        else:
            row = [False] + [row[j] and wanted in ("*", word) for j, word in enumerate(words)]
        reached.append(row)
    return reached


def _topic_match(pattern: Sequence[str], words: Sequence[str], reached: list[list[bool]]) -> Match:
    if not pattern:
        return _yes("The binding key is empty, and so is the routing key.")
    parts = _taken(pattern, words, reached)
    if all(part.wanted not in _WILD for part in parts):
        return _yes("Every word is the same.", *parts)
    if [part.wanted for part in parts] == ["#"]:
        return _yes("# alone takes every routing key.", *parts)
    wild = list(
        dict.fromkeys(
            f"{part.wanted} stands for {_quoted(part.found)}"
            for part in parts
            if part.wanted in _WILD
        )
    )
    more = f" and {len(wild) - _MOST_TOLD} more" if len(wild) > _MOST_TOLD else ""
    return _yes(f"Every word fits: {', '.join(wild[:_MOST_TOLD])}{more}.", *parts)


def _taken(pattern: Sequence[str], words: Sequence[str], reached: list[list[bool]]) -> list[Part]:
    """Which words each word of the pattern takes; each # as few as it can, from the end on."""
    parts: list[Part] = []
    end = len(words)
    for number in range(len(pattern), 0, -1):
        begin = end - 1
        if pattern[number - 1] == "#":
            begin = next(j for j in range(end, -1, -1) if reached[number - 1][j])
        parts.append(Part(_shown(pattern[number - 1]), _shown(*words[begin:end]), fits=True))
        end = begin
    return parts[::-1]


def _topic_refusal(
    pattern: Sequence[str], words: Sequence[str], reached: list[list[bool]]
) -> Match:
    """Told at the first word of the pattern that nothing fits."""
    depth = max(i for i, row in enumerate(reached) if any(row))
    places = [j for j, fits in enumerate(reached[depth]) if fits]
    place = places[-1] if depth == len(pattern) else places[0]
    parts = _taken(pattern[:depth], words[:place], reached)
    rest = _shown(*words[place:])
    if depth == len(pattern):
        why = f"The binding key ends, but {_quoted(rest)} is left over."
        return _no(why, *parts, Part(NO_WORD, rest, fits=False))
    wanted = _shown(pattern[depth])
    failing = Part(wanted, rest, fits=False)
    if "#" in pattern[:depth] and wanted != "*":
        since = depth - pattern[:depth][::-1].index("#")
        piece = _shown(*pattern[since : depth + 1])
        return _no(f"Nowhere after the # comes {_quoted(piece)}.", *parts, failing)
    if place == len(words):
        ends = "The routing key ends" if words else "The routing key is empty"
        more = "one more word (*)" if wanted == "*" else _quoted(wanted)
        return _no(f"{ends} where the binding wants {more}.", *parts, failing)
    found = _shown(words[place])
    why = f"Word {place + 1} is {_quoted(found)}, the binding wants {_quoted(wanted)}."
    return _no(why, *parts, Part(wanted, found, fits=False))


def _shown(*words: str) -> str:
    """Words as one piece of a key; none of them, and one of no letters, have names."""
    if not words:
        return NO_WORD
    return EMPTY_WORD if words == ("",) else ".".join(words)


# -- headers -----------------------------------------------------------------------------------


def _header_part(name: str, wanted: HeaderValue, headers: Headers) -> Part:
    wants = f"{name} = {shown_value(wanted)}" if wanted is not None else f"{name}: any value"
    if name not in headers:
        return Part(wants, f"no {name}", fits=False)
    found = headers[name]
    has = f"{name} = {shown_value(found) if found is not None else 'void'}"
    return Part(wants, has, wanted is None or _same(wanted, found))


def _same(wanted: HeaderValue, found: HeaderValue) -> bool:
    """Kind and value, as Erlang compares them; in Python True == 1 besides."""
    return _kind(wanted) is _kind(found) and wanted == found


def _kind(value: HeaderValue) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _all_of(parts: Sequence[Part], fitting: int) -> tuple[bool, str]:
    if not parts:
        return True, "Nothing is asked for, so all of it is there: every message fits."
    if fitting == len(parts):
        return True, "All headers fit." if len(parts) > 1 else "The header fits."
    first = next(part for part in parts if not part.fits)
    return False, f"All must fit: the binding wants {first.wanted}, the message has {first.found}."


def _any_of(parts: Sequence[Part], fitting: int) -> tuple[bool, str]:
    if not parts:
        return False, "One of nothing can never be there: no message fits."
    if fitting:
        first = next(part for part in parts if part.fits)
        return True, f"One is enough: the message has {first.found}."
    return False, "One would be enough, but none of the headers fits."


def _quoted(text: str) -> str:
    if text in (NO_WORD, EMPTY_WORD):
        return text
    short = text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"
    return f"“{short}”"
