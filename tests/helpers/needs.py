"""What tests need of the machine. A tool that is missing skips them and says what installs it.

Where everything was installed beforehand (`run.py test` sets the variable), a missing tool fails
them: a suite that quietly leaves tests out proves nothing.
"""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

from tests.helpers import rabbit
from tests.helpers.measuring import NotInstalled, NotMeasured

NEED_ALL = "CELERY_LAUNCHER_TESTS_NEED_ALL"
INSTALL = "python3 run.py doctor --fix --for-tests"


def missing(what: str, remedy: str = INSTALL) -> NoReturn:
    """Skip or fail the test: `what` is not on this machine, `remedy` is the command to install."""
    words = f"{what} is not installed; install it with: {remedy}"
    if os.environ.get(NEED_ALL):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


def not_measured(failure: NotMeasured) -> NoReturn:
    """The same for a row: a missing tool, or a machine that does not let us (a skip, always)."""
    if isinstance(failure, NotInstalled):
        missing(failure.what, failure.remedy)
    pytest.skip(f"{failure.reason}: {failure.remedy}")


def need_rabbitmq() -> None:
    """RabbitMQ with an Erlang that fits."""
    if rabbit.installed() is None:
        missing("RabbitMQ")


def need_program(*names: str) -> str:
    """The path of the first of these programs that is there."""
    for name in names:
        if found := shutil.which(name):
            return found
    missing(names[0])
