"""The Exchange lab page: what is edited is foretold at once, and what the broker tells is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QListWidget, QTableWidget
from pytestqt.qtbot import QtBot

from launcher.core.facts import BrokerMode
from launcher.core.lab import Settle
from launcher.core.lab_events import (
    ConsumerGone,
    Delivered,
    LabPhase,
    LabStands,
    Refused,
    Sent,
    Settled,
    Waiting,
)
from launcher.core.lab_examples import ANIMALS, REPORTS, WORK_QUEUE
from launcher.core.lab_file import read_lab
from launcher.core.matching import HeaderMatch
from launcher.gui.lab.page import LabPage
from launcher.gui.window import LAB, Window
from tests.unit.gui.fakes import FakeSession


@pytest.fixture
def page(window: Window) -> LabPage:
    window.resize(1180, 760)
    window.show_page(LAB)
    made = window.page(LAB)
    assert isinstance(made, LabPage)
    return made


@pytest.fixture
def opened(page: LabPage, qtbot: QtBot) -> LabPage:
    page.start.click()
    qtbot.waitUntil(lambda: page.desk.open)
    return page


def verdicts(page: LabPage) -> dict[str, str]:
    shown = [row for row in page.routes.rows if not row.isHidden()]
    return {row.name.text(): row.verdict.text() for row in shown}


def type_into(edit: QLineEdit, text: str, qtbot: QtBot) -> None:
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, text) if text else qtbot.keyClick(edit, Qt.Key.Key_Delete)


def delivered(number: int, consumer: str = "worker-1", **more: object) -> Delivered:
    fields: dict[str, object] = {
        "consumer": consumer,
        "queue": "mails",
        "tag": number,
        "number": number,
        "key": "mails",
        "headers": (),
        "body": b"hello",
        "redelivered": False,
        "held": True,
    }
    return Delivered(**{**fields, **more})  # type: ignore[arg-type]


def test_the_forecast_follows_every_letter_of_the_key(page: LabPage, qtbot: QtBot) -> None:
    assert verdicts(page) == {"orange": "gets it", "rabbits": "gets it", "lazy": "does not"}
    type_into(page.message.key, "lazy.pink.cat", qtbot)
    assert verdicts(page) == {"orange": "does not", "rabbits": "does not", "lazy": "gets it"}
    assert "# stands for “pink.cat”" in page.routes.rows[2].why.text()
    assert "Word 2 is “pink”" in page.routes.rows[0].why.text()
    assert "orange: pink, does not fit" in page.routes.rows[0].strips[0].accessibleName()


def test_a_key_beyond_the_limit_is_refused_beside_it_and_nothing_is_sent(
    page: LabPage, qtbot: QtBot
) -> None:
    page.message.key.setFocus()
    page.message.key.setText("")
    page.message.key.insert(".".join(["word"] * 300))
    page.message.key.textEdited.emit(page.message.key.text())
    assert "1,499 bytes (300 words)" in page.message.fields["key"].error.text()
    assert not page.message.send.isEnabled()
    type_into(page.message.key, "a", qtbot)
    assert page.message.fields["key"].error.isHidden()
    assert page.message.send.isEnabled()


def test_a_cell_that_is_wrong_is_refused_below_the_table_and_stays(page: LabPage) -> None:
    page.bindings.table.item(0, 1).setText(".".join(["word"] * 300))
    assert "300 words" in page.bindings.error.text()
    assert page.bindings.table.item(0, 1).text() == "*.orange.*"
    page.bindings.table.item(0, 1).setText("quick.#")
    assert page.bindings.error.isHidden()
    assert page.desk.lab.bindings[0].key == "quick.#"
    page.queues.table.item(0, 1).setText("soon")
    assert "no number of milliseconds" in page.queues.error.text()


def test_queues_are_added_renamed_and_removed_with_the_keyboard(
    page: LabPage, qtbot: QtBot
) -> None:
    table = page.queues.table
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Insert)
    assert [queue.name for queue in page.desk.lab.queues][-1] == "queue-1"
    table.item(0, 0).setText("citrus")
    assert page.desk.lab.bindings[0].queue == "citrus"
    table.setCurrentCell(3, 0)
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert [queue.name for queue in page.desk.lab.queues] == ["citrus", "rabbits", "lazy"]


def test_dragging_from_the_exchange_to_a_queue_binds_it(page: LabPage, qtbot: QtBot) -> None:
    picture = page.picture
    begin = picture.exchange_rect().center().toPoint()
    end = picture.queue_rect("lazy").center().toPoint()
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseMove(picture, end)
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=end)
    assert [each.queue for each in page.desk.lab.bindings][-1] == "lazy"
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=begin)
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=begin + QPoint(1, 1))
    assert len(page.desk.lab.bindings) == 4


def test_headers_are_edited_with_their_match(page: LabPage) -> None:
    page.desk.begin(REPORTS)
    table = page.bindings.table
    assert not table.isColumnHidden(2)
    table.item(0, 2).setText("any")
    assert page.desk.lab.bindings[0].match is HeaderMatch.ANY
    table.item(0, 1).setText("format = zip, pages = 3")
    assert page.desk.lab.bindings[0].arguments == (("format", "zip"), ("pages", 3))
    table.item(0, 1).setText('format = "open')
    assert "is no header" in page.bindings.error.text()


def test_each_kind_of_exchange_says_what_it_does(page: LabPage) -> None:
    for kind, segment in page.exchange.kinds.items():
        segment.click()
        assert page.desk.lab.exchange is kind
        assert kind.value in page.exchange.words.text().lower()
    assert not page.bindings.add.isEnabled(), "the default exchange has no bindings of the user's"


def test_sending_opens_the_lab_first_and_shows_what_rabbitmq_did(
    page: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.message.send.click()
    qtbot.waitUntil(lambda: ("send", page.desk.lab.message, 1) in session.lab.asked)
    verbs = [asked[0] for asked in session.lab.asked]
    assert verbs[:3] == ["open", "apply", "send"]
    session.lab.tell(Sent(1, ("orange", "rabbits")), Waiting({"orange": 1, "rabbits": 1}))
    qtbot.waitUntil(lambda: verdicts(page)["orange"] == "got it")
    assert verdicts(page)["lazy"] == "did not get it"
    assert "agrees with the forecast" in page.routes.outcome.text()
    assert page.queues.table.item(0, 3).text() == "1"
    assert "#1 went to orange, rabbits." in page.story.lines.item(0).text()


def test_a_broker_that_does_otherwise_than_foretold_is_not_hidden(
    opened: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    opened.message.send.click()
    session.lab.tell(Sent(1, ("lazy",)))
    qtbot.waitUntil(lambda: "against the rule" in verdicts(opened)["lazy"])
    assert "otherwise than the forecast" in opened.routes.outcome.text()


def test_an_answer_to_an_earlier_lab_says_nothing_about_this_one(
    opened: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    opened.message.send.click()
    type_into(opened.message.key, "lazy", qtbot)
    session.lab.tell(Sent(1, ("orange", "rabbits")))
    qtbot.waitUntil(lambda: opened.story.lines.count() == 2)
    assert verdicts(opened)["lazy"] == "gets it"


def test_who_guesses_sees_the_forecast_only_afterwards(
    opened: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    opened.routes.guess_first.setChecked(True)
    assert set(verdicts(opened).values()) == {"?"}
    assert all(not row.why.text() for row in opened.routes.rows)
    opened.routes.rows[0].guess.setChecked(True)
    opened.routes.rows[2].guess.setChecked(True)
    opened.message.send.click()
    session.lab.tell(Sent(1, ("orange", "rabbits")))
    qtbot.waitUntil(lambda: "right on 1 of 3" in opened.routes.outcome.text())


def test_competing_consumers_hold_and_settle_messages(
    page: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.desk.begin(WORK_QUEUE)
    page.start.click()
    qtbot.waitUntil(lambda: set(page.desk.hands) == {"worker-1", "worker-2"})
    first, second = page.consumers.cards
    session.lab.tell(delivered(1), delivered(2, "worker-2", body=b"\xff\xfe"))
    qtbot.waitUntil(lambda: not second.lines[0].isHidden())
    assert "2 bytes, not UTF-8" in second.lines[0].words.text()
    first.lines[0].buttons[Settle.ACK].click()
    assert ("settle", "worker-1", 1, Settle.ACK) in session.lab.asked
    session.lab.tell(Settled("worker-1", 1, 1, Settle.ACK))
    qtbot.waitUntil(first.lines[0].isHidden)
    assert "Nothing in hand" in first.more.text()
    second.kill.click()
    assert ("cut", "worker-2", "died") in session.lab.asked
    session.lab.tell(ConsumerGone("worker-2", "died", 1), delivered(2, redelivered=True))
    qtbot.waitUntil(lambda: "#2 (redelivered)" in first.lines[0].words.text())
    assert "Does not consume" in second.more.text()
    second.start.click()
    assert session.lab.asked.count(("consume", "worker-2")) == 2


def test_the_keyboard_stays_with_a_consumer_whose_button_goes(
    page: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.desk.begin(WORK_QUEUE)
    page.start.click()
    qtbot.waitUntil(lambda: set(page.desk.hands) == {"worker-1", "worker-2"})
    first = page.consumers.cards[0]
    session.lab.tell(delivered(1), delivered(2))
    qtbot.waitUntil(lambda: not first.lines[1].isHidden())
    page.window().activateWindow()
    first.lines[1].buttons[Settle.ACK].setFocus()
    session.lab.tell(Settled("worker-1", 2, 2, Settle.ACK))
    qtbot.waitUntil(first.lines[1].isHidden)
    assert page.window().focusWidget() is first.lines[0].buttons[Settle.ACK]
    session.lab.tell(Settled("worker-1", 1, 1, Settle.ACK))
    qtbot.waitUntil(first.lines[0].isHidden)
    assert page.window().focusWidget() is first.queue, "on nothing that does something"
    session.lab.tell(delivered(3))
    qtbot.waitUntil(lambda: not first.lines[0].isHidden())
    assert page.window().focusWidget() is first.lines[0].buttons[Settle.ACK]
    first.kill.setFocus()
    session.lab.tell(ConsumerGone("worker-1", "died", 0))
    qtbot.waitUntil(first.kill.isHidden)
    assert page.window().focusWidget() is first.start


def test_a_consumer_that_is_changed_begins_anew_and_a_removed_one_ends(
    page: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    page.desk.begin(WORK_QUEUE)
    page.start.click()
    qtbot.waitUntil(lambda: set(page.desk.hands) == {"worker-1", "worker-2"})
    page.consumers.cards[0].prefetch.chosen.emit("5")
    assert page.desk.lab.consumers[0].prefetch == 5
    assert session.lab.asked.count(("consume", "worker-1")) == 2
    page.consumers.cards[1].remove.click()
    assert ("cut", "worker-2", "was removed") in session.lab.asked


def test_a_lost_broker_is_said_and_the_lab_can_be_opened_again(
    opened: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.lab.tell(Waiting({"lazy": 3}))
    session.lab.tell(LabStands(LabPhase.FAILED, "The broker is gone.", "Start it again."))
    qtbot.waitUntil(opened.banner.isVisible)
    assert opened.banner.words.text() == "The broker is gone."
    assert opened.queues.table.item(2, 3).text() == "–"
    opened.again.click()
    qtbot.waitUntil(lambda: opened.desk.open)
    assert session.lab.asked.count(("open",)) == 2
    assert opened.banner.isHidden()


def test_a_lab_that_cannot_be_opened_says_why_and_still_foretells(
    page: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    session.lab.refusal = LabStands(LabPhase.FAILED, "No permission.", "Give it the tag.")
    page.message.send.click()
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.remedy.text() == "Give it the tag."
    assert not any(asked[0] == "send" for asked in session.lab.asked)
    assert verdicts(page)["orange"] == "gets it"


def test_the_embedded_broker_says_what_it_cannot_show(window: Window, session: FakeSession) -> None:
    session.broker = BrokerMode.EMBEDDED
    window.show_page(LAB)
    page = window.page(LAB)
    assert isinstance(page, LabPage)
    assert page.banner.isVisible()
    assert "no dead letters" in page.banner.words.text()
    assert page.start.isHidden()
    assert not page.message.send.isEnabled()
    assert verdicts(page)["orange"] == "gets it"


def test_only_the_queue_that_is_chosen_is_emptied(opened: LabPage, session: FakeSession) -> None:
    assert not opened.queues.empty.isEnabled()
    opened.queues.table.setCurrentCell(1, 0)
    opened.queues.empty.click()
    assert ("purge", "rabbits") in session.lab.asked


def test_removing_the_lab_asks_the_broker_to(
    opened: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    opened.stop.click()
    qtbot.waitUntil(lambda: opened.desk.stands.phase is LabPhase.CLOSED)
    assert ("close",) in session.lab.asked
    assert opened.start.isVisible()


def test_a_refusal_of_the_broker_is_a_notice_and_nothing_else_changes(
    opened: LabPage, session: FakeSession, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(opened.notice_raised) as told:
        session.lab.tell(Refused("RabbitMQ refuses: no.", "Try."))
    assert told.args == ["RabbitMQ refuses: no. Try."]
    assert opened.desk.open


def test_a_lab_is_saved_and_opened_and_a_wrong_file_names_its_place(
    page: LabPage, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(page.notice_raised) as told:
        page.files.save(page.desk.lab, tmp_path / "mine.lab.json")
    assert "Saved as" in told.args[0]
    assert read_lab((tmp_path / "mine.lab.json").read_bytes()) == ANIMALS
    page.desk.change(WORK_QUEUE)
    page.files.open(tmp_path / "mine.lab.json")
    qtbot.waitUntil(lambda: page.desk.lab == ANIMALS)
    (tmp_path / "bad.lab.json").write_text('{"celery-launcher-lab": 1, "exchange": "topics"}')
    with qtbot.waitSignal(page.notice_raised) as told:
        page.files.open(tmp_path / "bad.lab.json")
    assert "exchange: “topics” is none of" in told.args[0]
    with qtbot.waitSignal(page.notice_raised) as told:
        page.files.open(tmp_path / "none.lab.json")
    assert "No such file" in told.args[0]


def test_bytes_that_are_no_text_are_written_as_hex(page: LabPage, qtbot: QtBot) -> None:
    type_into(page.message.body, "hex: ff fe", qtbot)
    assert page.desk.lab.message.body == b"\xff\xfe"
    type_into(page.message.body, "hex: f", qtbot)
    assert "pairs of the digits" in page.message.fields["body"].error.text()
    assert not page.message.send.isEnabled()


def test_fifty_queues_are_shown_and_the_picture_says_how_many_it_leaves_out(page: LabPage) -> None:
    for _ in range(47):
        page.queues.add.click()
    assert len(verdicts(page)) == 50
    page.queues.add.click()
    assert "at most 50 queues" in page.queues.error.text()
    assert page.picture.queue_rect("queue-40").isEmpty()


def test_every_control_has_a_name(page: LabPage) -> None:
    page.desk.begin(WORK_QUEUE)
    kinds = (QAbstractButton, QLineEdit, QTableWidget, QListWidget)
    # Corner buttons of tables and the like are Qt's own.
    controls = [one for kind in kinds for one in page.findChildren(kind)]
    nameless = [
        one
        for one in controls
        if not one.accessibleName() and not one.parent().inherits("QTableView")
    ]
    assert nameless == []
