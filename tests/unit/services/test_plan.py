"""Where a run's broker is managed, and on which virtual host its messages travel."""

from __future__ import annotations

import pytest

from launcher.core.facts import BrokerMode
from launcher.services.plan import management_access, virtual_host
from launcher.settings import Settings
from tests.unit.services.test_catalogue import plan


def test_the_private_node_is_managed_by_its_own_user() -> None:
    made = plan(BrokerMode.RABBITMQ)
    where = made.endpoints["management"].text
    assert management_access(made) == (f"http://{where}", "launcher", "canary-broker_password")
    assert virtual_host(made) == "launcher"


def test_the_embedded_broker_is_managed_by_nobody() -> None:
    assert management_access(plan(BrokerMode.EMBEDDED)) is None


@pytest.mark.parametrize(
    ("url", "access", "host"),
    [
        ("amqp://me:p%40ss@b.example:5671/v", ("http://b.example:15672", "me", "p@ss"), "v"),
        ("amqps://me:x@b.example/a%2Fb", ("https://b.example:15671", "me", "x"), "a/b"),
        ("amqp://b.example", ("http://b.example:15672", "guest", "guest"), "/"),
        ("amqp://b.example//", ("http://b.example:15672", "guest", "guest"), "/"),
        ("amqp://[::1]:5672/", ("http://[::1]:15672", "guest", "guest"), "/"),
    ],
)
def test_a_broker_elsewhere_is_managed_at_its_usual_port_with_the_login_of_its_url(
    url: str, access: tuple[str, str, str], host: str
) -> None:
    made = plan(BrokerMode.EXTERNAL, Settings(broker=url))
    assert management_access(made) == access
    assert virtual_host(made) == host
