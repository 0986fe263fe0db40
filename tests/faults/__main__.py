"""`python -m tests.faults [ROW ...]`: exit 0 all hold, 1 one is missed, 2 could not be measured."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from tests.faults import (
    broker_down,
    broker_killed,
    clock,
    crash_loop,
    foreign_erlang,
    full,
    hostile_log,
    killing,
    mail_server,
    odd_homes,
    ports_taken,
    quick_clicks,
    stopping,
    worker_killed,
)
from tests.faults.setting import POOLS, Options
from tests.helpers.measuring import NotMeasured, Row, Tally, run_rows

ROWS: Mapping[str, Callable[[Options], Tally]] = {
    "R1": killing.r1,
    "R2": worker_killed.r2,
    "R3": broker_killed.r3,
    "R4": killing.r4,
    "R5": broker_down.r5,
    "R6": broker_killed.r6,
    "R7": mail_server.r7,
    "R8": mail_server.r8,
    "R9": worker_killed.r9,
    "R10": worker_killed.r10,
    "R11": full.r11,
    "R12": full.r12,
    "R13": ports_taken.r13,
    "R14": clock.r14,
    "R15": hostile_log.r15,
    "R16": stopping.r16,
    "R17": crash_loop.r17,
    "R18": quick_clicks.r18,
    "R19": odd_homes.r19,
    "R20": foreign_erlang.r20,
}


def main(arguments: list[str]) -> int:
    """Measure the rows that were asked for, all by default."""
    asked = _parser().parse_args(arguments)
    names = [name.upper() for name in asked.rows] or list(ROWS)
    options = Options(asked.repeats, asked.pool, asked.broker)

    def measure(name: str) -> Row:
        if name not in ROWS:
            raise NotMeasured(f"there is no row {name} yet", f"known are {', '.join(ROWS)}")
        return ROWS[name](options).result()

    return run_rows(
        names,
        measure,
        columns=("repeats", "failures", "loss", "double"),
        as_json=asked.json,
        keep=not asked.no_record,
        variant=asked.pool if asked.pool not in (None, "eventlet") else "",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--pool", choices=POOLS)
    parser.add_argument("--broker", choices=("rabbitmq", "embedded"))
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--no-record", action="store_true", help="leave docs/figures.json as it is")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
