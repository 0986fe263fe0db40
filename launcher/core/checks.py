"""Prerequisites: what was found, whether it is enough, and the remedy.

Owns the table of versions that go together. Finding out is `launcher.runtime.installations`.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """How a prerequisite stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One prerequisite. `fix` names what `doctor --fix` can do about it, "" when nothing."""

    name: str
    verdict: Verdict
    fact: str
    remedy: str = ""
    fix: str = ""


RABBITMQ_ERLANG_PAGE = "https://www.rabbitmq.com/docs/which-erlang"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """RabbitMQ versions from `first` up to and including `last` need Erlang `low` to `high`.

    `source` is where the row was read.
    """

    first: tuple[int, ...]
    last: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    source: str


_PAGE_43 = "https://www.rabbitmq.com/docs/4.3/which-erlang"
_PAGE_41 = "https://www.rabbitmq.com/docs/4.1/which-erlang"
_OLD = f"{RABBITMQ_ERLANG_PAGE}#eol-series"

VERSION_TABLE: tuple[VersionRow, ...] = (
    VersionRow((4, 3, 6), (4, 3, 6), (27,), (28, 99), _PAGE_43),
    VersionRow((4, 3, 3), (4, 3, 5), (27,), (27, 99), _PAGE_43),
    VersionRow((4, 3, 0), (4, 3, 2), (26, 2), (27, 99), _PAGE_43),
    VersionRow((4, 2, 9), (4, 2, 11), (27,), (27, 99), _PAGE_43),
    VersionRow((4, 2, 0), (4, 2, 8), (26, 2), (27, 99), _PAGE_43),
    VersionRow((4, 1, 0), (4, 1, 8), (26, 2), (27, 99), _PAGE_41),
    VersionRow((4, 0, 4), (4, 0, 9), (26, 2), (27, 99), _PAGE_43),
    VersionRow((4, 0, 1), (4, 0, 3), (26, 2), (26, 2, 99), _PAGE_43),
    VersionRow((3, 13, 0), (3, 13, 7), (26,), (26, 2, 99), _PAGE_43),
    VersionRow((3, 12, 10), (3, 12, 13), (25,), (26, 2, 99), _OLD),
    VersionRow((3, 12, 5), (3, 12, 9), (25,), (26, 1, 99), _OLD),
    VersionRow((3, 12, 0), (3, 12, 4), (25,), (26, 0, 99), _OLD),
    VersionRow((3, 11, 0), (3, 11, 28), (25,), (25, 3, 99), _OLD),
    VersionRow((3, 10, 19), (3, 10, 25), (24, 3, 4, 8), (25, 3, 99), _OLD),
    VersionRow((3, 10, 14), (3, 10, 18), (24, 3), (25, 2, 99), _OLD),
    # Debian 12's own pair is in it: rabbitmq-server 3.10.8 on Erlang 25.2.
    VersionRow((3, 10, 8), (3, 10, 13), (24, 2), (25, 2, 99), _OLD),
)
"""As the vendor's pages told in August 2026 (4.3.6 and 4.2.11: a later copy of the 4.3 page)."""


def version_tuple(text: str) -> tuple[int, ...]:
    """The leading dotted numbers of a version: "3.10.8-1.1+deb12u1" -> (3, 10, 8)."""
    match = re.match(r"\d+(?:\.\d+)*", text.strip())
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def check_pair(rabbitmq: str, erlang: str) -> CheckResult:
    """Whether this RabbitMQ runs on this Erlang, by the table.

    A pair that the table does not know is WARN with the vendor's page, never FAIL: it may be newer
    than this program.
    """
    name = "Erlang and RabbitMQ together"
    broker, otp = version_tuple(rabbitmq), version_tuple(erlang)
    for row in VERSION_TABLE:
        if otp and row.first <= broker <= row.last:
            if row.low <= otp <= row.high:
                return CheckResult(name, Verdict.OK, f"RabbitMQ {rabbitmq} fits Erlang {erlang}")
            low, high = _dotted(row.low), _dotted(row.high)
            return CheckResult(
                name,
                Verdict.FAIL,
                f"RabbitMQ {rabbitmq} needs Erlang {low} to {high}, found {erlang}",
                f"Install an Erlang of that range, see {RABBITMQ_ERLANG_PAGE}",
            )
    unknown = "of an unknown version"
    return CheckResult(
        name,
        Verdict.WARN,
        f"RabbitMQ {rabbitmq or unknown} with Erlang {erlang or unknown} is not in this program's "
        "table",
        f"Compare them on {RABBITMQ_ERLANG_PAGE}",
    )


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join("x" if part == 99 else str(part) for part in version)
