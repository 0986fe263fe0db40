"""Addresses as chips: typed, pasted, mended, removed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose.address_edit import MOST_CHIPS, SHOWN_OF_MANY
from launcher.gui.mail.compose.address_sheet import AddressSheet
from launcher.gui.mail.compose.pane import ComposePane

LEFT = Qt.MouseButton.LeftButton


def test_what_is_typed_becomes_chips_by_comma_enter_and_leaving(
    pane: ComposePane, qtbot: QtBot
) -> None:
    line = pane.form.to.line
    line.setFocus()
    qtbot.keyClicks(line, "a@x.org,b@x.org")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.keyClicks(line, "c@x.org")
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert [chip.text() for chip in pane.form.to.chips] == ["a@x.org", "b@x.org", "c@x.org"]
    assert pane.form.cc.line.hasFocus()
    assert line.text() == ""


def test_a_comma_in_a_quoted_name_parts_nothing(pane: ComposePane, qtbot: QtBot) -> None:
    line = pane.form.to.line
    qtbot.keyClicks(line, '"Doe, Jane" <j@x.org>;')
    assert [chip.text() for chip in pane.form.to.chips] == ['"Doe, Jane" <j@x.org>']


def test_an_invalid_address_is_marked_with_its_reason(pane: ComposePane, qtbot: QtBot) -> None:
    pane.form.to.add_text("nobody, a@x.org")
    wrong, right = pane.form.to.chips
    assert wrong.accessibleName() == 'nobody, invalid: It has no "@".'
    assert 'It has no "@".' in wrong.toolTip()
    assert right.accessibleName() == "a@x.org, valid"
    assert pane.form.to.valid() == ("a@x.org",)


def test_chips_are_walked_edited_and_removed_by_the_keyboard(
    pane: ComposePane, qtbot: QtBot
) -> None:
    edit = pane.form.to
    edit.add_text("a@x.org, b@x.org, c@x.org")
    edit.line.setFocus()
    qtbot.keyClick(edit.line, Qt.Key.Key_Backspace)
    assert edit.chips[2].hasFocus()
    qtbot.keyClick(edit.chips[2], Qt.Key.Key_Left)
    assert edit.chips[1].hasFocus()
    qtbot.keyClick(edit.chips[1], Qt.Key.Key_Delete)
    assert [chip.text() for chip in edit.chips] == ["a@x.org", "c@x.org"]
    assert edit.chips[1].hasFocus()
    qtbot.keyClick(edit.chips[1], Qt.Key.Key_Return)
    assert edit.line.text() == "c@x.org"
    assert edit.line.hasFocus()


def test_a_click_on_the_cross_removes_the_chip(pane: ComposePane, qtbot: QtBot) -> None:
    edit = pane.form.to
    edit.add_text("a@x.org, b@x.org")
    chip = edit.chips[0]
    cross = chip.rect().center()
    cross.setX(chip.width() - 12)
    qtbot.mouseClick(chip, LEFT, pos=cross)
    assert [one.text() for one in edit.chips] == ["b@x.org"]


def test_a_thousand_pasted_addresses_collapse_into_a_count(pane: ComposePane, qtbot: QtBot) -> None:
    lines = [f"person{number}@example.org" for number in range(1_000)]
    lines[700] = "nobody"
    QGuiApplication.clipboard().setText("\n".join(lines))
    pane.form.to.line.setFocus()
    qtbot.keyClick(pane.form.to.line, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    edit = pane.form.to
    assert len(edit.addresses()) == 1_000
    assert len(edit.chips) == SHOWN_OF_MANY
    assert edit.chips[0].text() == "nobody"
    assert edit.more.text() == "and 994 more · 1 invalid of all"
    edit.more.click()
    sheet = pane.window().findChild(AddressSheet)
    assert sheet is not None
    assert sheet.wrong.toPlainText() == 'nobody: It has no "@".'
    sheet.text.setPlainText("a@x.org\nb@x.org")
    sheet.take_over.click()
    assert edit.valid() == ("a@x.org", "b@x.org")


def test_a_dozen_chips_are_shown_each(pane: ComposePane) -> None:
    pane.form.to.add_text(",".join(f"p{number}@x.org" for number in range(MOST_CHIPS)))
    assert len(pane.form.to.chips) == MOST_CHIPS
    assert not pane.form.to.more.isVisible()
