"""Makes a lab's exchange, queues and bindings on its channel, and changes only what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from launcher.core.lab import EXCHANGE, Lab, LabBinding, LabQueue
from launcher.core.matching import ExchangeKind

_NOTHING = Lab(exchange=ExchangeKind.DEFAULT)
_Wire = tuple[str, str, frozenset[tuple[str, type, Any]]]
"""A binding as RabbitMQ tells it from others: by queue, key and arguments with their kinds."""


class LabTopology:
    """What of a lab stands on the broker. Its methods raise what amqp raises."""

    def __init__(self) -> None:
        self._stands = _NOTHING
        self._doubtful = False

    @property
    def queues(self) -> tuple[str, ...]:
        """The names of the queues that stand there."""
        return tuple(queue.name for queue in self._stands.queues)

    def apply(self, channel: Any, lab: Lab) -> list[str]:
        """Bring the broker to what `lab` says; after an error, the next call makes all anew.

        Returns the queues that had to be made anew, and so lost what waited in them: RabbitMQ lets
        no one change the time to live or the dead letters of a queue that stands.
        """
        if self._doubtful:
            self._clear(channel, lab)
        self._doubtful = True
        self._make_exchange(channel, lab)
        before = self._stands.queues
        kept = {queue.name for queue in lab.queues if queue in before}
        known = {queue.name for queue in before}
        for name in known - kept:
            channel.queue_delete(name)
        for queue in lab.queues:
            if queue.name not in kept:
                # Durable: from RabbitMQ 4.3 on nobody may make another that is not exclusive.
                channel.queue_declare(
                    queue.name, durable=True, auto_delete=False, arguments=_arguments(queue)
                )
        self._bind(channel, lab, kept)
        self._stands = lab
        self._doubtful = False
        return [queue.name for queue in lab.queues if queue.name in known - kept]

    def _make_exchange(self, channel: Any, lab: Lab) -> None:
        if self._stands.exchange is lab.exchange:
            return
        if self._stands.exchange is not ExchangeKind.DEFAULT:
            channel.exchange_delete(EXCHANGE)
        if lab.exchange is not ExchangeKind.DEFAULT:
            channel.exchange_declare(EXCHANGE, lab.exchange.value, durable=True, auto_delete=False)

    def _bind(self, channel: Any, lab: Lab, kept: set[str]) -> None:
        if lab.exchange is ExchangeKind.DEFAULT:
            return
        bound: dict[_Wire, LabBinding] = {}
        if self._stands.exchange is lab.exchange:
            bound = {
                _wire(each, lab.exchange): each
                for each in self._stands.bindings
                if each.queue in kept
            }
        wanted = {_wire(each, lab.exchange): each for each in lab.bindings}
        for wire, binding in bound.items():
            if wire not in wanted:
                key, arguments = _where(binding, lab.exchange)
                channel.queue_unbind(binding.queue, EXCHANGE, key, arguments=arguments)
        for wire, binding in wanted.items():
            if wire not in bound:
                key, arguments = _where(binding, lab.exchange)
                channel.queue_bind(binding.queue, EXCHANGE, key, arguments=arguments)

    def _clear(self, channel: Any, lab: Lab) -> None:
        channel.exchange_delete(EXCHANGE)
        for name in {*self.queues, *(queue.name for queue in lab.queues)}:
            channel.queue_delete(name)
        self._stands = _NOTHING


def _where(binding: LabBinding, kind: ExchangeKind) -> tuple[str, dict[str, Any]]:
    """A binding's key and arguments, as far as this kind of exchange reads them."""
    if kind is ExchangeKind.HEADERS:
        return "", {**dict(binding.arguments), "x-match": binding.match.value}
    return binding.key, {}


def _wire(binding: LabBinding, kind: ExchangeKind) -> _Wire:
    key, arguments = _where(binding, kind)
    # In Python 1 == 1.0 == True, on the wire they are three kinds.
    kinds = frozenset((name, type(value), value) for name, value in arguments.items())
    return binding.queue, key, kinds


def _arguments(queue: LabQueue) -> Mapping[str, Any]:
    made: dict[str, Any] = {}
    if queue.ttl is not None:
        made["x-message-ttl"] = queue.ttl
    if queue.dead_letters_to:
        made["x-dead-letter-exchange"] = ""
        made["x-dead-letter-routing-key"] = queue.dead_letters_to
    return made
