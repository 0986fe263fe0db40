"""`python -m tests.matrix [--all]`: exit 0 all hold, 1 one is missed, 2 could not be measured.

Without --all eight of the sixteen, in which every two choices meet at least once.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import shutil
import sys
import tempfile
from pathlib import Path

from tests.helpers import rabbit
from tests.helpers.measuring import NotMeasured, Row, run_rows
from tests.helpers.ports import free_port
from tests.matrix import postgres
from tests.matrix.combination import Combination, measure

POOLS = ("eventlet", "threads", "solo", "gevent")
BROKERS = ("RabbitMQ", "embedded")
DATABASES = ("SQLite", "PostgreSQL")
ALL = {
    chosen.row: chosen
    for number, parts in enumerate(itertools.product(POOLS, BROKERS, DATABASES), 1)
    for chosen in (Combination(number, *parts),)
}


def pairwise() -> list[str]:
    """Eight: each pool with both brokers and both databases, each broker with both databases."""
    chosen = []
    for index, pool in enumerate(POOLS):
        for broker in BROKERS:
            database = DATABASES[(index + BROKERS.index(broker)) % 2]
            chosen += [
                row
                for row, each in ALL.items()
                if (each.pool, each.broker, each.database) == (pool, broker, database)
            ]
    return chosen


def main(arguments: list[str]) -> int:
    """Measure what was asked for, on one broker and one database server."""
    asked = _parser().parse_args(arguments)
    names = [name.upper() for name in asked.rows] or (list(ALL) if asked.all else pairwise())
    with contextlib.ExitStack() as end:
        servers = Servers(end)

        def one(name: str) -> Row:
            if name not in ALL:
                raise NotMeasured(f"there is no row {name}", f"known are {', '.join(ALL)}")
            chosen = ALL[name]
            return measure(chosen, servers.broker(chosen.broker), servers.database(chosen))

        return run_rows(
            names,
            one,
            columns=("pool", "broker", "database"),
            as_json=asked.json,
            keep=not asked.no_record,
        )


class Servers:
    """RabbitMQ and PostgreSQL, each started when the first combination needs it."""

    def __init__(self, end: contextlib.ExitStack) -> None:
        self._end = end
        self._amqp = ""
        self._cluster: postgres.Cluster | None = None

    def broker(self, name: str) -> str:
        """Its URL, "" for the embedded one."""
        if name == "RabbitMQ" and not self._amqp:
            if rabbit.installed() is None:
                raise NotMeasured(
                    "RabbitMQ was not found on this machine",
                    "apt-get update && apt-get install -y rabbitmq-server",
                )
            folder = Path(tempfile.mkdtemp(prefix="celery-launcher-matrix-"))
            self._end.callback(shutil.rmtree, folder, ignore_errors=True)
            port = free_port()
            self._end.enter_context(rabbit.plain_node(folder / "rabbitmq", port))
            self._amqp = f"amqp://guest:guest@127.0.0.1:{port}//"
        return self._amqp if name == "RabbitMQ" else ""

    def database(self, chosen: Combination) -> str:
        """The URL of an empty database, "" for SQLite in the run's own folder."""
        if chosen.database != "PostgreSQL":
            return ""
        if self._cluster is None:
            self._cluster = self._end.enter_context(postgres.cluster())
        return self._cluster.database(chosen.row.lower())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.matrix", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="of M1 to M16")
    parser.add_argument("--all", action="store_true", help="all sixteen")
    parser.add_argument("--json", action="store_true", help="one JSON object a row")
    parser.add_argument("--no-record", action="store_true", help="leave docs/figures.json as it is")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
