"""Reads the file: the good entries are used, each bad one is reported with its line."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from launcher.settings.model import Settings, SettingsError
from launcher.settings.places import line_of
from launcher.smtp.choice import MailChoice, choice_from
from launcher.smtp.profile import SmtpProfile, profile_from

PORT_NAMES = ("amqp", "management", "distribution", "epmd", "django", "flower", "catcher")
POOLS = ("eventlet", "threads", "solo", "gevent", "prefork")
MOST_WORKERS = 4
LEVELS = ("debug", "info", "warning", "error")
THEMES = ("system", "light", "dark")
BROKER_WORDS = ("auto", "rabbitmq", "embedded")


def check_broker(value: str) -> str:
    """Return the broker setting if it is usable. Raises ValueError that says what would be."""
    if value in BROKER_WORDS:
        return value
    scheme = value.partition("://")[0].lower()
    if "://" in value and scheme in ("amqp", "amqps"):
        return value
    if "://" in value:
        raise ValueError(
            f"{scheme}:// brokers are not supported yet; use an amqp:// or amqps:// URL"
        )
    raise ValueError("use auto, rabbitmq, embedded or an amqp:// URL")


def check_port(name: str, value: Any) -> int:
    """Return the port if this listener may have it. Raises ValueError that says what it may."""
    if name not in PORT_NAMES:
        raise ValueError(_unknown(name, list(PORT_NAMES)))
    port: int = _whole(1, 65535)(value)
    return port


def check_value(path: Sequence[str], value: Any) -> None:
    """Raise ValueError, with what would do, unless the entry at `path` may have this value.

    Entries of `[smtp.…]` are checked together, as a profile: `launcher.smtp.profile`.
    """
    match tuple(path):
        case ("ports", name):
            check_port(name, value)
        case ("mail", name):
            wrong = choice_from({name: value}, {})[1]
            if name in wrong:
                raise ValueError(wrong[name])
        case (name,) if name in CHECKS:
            CHECKS[name](value)
        case _:
            raise ValueError(_unknown(".".join(path), [*CHECKS]))


def load(path: Path) -> tuple[Settings, list[SettingsError]]:
    """Read the settings; an absent file means the defaults. Never raises for its content."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Settings(), []
    except (OSError, UnicodeDecodeError) as error:
        return Settings(), [SettingsError("", 0, f"cannot be read ({error}); defaults are used")]
    return parse(text)


def parse(text: str) -> tuple[Settings, list[SettingsError]]:
    """Read settings from TOML text: the good entries are used, each bad one is reported."""
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = int(place.group(1)) if place else text.count("\n") + 1
        words = re.sub(r" \(at .*\)$", "", str(error))
        return Settings(), [
            SettingsError("", line, f"{words}. Correct this line; until then defaults are used.")
        ]
    reading = _Reading(text)
    ports = reading.ports(reading.table(entries, "ports"))
    smtp = reading.smtp(reading.table(entries, "smtp"))
    mail = reading.mail(reading.table(entries, "mail"), smtp)
    settings = reading.plain(entries, Settings(ports=ports, smtp=smtp, mail=mail))
    return settings, sorted(reading.errors, key=lambda error: error.line)


class _Reading:
    """One text being read; `errors` grows."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.errors: list[SettingsError] = []

    def table(self, entries: dict[str, Any], name: str) -> Mapping[str, Any]:
        """Take a table out of the entries; {} for what is none."""
        value = entries.pop(name, {})
        if isinstance(value, dict):
            return value
        self._wrong((name,), f"use a [{_EXAMPLES[name]}] table", _DEFAULT)
        return {}

    def plain(self, entries: Mapping[str, Any], settings: Settings) -> Settings:
        """Set what stands in no table."""
        for key, value in entries.items():
            try:
                if key not in CHECKS:
                    raise ValueError(_unknown(key, [*CHECKS, *_EXAMPLES]))
                settings = replace(settings, **{key: CHECKS[key](value)})
            except ValueError as error:
                self._wrong((key,), str(error), _DEFAULT)
        return settings

    def ports(self, entries: Mapping[str, Any]) -> Mapping[str, int]:
        """The ports that are pinned."""
        good: dict[str, int] = {}
        for key, value in entries.items():
            try:
                good[key] = check_port(key, value)
            except ValueError as error:
                self._wrong(("ports", key), str(error), _DEFAULT)
        return good

    def smtp(self, entries: Mapping[str, Any]) -> Mapping[str, SmtpProfile]:
        """The profiles that can be used."""
        good: dict[str, SmtpProfile] = {}
        for name, table in entries.items():
            if not isinstance(table, dict):
                self._wrong(("smtp", name), "name a table, such as [smtp.work]", _LEFT_OUT)
                continue
            profile, errors = profile_from(name, table)
            if profile is not None:
                good[name] = profile
            for key, words in errors.items():
                path = ("smtp", name, key) if key else ("smtp", name)
                self._wrong(path, words, _LEFT_OUT)
        return good

    def mail(self, entries: Mapping[str, Any], smtp: Mapping[str, SmtpProfile]) -> MailChoice:
        """Which profile is used for what."""
        choice, errors = choice_from(entries, smtp)
        for key, words in errors.items():
            self._wrong(("mail", key), words, _STAYS_HERE)
        return choice

    def _wrong(self, path: tuple[str, ...], words: str, consequence: str) -> None:
        stop = "" if words.endswith("?") else "."
        line = line_of(self._text, path)
        self.errors.append(SettingsError(".".join(path), line, f"{words}{stop} {consequence}"))


_DEFAULT = "The default is used."
_LEFT_OUT = "This mail server is left out."
_STAYS_HERE = "Until this is corrected, mail goes to the built-in inbox."
_EXAMPLES = {"ports": "ports", "smtp": "smtp.work", "mail": "mail"}
"""The tables, as one would write their heads."""


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    return f"there is no such setting; {hint}"


def _one_of(*words: str) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in words:
            raise ValueError(f"use one of {', '.join(words)}")
        return value

    return check


def _whole(low: int, high: int) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"use a whole number from {low} to {high}")
        return value

    return check


def _positive(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("use a number")
    if not math.isfinite(value) or not value > 0:
        raise ValueError("use a number above 0")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError('use text in quotes, such as "value"')
    return value


def _broker(value: Any) -> str:
    return check_broker(_text(value))


def _queues(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise ValueError('use a list of queues, such as ["celery"]')
    for one in value:
        if not re.fullmatch(r"[\w.:-]{1,200}", one):
            raise ValueError(f"{one!r} is no name of a queue; use letters, digits and . _ - :")
    return tuple(dict.fromkeys(value))


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("use true or false")
    return value


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "broker": _broker,
    "pool": _one_of(*POOLS),
    "concurrency": _whole(1, 1000),
    "workers": _whole(1, MOST_WORKERS),
    "log_level": _one_of(*LEVELS),
    "start_services": _yes_no,
    "close_to_tray": _yes_no,
    "notifications": _yes_no,
    "flower_address": _text,
    "mail_from": _text,
    "mail_time_scale": _positive,
    "queues": _queues,
    "theme": _one_of(*THEMES),
    "text_size": _whole(80, 150),
    "log_files_mb": _whole(20, 100_000),
}
"""What stands in no table, and how each value is checked."""

assert {item.name for item in fields(Settings)} == {*CHECKS, *_EXAMPLES}  # noqa: S101 - each has its check
