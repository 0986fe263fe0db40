"""Rows that are measured: repeats, failures, samples, and how a command of rows speaks.

A row that could not be measured never counts as holding; the command then ends with 2.
"""

from __future__ import annotations

import contextlib
import json
import re
import statistics
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from launcher.mail import MailRefused, MailUnavailable
from launcher.runtime.control import NotRunningError, RequestError

Row = Mapping[str, Any]
Measure = Callable[[], Row]

_PLACE = re.compile(r"/(?:root|home|tmp|Users|var|opt)/\S*")
_FAILURES = (
    AssertionError,
    NotRunningError,
    RequestError,
    MailRefused,
    MailUnavailable,
    OSError,
    StopIteration,
)


class NotMeasured(Exception):  # noqa: N818 - an answer, not a fault
    """The row cannot be measured here: why, and what to do about it."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class NotInstalled(NotMeasured):
    """A tool is missing; `remedy` is the command that installs it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} is not installed", remedy)
        self.what = what


class Tally:
    """What came of the repeats of one row."""

    def __init__(self, row: str, repeats: int) -> None:
        self.row = row
        self.repeats = repeats
        self.tried = 0
        self.why: list[str] = []
        self.loss = 0
        self.double = 0
        self.facts: dict[str, Any] = {}
        self._late: list[str] = []
        self._samples: dict[tuple[str, str], list[float]] = {}

    @property
    def holds(self) -> bool:
        """Every repeat was made, none failed, nothing was lost or doubled."""
        asked_for = self.tried >= self.repeats > 0
        return asked_for and not self.why and not self.loss and not self.double

    def sample(self, name: str, value: float, unit: str = "s", limit: float | None = None) -> None:
        """Note a measured value; the row shows its median and its worst.

        One over its `limit` makes the repeat a failure of the row, and raises nothing: an ordinary
        test that runs the same fault once must not fail because the machine is busy.
        """
        self._samples.setdefault((name, unit), []).append(value)
        if limit is not None and value > limit:
            self._late.append(f"{name} took {value:.2f} {unit}, more than {limit:g} {unit}")

    def count(self, name: str, number: int = 1) -> None:
        """Add to a number that the row shows."""
        self.facts[name] = self.facts.get(name, 0) + number

    @contextlib.contextmanager
    def trial(self) -> Iterator[None]:
        """One repeat; what fails in it is counted, with its words, and the row goes on."""
        self.tried += 1
        try:
            yield
        except _FAILURES as failure:
            words = f"{type(failure).__name__}: {failure}"
            self.why.append(words)
            place = traceback.extract_tb(failure.__traceback__)[-1]
            sys.stderr.write(f"{self.row} repeat {self.tried}, {place.name}: {words}\n")
            self._late.clear()
        else:
            if self._late:
                words = "; ".join(self._late)
                self.why.append(words)
                sys.stderr.write(f"{self.row} repeat {self.tried}: {words}\n")
                self._late.clear()

    def result(self) -> Row:
        """The row as the command prints it."""
        figures: dict[str, Any] = dict(self.facts)
        for (name, unit), values in self._samples.items():
            digits = 0 if unit == "ms" else 2
            figures[f"{name}_median_{unit}"] = round(statistics.median(values), digits)
            figures[f"{name}_worst_{unit}"] = round(max(values), digits)
        if self.why:
            figures["first_failure"] = placeless(self.why[0])[:400]
        return {
            "row": self.row,
            "holds": self.holds,
            "repeats": self.tried,
            "failures": len(self.why),
            "loss": self.loss,
            "double": self.double,
            "figures": figures,
        }


def run_rows(
    names: Sequence[str],
    measure: Callable[[str], Row],
    *,
    columns: Sequence[str],
    as_json: bool,
    keep: bool,
    variant: str = "",
) -> int:
    """Measure row by row, print and record each as it ends; returns the exit code.

    A `variant`, another pool for instance, is recorded beside the usual run, not in its place.
    """
    missed = unmeasured = False
    for name in names:
        try:
            row = measure(name)
        except NotMeasured as failure:
            unmeasured = True
            row = {
                "row": name,
                "holds": False,
                "reason": failure.reason,
                "remedy": failure.remedy,
            }
        else:
            missed = missed or not row["holds"]
            if keep:
                _record({**row, "row": f"{name}-{variant}"} if variant else row)
        _say(row, columns, as_json=as_json)
    return 1 if missed else 2 if unmeasured else 0


def placeless(words: str) -> str:
    """Words for the record, which names no folder of one machine."""
    return _PLACE.sub("(a path)", words)


def _say(row: Row, columns: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(row), flush=True)
        return
    verdict = "holds" if row["holds"] else "NOT MEASURED" if "reason" in row else "MISSED"
    shown = [f"{name} {row[name]}" for name in columns if name in row]
    print(f"{row['row']:<4} {verdict:<12} {'  '.join(shown)}")
    for name, value in {**row.get("figures", {}), **_words(row)}.items():
        print(f"     {name:<28} {value}")
    sys.stdout.flush()


def _words(row: Row) -> Mapping[str, str]:
    return {name: row[name] for name in ("reason", "remedy") if row.get(name)}


def _record(row: Row) -> None:
    from benchmarks.figures import record

    record(row)
