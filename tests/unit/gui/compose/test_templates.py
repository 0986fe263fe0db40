"""Templates are filled in, made, changed."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from launcher.gui.mail.compose.fill_sheet import FillSheet
from launcher.gui.mail.compose.name_sheet import NameSheet
from launcher.gui.mail.compose.pane import ComposePane
from launcher.gui.mail.compose.templates_sheet import TemplatesSheet
from launcher.gui.mail.confirm import Confirm
from launcher.mail import Template, Words
from tests.unit.gui.compose.writing import write
from tests.unit.gui.fakes import FakeSession


def test_a_template_is_filled_in_and_can_be_taken_back(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    words = Words("Welcome, {{ name }}", "Dear {{ name }}")
    session.mail.kept_templates = [Template(1, "Welcome", words, ("name",))]
    write(pane)
    pane.templates.click()
    qtbot.waitUntil(pane.templates.menu_shown.isVisible)
    pane.templates.menu_shown.actions()[0].trigger()
    pane.templates.menu_shown.hide()
    sheet = pane.window().findChild(FillSheet)
    assert sheet is not None
    sheet.fill.click()
    qtbot.waitUntil(lambda: sheet.status.text() == "variables: name is missing.")
    sheet.lines["name"].setText("Ada")
    sheet.fill.click()
    qtbot.waitUntil(lambda: pane.form.subject.text() == "Welcome, Ada")
    assert pane.form.body.text.toPlainText() == "Dear Ada"
    assert pane.form.to.valid() == ("you@example.com",)
    pane.templates._undo()
    assert pane.form.subject.text() == "Hi"


def test_what_is_written_becomes_a_template_of_a_name(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    write(pane)
    session.mail.refuse = {"name": ["There is a template of this name."]}
    pane.templates._keep()
    sheet = pane.window().findChild(NameSheet)
    assert sheet is not None
    sheet.name.setText("Greeting")
    sheet.save.click()
    qtbot.waitUntil(lambda: "of this name" in sheet.status.text())
    session.mail.refuse = None
    sheet.save.click()
    qtbot.waitUntil(lambda: bool(session.mail.kept_templates))
    assert session.mail.kept_templates[0].words == Words("Hi", "Hello")


def test_templates_are_changed_and_deleted(
    pane: ComposePane, session: FakeSession, qtbot: QtBot
) -> None:
    session.mail.kept_templates = [Template(1, "One", Words("1")), Template(2, "Two", Words("2"))]
    pane.templates._manage()
    sheet = pane.window().findChild(TemplatesSheet)
    assert sheet is not None
    qtbot.waitUntil(lambda: sheet.list.count() == 2)
    assert sheet.subject.text() == "1"
    sheet.list.setCurrentRow(1)
    sheet.subject.setText("zwei")
    sheet.save.click()
    qtbot.waitUntil(lambda: session.mail.kept_templates[-1].words == Words("zwei"))
    qtbot.waitUntil(lambda: sheet.list.count() == 2)
    sheet.delete.click()
    question = pane.window().findChild(Confirm) or sheet.findChild(Confirm)
    assert question is not None
    question.do.click()
    qtbot.waitUntil(lambda: sheet.list.count() == 1)
    assert [one.name for one in session.mail.kept_templates] == ["One"]
