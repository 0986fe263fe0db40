"""What `python -m tests.screenshots` reports, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from launcher.gui.widgets.text_line import TextLine
from tests.screenshots.misfits import misfits

WORDS = "words that need some room"


@pytest.fixture
def ground(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(400, 200)
    qtbot.addWidget(made)
    made.show()
    return made


def placed(one: QWidget, ground: QWidget, *box: int) -> QWidget:
    one.setParent(ground)
    one.setGeometry(*box)
    one.show()
    return one


def _wrapping() -> QLabel:
    made = QLabel(WORDS)
    made.setWordWrap(True)
    return made


def _with_placeholder() -> QLineEdit:
    made = QLineEdit()
    made.setPlaceholderText(WORDS)
    return made


@pytest.mark.parametrize(
    "make",
    [lambda: QLabel(WORDS), lambda: QPushButton(WORDS), _wrapping, _with_placeholder],
    ids=["label", "button", "wrapping label", "placeholder"],
)
def test_words_without_room_are_reported(make: Callable[[], QWidget], ground: QWidget) -> None:
    placed(make(), ground, 0, 0, 30, 18)
    assert [each.partition(": ")[2] for each in misfits(ground).clipped] == [WORDS]


def test_words_with_room_are_not_reported(ground: QWidget) -> None:
    placed(QLabel(WORDS), ground, 0, 0, 390, 30)
    placed(QPushButton(WORDS), ground, 0, 40, 390, 40)
    found = misfits(ground)
    assert (found.clipped, found.shortened, found.overlapping) == ([], [], [])


def test_what_a_parent_cuts_off_is_reported(ground: QWidget) -> None:
    box = placed(QWidget(), ground, 0, 0, 40, 40)
    placed(QLabel(WORDS), box, 0, 0, 300, 30)
    assert misfits(ground).clipped == [f"QLabel: {WORDS}"]


def test_what_can_be_scrolled_to_is_not_reported(ground: QWidget) -> None:
    area = QScrollArea()
    inner = QWidget()
    inner.resize(600, 400)
    placed(QLabel(WORDS), inner, 10, 0, 500, 30)
    area.setWidget(inner)
    placed(area, ground, 0, 0, 200, 100)
    assert misfits(ground).clipped == []


def test_a_line_that_shortens_itself_is_listed_apart(ground: QWidget, qtbot: QtBot) -> None:
    placed(TextLine(WORDS), ground, 0, 0, 60, 30)
    qtbot.waitUntil(lambda: misfits(ground).shortened == [WORDS])
    assert misfits(ground).clipped == []


def test_an_entry_wider_than_a_list_that_does_not_scroll_is_reported(ground: QWidget) -> None:
    entries = QListWidget()
    entries.addItems([WORDS * 10, "short"])
    placed(entries, ground, 0, 0, 100, 100)
    assert misfits(ground).clipped == []
    entries.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    assert misfits(ground).clipped == [f"QListWidget: {WORDS * 10}"]


def test_two_that_lie_over_each_other_are_reported_once(ground: QWidget) -> None:
    placed(QPushButton("one"), ground, 0, 0, 100, 40).setAccessibleName("one")
    placed(QPushButton("two"), ground, 50, 10, 100, 40).setAccessibleName("two")
    placed(QPushButton("three"), ground, 200, 10, 100, 40)
    assert misfits(ground).overlapping == ["QPushButton 'one' and QPushButton 'two'"]
