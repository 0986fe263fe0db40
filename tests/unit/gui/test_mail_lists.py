"""The mail lists: paging by cursor, live, a million mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from launcher.core.explain import Tone
from launcher.gui.background import Background
from launcher.gui.mail.lists.entry_delegate import HEIGHT
from launcher.gui.mail.lists.entry_list import EntryList
from launcher.gui.mail.lists.entry_model import EntryModel
from launcher.gui.mail.lists.pager import PAGE, Pager, Question
from launcher.gui.mail.words import Entry
from launcher.mail import Page


def entry(number: int, aside: str = "Queued") -> Entry:
    return Entry(number, Tone.WAITING, f"mail {number}", "to you", aside)


def entries(*numbers: int) -> list[Entry]:
    return [entry(number) for number in numbers]


def ids(model: EntryModel) -> list[int]:
    return [model.entry(row).id for row in range(model.rowCount())]


# -- the model ---------------------------------------------------------------------------------


def test_the_model_keeps_qts_rules_through_every_change(qtmodeltester: ModelTester) -> None:
    model = EntryModel()
    qtmodeltester.check(model)
    model.restart(entries(9, 8, 7))
    model.take(entries(12, 11, 9, 8), None, last=False)
    assert ids(model) == [12, 11, 9, 8, 7]
    model.take(entries(6, 5), 7, last=False)
    assert ids(model) == [12, 11, 9, 8, 7, 6, 5]
    model.take([replace(entry(9), aside="Delivered"), entry(8)], 11, last=False)
    assert model.entry(2).aside == "Delivered"
    model.take(entries(3), 5, last=True)
    assert ids(model) == [12, 11, 9, 8, 7, 6, 5, 3]
    assert model.row_of(8) == 3
    assert model.row_of(10) is None
    model.take([], None, last=True)
    assert ids(model) == []


@pytest.mark.parametrize(
    ("page", "after", "last", "left"),
    [
        ([9, 7], None, False, [9, 7, 6, 5]),  # 8 was deleted
        ([9], None, True, [9]),  # all below are gone
        ([7], 8, False, [9, 8, 7, 6, 5]),
        ([6], 8, False, [9, 8, 6, 5]),  # 7 is gone
        ([], 7, True, [9, 8, 7]),
        ([10, 9, 8], None, False, [10, 9, 8, 7, 6, 5]),
    ],
)
def test_what_a_page_does_not_have_of_its_stretch_is_gone(
    page: Sequence[int], after: int | None, last: bool, left: list[int]
) -> None:
    model = EntryModel()
    model.restart(entries(9, 8, 7, 6, 5))
    model.take(entries(*page), after, last=last)
    assert ids(model) == left


# -- the list and its pager --------------------------------------------------------------------


class Rows:
    """A list of any length behind a cursor; counts what is asked of it."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.gone: set[int] = set()
        self.aside = "Queued"
        self.asked: list[tuple[int | None, int]] = []
        self.about = ""

    def fetch(self, after: int | None, limit: int) -> Page[Entry]:
        self.asked.append((after, limit))
        top = self.newest if after is None else after - 1
        found: list[Entry] = []
        while top > 0 and len(found) < limit:
            if top not in self.gone:
                found.append(entry(top, self.aside))
            top -= 1
        return Page(tuple(found), found[-1].id if found and top > 0 else None)

    def question(self) -> Question:
        return Question(self.about, self.fetch, lambda newest: newest[:1])


@pytest.fixture
def rows() -> Rows:
    return Rows(1_000_000)


@pytest.fixture
def shown(qtbot: QtBot) -> EntryList:
    made = EntryList("Outbox", "", "")
    qtbot.addWidget(made)
    made.resize(320, 10 * HEIGHT)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def pager(shown: EntryList, rows: Rows, background: Background, qtbot: QtBot) -> Pager:
    made = Pager(shown, background, rows.question)
    look(made, qtbot)
    return made


def look(pager: Pager, qtbot: QtBot) -> None:
    with qtbot.waitSignal(pager.looked):
        pager.look()


def test_of_a_million_mails_only_what_is_scrolled_to_is_asked_for(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    assert shown.model.rowCount() == PAGE
    bar = shown.view.verticalScrollBar()
    for pages in (2, 3):
        bar.setValue(bar.maximum())
        qtbot.waitUntil(lambda pages=pages: shown.model.rowCount() == pages * PAGE)
    assert ids(shown.model) == list(range(1_000_000, 1_000_000 - 3 * PAGE, -1))
    assert sum(limit for _, limit in rows.asked) == 3 * PAGE


def test_what_is_read_stays_in_its_place_while_new_mails_come(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    shown.choose(999_990)
    bar = shown.view.verticalScrollBar()
    bar.setValue(20 * HEIGHT + 7)
    first = shown.view.indexAt(shown.view.viewport().rect().topLeft()).row()
    seen = shown.model.entry(first).id
    rows.newest += 5
    look(pager, qtbot)
    assert bar.value() == 25 * HEIGHT + 7
    assert shown.model.entry(first + 5).id == seen
    assert shown.current == 999_990


def test_at_the_top_new_mails_are_seen_at_once(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    rows.newest += 2
    look(pager, qtbot)
    assert shown.view.verticalScrollBar().value() == 0
    assert shown.model.entry(0).id == 1_000_002
    assert shown.current == 1_000_000


def test_the_stretch_that_is_seen_is_live_far_below_the_newest(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    bar = shown.view.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: shown.model.rowCount() == 2 * PAGE)
    bar.setValue(150 * HEIGHT)
    rows.aside = "Delivered"
    rows.gone.add(1_000_000 - 151)
    look(pager, qtbot)
    row, _ = shown.stretch()
    assert shown.model.entry(row + 1).aside == "Delivered"
    assert shown.model.row_of(1_000_000 - 151) is None


def test_more_new_mails_than_a_page_are_offered_and_nothing_jumps(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    bar = shown.view.verticalScrollBar()
    bar.setValue(20 * HEIGHT)
    rows.newest += 1_000
    look(pager, qtbot)
    assert bar.value() == 20 * HEIGHT
    assert shown.model.entry(0).id == 1_000_000
    assert shown.newer.isVisible()
    with qtbot.waitSignal(pager.looked):
        shown.newer.click()
    assert shown.model.entry(0).id == 1_001_000
    assert bar.value() == 0
    assert not shown.newer.isVisible()


def test_at_the_top_a_flood_of_new_mails_begins_the_list_anew(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    rows.newest += 1_000
    look(pager, qtbot)
    assert shown.model.rowCount() == PAGE
    assert shown.model.entry(0).id == 1_001_000


def test_another_question_begins_at_the_top_and_a_late_answer_to_the_old_one_is_dropped(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot
) -> None:
    bar = shown.view.verticalScrollBar()
    bar.setValue(20 * HEIGHT)
    pager.look()
    rows.about, rows.newest = "failed", 30
    look(pager, qtbot)
    qtbot.waitUntil(lambda: not pager.looking)
    assert ids(shown.model) == list(range(30, 0, -1))
    assert bar.value() == 0


def test_a_failed_look_is_told_and_the_list_stays(
    pager: Pager, shown: EntryList, rows: Rows, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_after: int | None, _limit: int) -> Page[Entry]:
        raise OSError("away")

    monkeypatch.setattr(rows, "fetch", fail)
    with qtbot.waitSignal(pager.failed):
        pager.look()
    assert shown.model.rowCount() == PAGE
