"""Orders to the private node of a running stack, by the node's own environment and cookie."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psutil

from tests.helpers.rabbit import installed
from tests.helpers.stack import Stack


def rabbitmqctl(stack: Stack, *words: str) -> str:
    """Run rabbitmqctl against the node of this stack; returns what it printed."""
    found = installed()
    assert found is not None
    own = psutil.Process(stack.service("rabbitmq")["pid"]).environ()
    # Not one of the stack's processes: the launcher would end it with them.
    own = {name: value for name, value in own.items() if not name.startswith("CELERY_LAUNCHER_")}
    program = Path(found.server).resolve().with_name("rabbitmqctl")
    done = subprocess.run(
        [str(program), *words], env=own, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
