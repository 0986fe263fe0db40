"""Which queues of a lab a message reaches, and why, decided without a broker."""

from __future__ import annotations

from dataclasses import dataclass

from launcher.core.lab import Lab, LabBinding, LabMessage
from launcher.core.matching import (
    ExchangeKind,
    Match,
    match_default,
    match_direct,
    match_fanout,
    match_headers,
    match_topic,
)


@dataclass(frozen=True, slots=True)
class Route:
    """One queue: whether it gets the message, and each of its bindings with its answer.

    On the default exchange there is one answer without a binding.
    """

    queue: str
    answers: tuple[tuple[LabBinding | None, Match], ...]

    @property
    def arrives(self) -> bool:
        """One matching binding is enough, and several make no second copy."""
        return any(match.matches for _, match in self.answers)

    @property
    def why(self) -> str:
        """In one or two sentences."""
        if not self.answers:
            return "Nothing is bound to this queue."
        matching = [match for _, match in self.answers if match.matches]
        if len(matching) > 1:
            return f"{matching[0].why} {len(matching)} bindings match; it is one copy all the same."
        if matching:
            return matching[0].why
        if len(self.answers) > 1:
            return f"None of {len(self.answers)} bindings matches. {self.answers[0][1].why}"
        return self.answers[0][1].why


def predict(lab: Lab, message: LabMessage) -> tuple[Route, ...]:
    """One route a queue, in the lab's order."""
    return tuple(
        Route(queue.name, tuple(_answers(lab, queue.name, message))) for queue in lab.queues
    )


def answer(kind: ExchangeKind, binding: LabBinding, message: LabMessage) -> Match:
    """What an exchange of this kind says of one binding."""
    match kind:
        case ExchangeKind.FANOUT:
            return match_fanout()
        case ExchangeKind.DIRECT:
            return match_direct(binding.key, message.key)
        case ExchangeKind.TOPIC:
            return match_topic(binding.key, message.key)
        case ExchangeKind.HEADERS:
            return match_headers(dict(binding.arguments), binding.match, dict(message.headers))
        case ExchangeKind.DEFAULT:
            return match_default(binding.queue, message.key)


def _answers(lab: Lab, queue: str, message: LabMessage) -> list[tuple[LabBinding | None, Match]]:
    if lab.exchange is ExchangeKind.DEFAULT:
        return [(None, match_default(queue, message.key))]
    return [(each, answer(lab.exchange, each, message)) for each in lab.bindings_of(queue)]
