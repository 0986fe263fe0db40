"""Which profile is used for what, and whether mails go to one safe address instead."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from launcher.smtp.profile import CATCHER, check_address


@dataclass(frozen=True, slots=True)
class MailChoice:
    """The table [mail].

    `profile` sends every mail; `release` sends what is released from the inbox, "" allows none.
    With `redirect_to` every mail goes to that one address alone: the safe mode. Delivered and
    cancelled mails are cleared after `retention_days`, 0 keeps them.
    """

    profile: str = CATCHER
    release: str = ""
    redirect_to: str = ""
    retention_days: int = 0

    @property
    def in_use(self) -> tuple[str, ...]:
        """The profiles whose passwords are needed; the catcher has none."""
        names = (self.profile, self.release)
        return tuple(dict.fromkeys(name for name in names if name and name != CATCHER))


def choice_from(
    entries: Mapping[str, Any], profiles: Mapping[str, object]
) -> tuple[MailChoice, Mapping[str, str]]:
    """Read the table, or say by key what is wrong.

    With anything wrong the choice is the catcher alone: a misspelt safe mode must not let mails
    out to the people they are addressed to.
    """
    checks: Mapping[str, Callable[[Any], Any]] = {
        "profile": lambda value: _known(value, [CATCHER, *profiles]),
        "release": lambda value: value if value == "" else _known(value, [*profiles]),
        "redirect_to": lambda value: value if value == "" else check_address(value),
        "retention_days": _days,
    }
    errors: dict[str, str] = {}
    good: dict[str, Any] = {}
    for key, value in entries.items():
        try:
            if key not in checks:
                raise ValueError(_unknown(key, [*checks]))
            good[key] = checks[key](value)
        except ValueError as error:
            errors[key] = str(error)
    return (MailChoice() if errors else MailChoice(**good)), errors


def _known(value: Any, names: list[str]) -> str:
    if not isinstance(value, str):
        raise ValueError('use the name of a profile in quotes, such as "work"')
    if value not in names:
        known = f"known are {', '.join(names)}" if names else "none is set up yet"
        raise ValueError(f"there is no usable profile [smtp.{value}]; {known}")
    return value


def _days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 36500:
        raise ValueError("use a whole number of days, 0 to keep all")
    return value


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    return f"there is no such setting; {hint}"
