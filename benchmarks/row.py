"""What a measurement gives back, in the shape that programs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


class CannotMeasureError(Exception):
    """Something that the measurement needs is missing; `remedy` says how to get it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Row:
    """One goal and what was measured: keys end in their unit (`_s`, `_ms`, `_mb`, `_percent`)."""

    row: str
    holds: bool
    goal: str
    figures: Mapping[str, Any] = field(default_factory=dict)
    peer: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints and docs/figures.json keeps."""
        return asdict(self)
