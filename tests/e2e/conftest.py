"""One running stack for all tests that leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.managed import Managed, managed_node
from tests.helpers.needs import need_rabbitmq
from tests.helpers.smtp.process import MailServer
from tests.helpers.stack import Stack
from tests.safety.setting import sending_stack

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(240), append=False)


@pytest.fixture(scope="session")
def running() -> Iterator[Stack]:
    need_rabbitmq()
    with Stack(broker="rabbitmq") as stack:
        yield stack


@pytest.fixture
def stack(running: Stack) -> Stack:
    """The running stack, with all services ready."""
    running.bring_up()
    return running


@pytest.fixture(scope="session")
def sending_running() -> Iterator[tuple[Stack, MailServer]]:
    need_rabbitmq()
    with sending_stack("rabbitmq") as both:
        yield both


@pytest.fixture
def sending(sending_running: tuple[Stack, MailServer]) -> tuple[Stack, MailServer]:
    """A stack that sends to a scripted mail server, all services ready, the server well behaved."""
    stack, server = sending_running
    server.forget()
    server.delay(0)
    stack.bring_up()
    return stack, server


@pytest.fixture(scope="session")
def managed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Managed]:
    """A node with management that is nobody's stack."""
    need_rabbitmq()
    with managed_node(tmp_path_factory.mktemp("managed") / "data") as node:
        yield node


@pytest.fixture
def with_rabbitmq() -> None:
    need_rabbitmq()
