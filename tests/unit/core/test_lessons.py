"""The course as data: each lesson is whole, and its commands are ones that exist."""

from __future__ import annotations

import shlex
import warnings

import click
import pytest
from celery.bin.celery import celery
from flower.options import options
from hypothesis import given
from hypothesis import strategies as st

from launcher.cli import main
from launcher.core.lab_prediction import predict
from launcher.core.lessons import Action, ByHand, Lesson
from launcher.core.lessons_course import COURSE
from launcher.core.lessons_labs import ANSWERS, OTHER_KINDS, TOPIC
from launcher.core.lessons_progress import LARGEST, Progress, read, written
from launcher.core.matching import ExchangeKind

IDS = [lesson.id for lesson in COURSE]
COMMANDS = [(lesson.id, each) for lesson in COURSE for each in lesson.by_hand]
SERVICES = {"rabbitmq", "django", "worker", "beat", "flower", "catcher"}


def each_lesson(function: object) -> object:
    return pytest.mark.parametrize("lesson", COURSE, ids=IDS)(function)


def test_every_action_belongs_to_one_lesson() -> None:
    assert sorted(lesson.action.value for lesson in COURSE) == sorted(one.value for one in Action)
    assert len(set(IDS)) == len(IDS)


@each_lesson
def test_a_lesson_has_words_a_question_with_choices_code_and_commands(lesson: Lesson) -> None:
    keys = [choice.key for choice in lesson.check.choices]
    assert 1 <= len(lesson.words) <= 3
    assert lesson.check.question.endswith("?")
    assert len(keys) >= 3
    assert len(set(keys)) == len(keys)
    assert all(choice.words and choice.why for choice in lesson.check.choices)
    assert lesson.code
    assert lesson.by_hand
    assert set(lesson.services) <= SERVICES


@each_lesson
def test_a_lesson_that_needs_rabbitmq_goes_on_in_the_lab(lesson: Lesson) -> None:
    assert lesson.needs_rabbitmq == (lesson.lab is not None)


@pytest.mark.parametrize(("lesson", "each"), COMMANDS)
def test_a_command_by_hand_is_one_that_its_program_takes(lesson: str, each: ByHand) -> None:
    words = [word for word in shlex.split(each.command) if word != "time"]
    match words:
        case ["eval", inner]:
            assert inner == "$(celery-launcher env)"
        case ["celery-launcher", *rest]:
            takes_launcher(rest)
        case ["celery", "-A", "celerytutorial", "flower", *rest]:
            assert {word.split("=")[0].removeprefix("--") for word in rest} <= set(options)
        case ["celery", "-A", "celerytutorial", *rest]:
            takes_celery(rest)
        case ["python", "-c", code]:
            compile(code, lesson, "exec")
        case _:
            pytest.fail(f"{each.command}: of no program that is known here")


def takes_launcher(words: list[str]) -> None:
    command = main.get_command(click.Context(main), words[0])
    assert command is not None, words
    command.make_context(words[0], words[1:])


def takes_celery(words: list[str]) -> None:
    """Parsed as far as Celery can without a broker: names of commands, options, arguments."""
    group: click.Command = celery
    while isinstance(group, click.Group):
        name, *words = words
        group = group.commands[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Celery's `events` has one name for two options
        parser = group.make_parser(click.Context(group))
    _, left, _ = parser.parse_args(list(words))
    assert not [word for word in left if word.startswith("-")], left


def test_the_exchange_lessons_right_answer_is_what_the_rules_say() -> None:
    reached = {route.queue for route in predict(TOPIC, TOPIC.message) if route.arrives}
    assert [key for key, queues in ANSWERS.items() if queues == reached] == ["german and all"]


def test_every_choice_of_the_exchange_lesson_names_queues() -> None:
    exchanges = next(lesson for lesson in COURSE if lesson.action is Action.ROUTING)
    assert {choice.key for choice in exchanges.check.choices} == set(ANSWERS)


def test_the_lesson_on_exchanges_shows_every_kind() -> None:
    assert {TOPIC.exchange, *(lab.exchange for lab in OTHER_KINDS)} == set(ExchangeKind)


def test_progress_comes_back_as_it_was_written() -> None:
    progress = Progress().opened("broker").with_done("why").with_done("broker")
    assert read(written(progress, IDS), IDS) == progress


def test_progress_can_be_read_by_a_person() -> None:
    text = written(Progress(frozenset({"broker", "why"}), "broker"), IDS)
    assert text == '{\n "done": [\n  "why",\n  "broker"\n ],\n "last": "broker"\n}\n'


@given(st.text())
def test_whatever_stands_in_the_file_gives_some_progress(text: str) -> None:
    progress = read(text, IDS)
    assert progress.done <= set(IDS)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '{"done": 3, "last": {}}',
        '{"done": ["nothing", 1, ["why"]], "last": "nothing"}',
        "[" * 100_000,
        " " * LARGEST + '{"done": ["why"]}',
    ],
)
def test_what_is_not_progress_counts_as_none(text: str) -> None:
    assert read(text, IDS) == Progress()
