"""`python -m tests.safety [ROW ...]`: exit 0 all hold, 1 one is missed, 2 could not be measured."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tests.helpers import rabbit
from tests.helpers.measuring import NotMeasured, Row, run_rows
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.safety import (
    binds,
    dependencies,
    downloads,
    injection,
    logins,
    pages,
    secrets_hidden,
    too_much,
)
from tests.safety.setting import sending_stack

ROWS: Mapping[str, Callable[[Stack, MailServer], dict[str, Any]]] = {
    "S1": lambda stack, _: pages.s1(stack),
    "S2": lambda stack, _: logins.s2(stack),
    "S3": lambda stack, _: logins.s3(stack),
    "S4": lambda stack, _: binds.s4(stack),
    "S5": secrets_hidden.s5,
    "S6": injection.s6,
    "S7": too_much.s7,
}
WITHOUT_STACK: Mapping[str, Callable[[], dict[str, Any]]] = {
    "S8": downloads.s8,
    "S9": dependencies.s9,
}
_ALL = (*ROWS, *WITHOUT_STACK)


def main(arguments: list[str]) -> int:
    """Try the rows that were asked for, all by default, on one stack."""
    asked = _parser().parse_args(arguments)
    names = [name.upper() for name in asked.rows] or list(_ALL)
    with contextlib.ExitStack() as end:
        started: list[tuple[Stack, MailServer]] = []

        def measure(name: str) -> Row:
            if name in WITHOUT_STACK:
                return WITHOUT_STACK[name]()
            if name not in ROWS:
                raise NotMeasured(f"there is no row {name} yet", f"known are {', '.join(_ALL)}")
            if asked.broker == "rabbitmq" and rabbit.installed() is None:
                raise NotMeasured(
                    "RabbitMQ was not found on this machine",
                    "apt-get update && apt-get install -y rabbitmq-server",
                )
            if not started:
                started.append(end.enter_context(sending_stack(asked.broker)))
            return ROWS[name](*started[0])

        return run_rows(
            names,
            measure,
            columns=("tried", "let_through"),
            as_json=asked.json,
            keep=not asked.no_record,
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.safety", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(_ALL)}")
    parser.add_argument("--broker", choices=("rabbitmq", "embedded"), default="rabbitmq")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--no-record", action="store_true", help="leave docs/figures.json as it is")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
