"""What every row of faults gets, and how a fault is repeated on one running stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from launcher.settings import POOLS
from tests.helpers import rabbit
from tests.helpers.measuring import NotInstalled, Tally
from tests.helpers.stack import Stack

__all__ = ["POOLS", "Options", "repeat", "repeat_on_one_stack", "stack_of"]


@dataclass(frozen=True)
class Options:
    """How a row is run; None leaves it to the row."""

    repeats: int = 20
    pool: str | None = None
    broker: str | None = None

    def settings(self) -> str | None:
        """The settings file of the launcher."""
        return f'pool = "{self.pool}"\n' if self.pool else None

    def broker_or(self, usual: str) -> str:
        """The broker to use; raises NotMeasured where it is not there."""
        chosen = self.broker or usual
        if chosen == "rabbitmq" and rabbit.installed() is None:
            raise NotInstalled(
                "RabbitMQ",
                "apt-get update && apt-get install -y rabbitmq-server",
            )
        return chosen


def stack_of(options: Options, usual: str, **more: object) -> Stack:
    """A stack as the options want it."""
    return Stack(
        broker=options.broker_or(usual),
        settings=options.settings(),
        **more,  # the keywords of Stack
    )


def repeat(tally: Tally, trial: Callable[[], None]) -> None:
    """The same again, each on its own."""
    while tally.tried < tally.repeats:
        with tally.trial():
            trial()


def repeat_on_one_stack(
    tally: Tally, make: Callable[[], Stack], trial: Callable[[Stack, Tally], None]
) -> None:
    """The fault again and again on one running stack; after a failure on a new one."""
    while tally.tried < tally.repeats:
        stack = make()
        try:
            with stack:
                while tally.tried < tally.repeats and not _fails(tally, stack, trial):
                    pass
        except AssertionError:
            # It did not start or did not stop well: that counts against the row as well.
            with tally.trial():
                raise


def _fails(tally: Tally, stack: Stack, trial: Callable[[Stack, Tally], None]) -> bool:
    before = len(tally.why)
    with tally.trial():
        trial(stack, tally)
    return len(tally.why) > before
