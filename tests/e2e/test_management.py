"""The management client against a real node: names, paging, permissions, and the plugin off."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from launcher.runtime.management import (
    Management,
    ManagementAccess,
    ManagementDenied,
    ManagementMissing,
    ManagementOff,
    ManagementRefused,
)
from tests.helpers.managed import Managed
from tests.helpers.ports import free_port

EVERYTHING = {"configure": ".*", "write": ".*", "read": ".*"}
VHOST = "tést/of names?%2F&x"


@pytest.fixture
def access(managed: Managed) -> ManagementAccess:
    return managed.access


@pytest.fixture
def client(access: ManagementAccess) -> Iterator[Management]:
    made = Management(access)
    made.put("vhosts", VHOST)
    made.put("permissions", VHOST, "guest", body=EVERYTHING)
    yield made
    made.delete("vhosts", VHOST)
    made.close()


@pytest.mark.parametrize("name", ["a b", "a/b", "#.*", "äöü", "50%2F", "?x=1&y", "celery@host"])
def test_a_queue_of_any_name_is_made_bound_read_and_removed(client: Management, name: str) -> None:
    client.put("queues", VHOST, name, body={"durable": True, "auto_delete": False})
    client.post("bindings", VHOST, "e", "amq.topic", "q", name, body={"routing_key": "a.#"})
    bindings = client.get("queues", VHOST, name, "bindings")
    assert [b["routing_key"] for b in bindings if b["source"] == "amq.topic"] == ["a.#"]
    sent = client.post(
        *("exchanges", VHOST, "amq.topic", "publish"),
        body={"properties": {}, "routing_key": "a.b", "payload": "x", "payload_encoding": "string"},
    )
    assert sent == {"routed": True}
    assert client.get("queues", VHOST, name)["name"] == name
    client.delete("queues", VHOST, name)
    with pytest.raises(ManagementMissing, match="has no queues"):
        client.get("queues", VHOST, name)


def test_more_queues_than_a_page_holds_are_all_listed(client: Management) -> None:
    names = {f"q{number:03}" for number in range(120)}
    for name in names:
        client.put("queues", VHOST, name, body={"durable": False, "auto_delete": False})
    began = time.monotonic()
    listed = [q["name"] for q in client.listing("queues", VHOST, page_size=50, columns="name")]
    print(f"120 queues in three pages: {(time.monotonic() - began) * 1000:.0f} ms")
    assert len(listed) == 120
    assert set(listed) == names
    pages = client.pages("queues", VHOST, page_size=50)
    assert [len(page["items"]) for page in pages] == [50, 50, 20]


def test_each_refusal_is_told_by_its_kind(client: Management, access: ManagementAccess) -> None:
    with pytest.raises(ManagementDenied, match="refuses the login of guest"):
        Management(replace(access, password="wrong")).get("overview")
    for name, tags in (("plain", ""), ("looker", "management")):
        client.put("users", name, body={"password": "secret", "tags": tags})
    with pytest.raises(ManagementDenied, match=r"no permission .*Not management user"):
        Management(replace(access, user="plain", password="secret")).get("overview")
    looker = Management(replace(access, user="looker", password="secret"))
    assert looker.get("whoami")["tags"] == ["management"]
    with pytest.raises(ManagementDenied, match="no permission"):
        looker.put("vhosts", "another")
    with pytest.raises(ManagementDenied, match="virtual host"):
        looker.get("queues", VHOST)
    client.put("queues", VHOST, "q", body={"durable": True, "auto_delete": False})
    with pytest.raises(ManagementRefused, match="inequivalent") as refused:
        client.put("queues", VHOST, "q", body={"durable": False, "auto_delete": False})
    assert refused.value.status == 400


def test_with_the_plugin_off_the_remedy_is_its_command() -> None:
    nobody = ManagementAccess(f"http://127.0.0.1:{free_port()}", "guest", "guest")
    with pytest.raises(ManagementOff, match="rabbitmq-plugins enable rabbitmq_management"):
        Management(nobody).get("overview")
