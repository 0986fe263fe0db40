"""R5: mails that are submitted while the broker is down."""

from __future__ import annotations

import secrets
import time
from collections import Counter

from launcher.mail import Draft, MailClient
from tests.faults.setting import Options, repeat_on_one_stack, stack_of
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.stack import Stack

MAILS = 100
ANSWER_LIMIT_MS = 300.0
DELIVERY_LIMIT = 60.0


def r5(options: Options) -> Tally:
    """On RabbitMQ alone: the embedded broker is a folder and cannot be down."""
    if options.broker == "embedded":
        raise NotMeasured("the embedded broker cannot be down", "use --broker rabbitmq")
    tally = Tally("R5", options.repeats)
    repeat_on_one_stack(tally, lambda: stack_of(options, "rabbitmq"), submit_without_broker)
    return tally


def submit_without_broker(stack: Stack, tally: Tally, mails: int = MAILS) -> None:
    """Stop the broker, submit, start it, and count what the inboxes got."""
    stack.ask("stop", service="rabbitmq")
    stack.wait_state("rabbitmq", "stopped")
    client, word = stack.mail(), secrets.token_hex(4)
    for number in range(mails):
        draft = Draft((f"{word}-{number}@example.com",), f"{word} {number}", "Saved first.")
        began = time.monotonic()
        row = client.submit(draft, f"{word}-{number}")
        took = (time.monotonic() - began) * 1000
        tally.sample("answer", took, "ms", ANSWER_LIMIT_MS)
        assert row.state == "QUEUED", f"mail {row.id} is {row.state}"
        assert "will be sent" in row.state_words, row.state_words
    began = time.monotonic()
    stack.ask("start", service="rabbitmq")
    stack.wait_all_ready(60)
    tally.sample("broker_back", time.monotonic() - began)
    stack.until(
        lambda: all(row.state == "DELIVERED" for row in sent(client, word)),
        DELIVERY_LIMIT,
        "all delivered",
    )
    tally.sample("all_delivered", time.monotonic() - began)
    got = Counter(address for row in caught(client, word) for address in row)
    expected = {f"{word}-{number}@example.com" for number in range(mails)}
    tally.loss += len(expected - got.keys())
    tally.double += sum(times - 1 for times in got.values() if times > 1)
    tally.count("mails", mails)
    assert set(got) == expected, f"{len(expected - got.keys())} of {mails} did not arrive"


def sent(client: MailClient, word: str) -> list:
    rows, cursor = [], None
    while True:
        page = client.list(after=cursor, q=word, limit=200)
        rows += page.results
        if page.next is None:
            return rows
        cursor = page.next


def caught(client: MailClient, word: str) -> list[tuple[str, ...]]:
    """The envelopes in the inbox whose subject has the word."""
    found, cursor = [], None
    while True:
        page = client.inbox(after=cursor, limit=200)
        found += [row.recipients for row in page.results if row.subject.startswith(word)]
        if page.next is None:
            return found
        cursor = page.next
