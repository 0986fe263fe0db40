"""What there is to say of the broker above the services: one line and its one button.

Nothing while it does its work: its chip and its row say that. A resource alarm is told above all
pages by the window.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from launcher.core.explain import Tone
from launcher.core.facts import BrokerMode
from launcher.core.state import ServiceState, ServiceStatus

S = ServiceState


class BrokerAction(enum.StrEnum):
    """What the button does."""

    NONE = "none"
    INSTALL = "install"
    RESTART = "restart"
    START = "start"


@dataclass(frozen=True, slots=True)
class BrokerLine:
    """`words` in bold, `remedy` below or behind them, and the button."""

    tone: Tone
    words: str
    remedy: str = ""
    action: BrokerAction = BrokerAction.NONE


_SAVED = "Mails are saved meanwhile and go out once it answers."


def broker_line(
    mode: BrokerMode, words: str, status: ServiceStatus | None, *, can_install: bool
) -> BrokerLine | None:
    """The line, or None when nothing need be said.

    `words` name the broker; `status` is that of its service, None for the embedded one;
    `can_install` says whether RabbitMQ is missing and wanted.
    """
    if mode is BrokerMode.EMBEDDED:
        action = BrokerAction.INSTALL if can_install else BrokerAction.NONE
        return BrokerLine(Tone.OUTSIDE, f"{words}.", action=action)
    if status is None or not status.wanted:
        return None
    problem = status.problem.words if status.problem else ""
    remedy = status.problem.remedy if status.problem else ""
    if mode is BrokerMode.EXTERNAL:
        lost = status.state in (S.BACKOFF, S.FAILED) or (status.state is S.WAITING and status.asked)
        if not lost:
            return None
        why = problem or "It is not reached."
        return BrokerLine(
            Tone.TROUBLE, f"{words}: {_sentence(why)}", remedy or _SAVED, BrokerAction.START
        )
    match status.state:
        case S.UNHEALTHY:
            told = "RabbitMQ runs and does not answer."
            return BrokerLine(Tone.TROUBLE, told, _SAVED, BrokerAction.RESTART)
        case S.FAILED:
            told = f"RabbitMQ has failed: {_sentence(problem or 'it gave up.')}"
            return BrokerLine(Tone.FAILED, told, remedy or _SAVED, BrokerAction.START)
    return None


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."
