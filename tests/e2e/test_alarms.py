"""RabbitMQ's alarms: told with a remedy, mails are saved meanwhile and go out afterwards."""

from __future__ import annotations

import json
import time

import pytest

from tests.helpers.rabbitctl import rabbitmqctl
from tests.helpers.stack import Stack
from tests.helpers.waiting import eventually

pytestmark = pytest.mark.usefixtures("with_rabbitmq")
TOLD_WITHIN = 10.0
DISK, MEMORY = "set_disk_free_limit", "set_vm_memory_high_watermark"


def test_an_alarm_is_told_and_no_mail_is_lost() -> None:
    with Stack(broker="rabbitmq", only="worker,django,beat,catcher") as stack:
        alarmed_and_well_again(stack, (DISK, "900000GB", "50MB"), "the disk has less free space")
        alarmed_and_well_again(stack, (MEMORY, "0.00001", "0.6"), "it uses more memory")


def alarmed_and_well_again(stack: Stack, order: tuple[str, str, str], words: str) -> None:
    command, too_high, usual = order
    rabbitmqctl(stack, command, too_high)
    began = time.monotonic()
    eventually(lambda: stack.service("rabbitmq")["remedy"], TOLD_WITHIN, "the alarm")
    print(f"{words}: told after {time.monotonic() - began:.1f} s")
    told = stack.service("rabbitmq")
    assert told["state"] == "ready"
    assert words in told["detail"]
    assert told["remedy"] in stack.cli("status").stdout
    assert any(words in change.detail for change in stack.changes), "up said nothing"
    sent = stack.cli("send", "--to", "ada@localhost", "--subject", words, "--json")
    assert sent.returncode == 0, sent.stderr
    mail = json.loads(sent.stdout)
    assert mail["state"] == "queued"
    rabbitmqctl(stack, command, usual)
    eventually(lambda: not stack.service("rabbitmq")["remedy"], 30, "the end of the alarm")
    eventually(
        lambda: stack.ask("mail", id=mail["id"])["state"] == "delivered",
        60,
        lambda: f"the mail: {stack.log('worker')[-2000:]}",
    )
