"""Starting over with a real stack: what was there is gone, and all is ready again."""

from __future__ import annotations

import json

import pytest

from tests.helpers.rabbitctl import rabbitmqctl
from tests.helpers.stack import Stack
from tests.helpers.waiting import eventually


def _sent(stack: Stack, subject: str) -> None:
    done = stack.cli("send", "--to", "you@localhost", "--subject", subject, "--wait")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_database_goes_and_a_mail_can_be_sent_again() -> None:
    with Stack(broker="embedded") as stack:
        _sent(stack, "before")
        other = stack.home.parent / f"{stack.home.name}-precious"
        other.mkdir()
        try:
            (other / "file").write_text("kept")
            (stack.home / "data" / "broker" / "link").symlink_to(other)
            pids = stack.pids()
            refused = stack.cli("start-over", "--database")
            assert refused.returncode == 1
            assert "--yes" in refused.stderr
            assert stack.mail().list().results

            done = stack.cli("start-over", "--database", "--yes", "--json", timeout=90)
            assert done.returncode == 0, done.stderr
            told = json.loads(done.stdout)
            assert told["bytes"] > 100_000
            assert any(line.startswith("data/launcher.sqlite3") for line in told["removed"])
            stack.wait_all_ready()
            assert stack.mail().list().results == ()
            assert stack.mail().inbox().results == ()
            assert not set(stack.pids().values()) & (set(pids.values()) - {None})
            _sent(stack, "after")
            eventually(lambda: stack.mail().inbox().results, 10, lambda: "the mail in the inbox")

            done = stack.cli("start-over", "--broker", "--yes", timeout=90)
            assert done.returncode == 0, done.stderr
            assert (other / "file").read_text() == "kept"
            stack.wait_all_ready()
            # The mails are rows: they stay when the broker goes.
            assert [row.subject for row in stack.mail().list().results] == ["after"]
            _sent(stack, "and again")

            done = stack.cli("start-over", "--all", "--yes", timeout=90)
            assert done.returncode == 0, done.stderr
            stack.wait_all_ready()
            assert stack.mail().list().results == ()
            assert "started over: all" in (stack.home / "logs" / "launcher.log").read_text()
            assert (stack.home / "secrets.json").exists()
        finally:
            (other / "file").unlink()
            other.rmdir()


@pytest.mark.usefixtures("with_rabbitmq")
def test_the_node_is_made_anew_and_mails_go_through_it_as_before() -> None:
    with Stack(broker="rabbitmq", only="worker,django,beat,catcher") as stack:
        _sent(stack, "before")
        rabbitmqctl(stack, "add_vhost", "left-behind")
        assert "left-behind" in rabbitmqctl(stack, "list_vhosts")

        done = stack.cli("start-over", "--broker", "--yes", "--json", timeout=120)
        assert done.returncode == 0, done.stderr
        assert any("rabbitmq" in line for line in json.loads(done.stdout)["removed"])
        eventually(lambda: stack.service("worker")["state"] == "ready", 120, "the worker")
        assert "left-behind" not in rabbitmqctl(stack, "list_vhosts")
        assert [row.subject for row in stack.mail().list().results] == ["before"]
        _sent(stack, "after")
