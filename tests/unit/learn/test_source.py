"""The code that lessons name is there, in the file and under the name that they say."""

from __future__ import annotations

import ast

import pytest

from launcher.core.lessons import CodePlace
from launcher.core.lessons_course import COURSE
from launcher.learn.source import source_of
from launcher.learn.stage import LessonError

PLACES = sorted({(each.path, each.symbol) for lesson in COURSE for each in lesson.code})


@pytest.mark.parametrize(("path", "symbol"), PLACES)
def test_each_place_that_a_lesson_names_exists(path: str, symbol: str) -> None:
    found = source_of(CodePlace(path, symbol, ""))
    name = symbol.rpartition(".")[2]
    assert found.path.read_text(encoding="utf-8").splitlines()[found.line - 1] in found.text
    assert name in found.text.split("\n    ")[0]
    ast.parse(found.text)


def test_a_method_is_found_in_its_class() -> None:
    found = source_of(CodePlace("send_mail/services/publisher.py", "Publisher.wake", ""))
    assert found.text.lstrip().startswith("def wake(")


def test_decorators_belong_to_a_definition() -> None:
    found = source_of(CodePlace("send_mail/tasks.py", "send_email_task", ""))
    assert found.text.startswith("@shared_task(bind=True)\ndef send_email_task(")


@pytest.mark.parametrize(
    ("path", "symbol"),
    [("send_mail/tasks.py", "nothing"), ("send_mail/none.py", "relay"), ("send_mail", "relay")],
)
def test_a_place_that_is_gone_is_said(path: str, symbol: str) -> None:
    with pytest.raises(LessonError, match="send_mail"):
        source_of(CodePlace(path, symbol, ""))
