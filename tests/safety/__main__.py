"""`python -m tests.safety [ROW ...]`: exit 0 all hold, 1 one is missed, 2 could not be measured."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tests.helpers import rabbit
from tests.helpers.measuring import NotMeasured, Row, run_rows
from tests.helpers.stack import Stack
from tests.safety import binds, logins

ROWS: Mapping[str, Callable[[Stack], dict[str, Any]]] = {
    "S2": logins.s2,
    "S3": logins.s3,
    "S4": binds.s4,
}


def main(arguments: list[str]) -> int:
    """Try the rows that were asked for, all by default, on one stack."""
    asked = _parser().parse_args(arguments)
    names = [name.upper() for name in asked.rows] or list(ROWS)
    with contextlib.ExitStack() as end:
        started: list[Stack] = []

        def measure(name: str) -> Row:
            if name not in ROWS:
                raise NotMeasured(f"there is no row {name} yet", f"known are {', '.join(ROWS)}")
            if asked.broker == "rabbitmq" and rabbit.installed() is None:
                raise NotMeasured(
                    "RabbitMQ was not found on this machine",
                    "apt-get update && apt-get install -y rabbitmq-server",
                )
            if not started:
                started.append(end.enter_context(Stack(broker=asked.broker)))
            return ROWS[name](started[0])

        return run_rows(
            names,
            measure,
            columns=("tried", "let_through"),
            as_json=asked.json,
            keep=not asked.no_record,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.safety", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--broker", choices=("rabbitmq", "embedded"), default="rabbitmq")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--no-record", action="store_true", help="leave docs/figures.json as it is")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
