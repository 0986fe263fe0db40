"""What the user can set, in a text file that one can read and edit.

A wrong value never stops the program: it is reported with its key, its line and the remedy, and the
default stands in for it.
"""

from __future__ import annotations

import contextlib
import difflib
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

PORT_NAMES = ("amqp", "management", "distribution", "epmd", "django", "flower", "catcher")
POOLS = ("eventlet", "threads", "solo", "gevent", "prefork")
LEVELS = ("debug", "info", "warning", "error")
BROKER_WORDS = ("auto", "rabbitmq", "embedded")


@dataclass(frozen=True, slots=True)
class SettingsError:
    """One wrong entry: where it stands (line from 1, 0 when unknown) and what to do."""

    key: str
    line: int
    remedy: str

    @property
    def words(self) -> str:
        """One sentence for the user."""
        where = f"line {self.line}" if self.line else "settings.toml"
        key = f"{self.key}: " if self.key else ""
        return f"settings.toml, {where}: {key}{self.remedy}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. Times are seconds; an absent port means "the usual, or a free one".

    `broker` is auto, rabbitmq, embedded or an amqp(s) URL; `mail_server` an smtp URL without its
    password, or "" for the built-in catcher.
    """

    broker: str = "auto"
    pool: str = "eventlet"
    concurrency: int = 50
    log_level: str = "info"
    start_services: bool = True
    flower_address: str = "127.0.0.6"
    mail_server: str = ""
    mail_from: str = "launcher@localhost"
    mail_time_scale: float = 1.0
    ports: Mapping[str, int] = field(default_factory=dict)


TEMPLATE = """\
# Celery Launcher reads this file when it starts. A line beginning with # has no effect: remove
# the # to change a value. A wrong value is reported with its line, and the default is used instead.

# Which broker: "auto" (RabbitMQ when it is installed, else the embedded one), "rabbitmq",
# "embedded", or the URL of one that runs elsewhere, such as "amqp://user:password@host:5672/vhost".
# broker = "auto"

# The worker's pool ("eventlet", "threads", "solo", "gevent", "prefork") and how many tasks at once.
# pool = "eventlet"
# concurrency = 50

# How much the worker and beat say: "debug", "info", "warning" or "error".
# log_level = "info"

# Whether the window starts all services when it opens.
# start_services = true

# Where Flower listens.
# flower_address = "127.0.0.6"

# Where mail goes: "" is the built-in inbox; else such as "smtp+tls://user@host:587", without its
# password, which is taken from the environment variable EMAIL_HOST_PASSWORD.
# mail_server = ""
# mail_from = "launcher@localhost"

# Stretches (above 1) or shortens (below 1) the waiting times of mails that are tried again.
# mail_time_scale = 1.0

# A port that is set here is used or reported as taken; it is never replaced by another one.
# [ports]
# amqp = 5672
# management = 15672
# distribution = 25672
# epmd = 24369
# django = 8000
# flower = 5566
# catcher = 1025
"""
"""What a new settings file says: every setting with its default."""


def write_template(path: Path) -> None:
    """Give a new home a file that one can read and edit; an existing one is left alone."""
    with contextlib.suppress(OSError), path.open("x", encoding="utf-8") as file:
        file.write(TEMPLATE)


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


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("use true or false")
    return value


def _mail_server(value: Any) -> str:
    text = _text(value)
    if not text:
        return text
    match = re.fullmatch(
        r"(smtp|smtp\+tls|smtp\+ssl)://(?:([^:@/]+)(:[^@/]*)?@)?[^@/:]+(:\d+)?/?", text
    )
    if match is None:
        raise ValueError('use "smtp+tls://user@host:587", or "" for the built-in catcher')
    if match.group(3):
        raise ValueError("leave the password out of the address: it is kept apart from settings")
    return text


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "broker": _broker,
    "pool": _one_of(*POOLS),
    "concurrency": _whole(1, 1000),
    "log_level": _one_of(*LEVELS),
    "start_services": _yes_no,
    "flower_address": _text,
    "mail_server": _mail_server,
    "mail_from": _text,
    "mail_time_scale": _positive,
}


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
    settings, errors = Settings(), []
    ports = entries.pop("ports", {})
    for key, value in entries.items():
        try:
            if key not in _CHECKS:
                raise ValueError(_unknown(key, [*_CHECKS, "ports"]))
            settings = replace(settings, **{key: _CHECKS[key](value)})
        except ValueError as error:
            errors.append(SettingsError(key, _line_of(text, key), _with_default(error)))
    if not isinstance(ports, dict):
        errors.append(
            SettingsError("ports", _line_of(text, "ports"), _with_default("use a [ports] table"))
        )
        ports = {}
    good: dict[str, int] = {}
    for key, value in ports.items():
        try:
            if key not in PORT_NAMES:
                raise ValueError(_unknown(key, list(PORT_NAMES)))
            good[key] = _whole(1, 65535)(value)
        except ValueError as error:
            errors.append(SettingsError(f"ports.{key}", _line_of(text, key), _with_default(error)))
    return replace(settings, ports=good), errors


def _with_default(words: object) -> str:
    text = str(words)
    return f"{text}{'' if text.endswith('?') else '.'} The default is used."


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    return f"there is no such setting; {hint}"


def _line_of(text: str, key: str) -> int:
    pattern = re.compile(rf"\s*(?:\[\s*)?[\"']?{re.escape(key)}[\"']?\s*(?:=|\])")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 0


assert {item.name for item in fields(Settings)} == {*_CHECKS, "ports"}  # noqa: S101 - each has its check
