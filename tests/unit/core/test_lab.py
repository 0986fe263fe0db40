"""A lab as values: what RabbitMQ would refuse is refused here, and where messages go is known."""

from __future__ import annotations

import pytest

from launcher.core.lab import (
    Lab,
    LabBinding,
    LabConsumer,
    LabMessage,
    LabQueue,
)
from launcher.core.lab_error import LabError
from launcher.core.lab_events import shown_body
from launcher.core.lab_examples import ANIMALS, DEAD_LETTERS, EXAMPLES, WORK_QUEUE
from launcher.core.lab_headers import parse_headers, shown_headers
from launcher.core.lab_prediction import predict
from launcher.core.matching import ExchangeKind

THREE_HUNDRED_WORDS = ".".join(["word"] * 300)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: LabBinding("q", THREE_HUNDRED_WORDS), r"1,499 bytes \(300 words\)"),
        (lambda: LabMessage(THREE_HUNDRED_WORDS), r"routing key has 1,499 bytes \(300 words\)"),
        (lambda: LabBinding("q", "ü" * 128), "has 256 bytes"),
        (lambda: LabQueue(""), "no name"),
        (lambda: LabQueue("amq.mine"), "kept for RabbitMQ"),
        (lambda: LabQueue("q", ttl=-1), "milliseconds"),
        (lambda: LabQueue("q", dead_letters_to="q"), "its own dead letter"),
        (lambda: LabMessage(body=bytes(70_000)), "70,000 bytes"),
        (lambda: LabMessage(key="\ud800"), "no UTF-8"),
        (lambda: LabConsumer("c", "q", prefetch=1000), "prefetch"),
        (lambda: Lab(queues=(LabQueue("a"), LabQueue("a"))), "two queues named a"),
        (lambda: Lab(bindings=(LabBinding("gone"),)), "names the queue gone"),
        (lambda: Lab(queues=(LabQueue("a", dead_letters_to="b"),)), "names the queue b"),
        (lambda: Lab(queues=tuple(LabQueue(f"q{n}") for n in range(51))), "at most 50 queues"),
    ],
)
def test_what_rabbitmq_would_refuse_is_refused_with_a_remedy(make, words: str) -> None:
    with pytest.raises(LabError, match=words) as refused:
        make()
    assert refused.value.remedy


def test_a_key_of_exactly_the_limit_is_taken() -> None:
    assert len(LabBinding("q", ".".join(["a"] * 128)).key) == 255


@pytest.mark.parametrize(
    "text",
    ["format = pdf, pages = 3, urgent", 'a = "x, y", b = true, c = 1.5', "", 'a = ""', 'n = "1"'],
)
def test_headers_are_written_as_they_are_read(text: str) -> None:
    assert shown_headers(parse_headers(text)) == text


def test_headers_are_read_by_their_kind() -> None:
    assert parse_headers('a=1, b = 1.0 ,c=true, d="1", e=plain words, f') == (
        ("a", 1),
        ("b", 1.0),
        ("c", True),
        ("d", "1"),
        ("e", "plain words"),
        ("f", None),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a = "open', "is no header"),
        (", a", "no name"),
        ("= 1", "no name"),
        ("a = 1, a = 2", "twice"),
        ("x-match = all", "cannot be named x-match"),
        ("CC = a", "further routing keys"),
        ("a = 3000000000", "too large"),
        ("a = NaN", "no number"),
        ("a" * 300, "1 to 255 bytes"),
        ("a = " + "b" * 5000, "longer than 4096"),
    ],
)
def test_headers_that_cannot_be_sent_are_refused(text: str, words: str) -> None:
    with pytest.raises(LabError, match=words):
        parse_headers(text)


def arriving(lab: Lab, message: LabMessage) -> list[str]:
    return [route.queue for route in predict(lab, message) if route.arrives]


@pytest.mark.parametrize(
    ("key", "queues"),
    [
        ("quick.orange.rabbit", ["orange", "rabbits"]),
        ("lazy.orange.elephant", ["orange", "lazy"]),
        ("lazy.pink.rabbit", ["rabbits", "lazy"]),
        ("quick.orange.new.rabbit", []),
        ("lazy", ["lazy"]),
        ("", []),
    ],
)
def test_the_animals_of_rabbitmqs_own_tutorial(key: str, queues: list[str]) -> None:
    assert arriving(ANIMALS, LabMessage(key)) == queues


def test_the_default_exchange_knows_queues_by_name_and_no_bindings() -> None:
    assert arriving(WORK_QUEUE, LabMessage("mails")) == ["mails"]
    assert arriving(WORK_QUEUE, LabMessage("mail")) == []


def test_several_matching_bindings_make_one_copy_and_say_so() -> None:
    lab = Lab(
        exchange=ExchangeKind.TOPIC,
        queues=(LabQueue("q"), LabQueue("unbound")),
        bindings=(LabBinding("q", "a.#"), LabBinding("q", "#")),
    )
    first, unbound = predict(lab, LabMessage("a.b"))
    assert first.arrives
    assert "2 bindings match; it is one copy" in first.why
    assert unbound.why == "Nothing is bound to this queue."


def test_a_removed_queue_takes_with_it_what_leads_to_it() -> None:
    lab = DEAD_LETTERS.without_queue("failed-orders")
    assert [(queue.name, queue.dead_letters_to) for queue in lab.queues] == [("orders", "")]
    assert DEAD_LETTERS.without_queue("orders").consumers == ()


def test_a_renamed_queue_keeps_what_leads_to_it() -> None:
    lab = DEAD_LETTERS.with_queue_renamed("orders", LabQueue("new", 1, "failed-orders"))
    assert lab.bindings[0].queue == lab.consumers[0].queue == "new"
    lab = lab.with_queue_renamed("failed-orders", LabQueue("dead"))
    assert lab.queues[0].dead_letters_to == "dead"


def test_every_example_has_a_note_and_its_message_reaches_somebody() -> None:
    for lab in EXAMPLES:
        assert lab.note
        assert arriving(lab, lab.message), lab.name


def test_a_body_is_shown_in_one_line_whatever_its_bytes() -> None:
    assert shown_body("Grüße\n".encode()) == "Grüße␤"
    assert shown_body(b"\xff\xfe\x00") == "3 bytes, not UTF-8: ff fe 00"
    assert len(shown_body(b"x" * 5000)) == 201
