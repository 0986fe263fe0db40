"""A plain RabbitMQ node with its management, and what tests ask of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from launcher.runtime.management import Management, ManagementAccess
from tests.helpers import rabbit
from tests.helpers.ports import free_port
from tests.helpers.programs import Program, run


@dataclass(frozen=True)
class Managed:
    """`url` is its AMQP URL, as guest."""

    access: ManagementAccess
    url: str
    node: Program

    def management(self) -> Management:
        """A new client."""
        return Management(self.access)

    def order(self, *words: str) -> None:
        """Run rabbitmqctl against it."""
        found = rabbit.installed()
        assert found is not None
        program = Path(found.server).resolve().with_name("rabbitmqctl")
        done = run([str(program), *words], env=psutil.Process(self.node.pid).environ())
        assert done.returncode == 0, done.stdout + done.stderr

    def names(self, kind: str) -> set[str]:
        """The names of all `vhosts` or `users`."""
        with contextlib.closing(self.management()) as client:
            return {each["name"] for each in client.get(kind)}


@contextlib.contextmanager
def managed_node(folder: Path) -> Iterator[Managed]:
    """A node of its own, data in `folder`."""
    amqp, management = free_port(), free_port()
    with rabbit.plain_node(folder, amqp, management=management) as node:
        access = ManagementAccess(f"http://127.0.0.1:{management}", "guest", "guest")
        yield Managed(access, f"amqp://guest:guest@127.0.0.1:{amqp}//", node)
