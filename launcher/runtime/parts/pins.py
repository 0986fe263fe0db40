"""The pins as they stand in `pins.toml`, read and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from launcher.core.parts import Part, faults, fit_together

ORDER = ("erlang", "rabbitmq")
"""What RabbitMQ runs on goes first: of an installation that ends early the rest is no use."""


class PinError(ValueError):
    """The pins cannot be used; a fault of the program, not of the machine."""


def shipped() -> tuple[Part, ...]:
    """The parts that this version of the launcher fetches, in their order."""
    text = resources.files(__package__).joinpath("pins.toml").read_text(encoding="utf-8")
    return parse(text)


def read(path: Path) -> tuple[Part, ...]:
    """The parts of another file of pins. Raises PinError, OSError."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Part, ...]:
    """The parts in the text of a file of pins. Raises PinError with all that is wrong."""
    tables: Mapping[str, Mapping[str, Any]] = tomllib.loads(text)
    parts = tuple(_part(name, tables[name]) for name in ORDER if name in tables)
    wrong = [f"{part.words}: {words}" for part in parts for words in faults(part)]
    if not parts or len(parts) != len(tables):
        wrong.append(f"it must hold {', '.join(ORDER)} and nothing else")
    if len(parts) == len(ORDER) and not fit_together(parts):
        wrong.append("its RabbitMQ and its Erlang do not go together")
    if wrong:
        raise PinError("; ".join(wrong))
    return parts


def _part(name: str, table: Mapping[str, Any]) -> Part:
    known = {key: value for key, value in table.items() if key not in ("signature", "needs")}
    try:
        return Part(name=name, needs=tuple(table["needs"]), **known)
    except (KeyError, TypeError) as error:
        raise PinError(f"{name}: {error}") from error
