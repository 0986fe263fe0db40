"""A person uses what opens before the Mail page: templates, a list, later, repeat, chaos, release.

A part of window_walk. Its mails end in the catcher, and one is released to a scripted mail server.
"""

from __future__ import annotations

from launcher.gui.mail.compose.batch_sheet import BatchSheet
from launcher.gui.mail.compose.fill_sheet import FillSheet
from launcher.gui.mail.compose.name_sheet import NameSheet
from launcher.gui.mail.compose.when_sheet import CRON, ONCE, WhenSheet
from launcher.gui.mail.inbox.release_sheet import ReleaseSheet
from launcher.gui.mail.page import MailPage
from launcher.gui.window import MAIL
from tests.e2e.person import Person

SETTINGS = """
[mail]
release = "real"
[smtp.real]
host = "127.0.0.1"
port = {port}
security = "none"
"""
"""What lets mails be released; `port` is that of a mail server."""


def use_sheets(person: Person) -> None:
    """All of them; the services are up."""
    person.press("ctrl+n")
    page = person.window.page(MAIL)
    assert isinstance(page, MailPage)
    for part in (_template, _batch, _later, _repeat, _chaos, _release):
        part(person, page)


def _write(person: Person, page: MailPage, to: str, subject: str) -> None:
    """With the mouse into each field, with keys what stands there."""
    person.press("ctrl+n")
    form = page.compose.form
    if to:
        person.click(form.to.line)
        person.type(to)
    person.click(form.subject)
    person.press("ctrl+a")
    person.type(subject)
    person.click(form.body.text)
    person.press("ctrl+a")
    person.type("Dear {{ name }}.")


def _template(person: Person, page: MailPage) -> None:
    pane = page.compose
    _write(person, page, "", "Hello {{ name }}")
    person.click(pane.templates)
    person.choose(pane.templates.menu_shown, "Save as template")
    naming = person.sheet(NameSheet)
    person.click(naming.name)
    person.type_into(naming.name, "A greeting")
    person.picture("template", naming)
    person.leave(naming, naming.save)
    person.click(pane.templates)
    person.choose(pane.templates.menu_shown, "A greeting")
    filling = person.sheet(FillSheet)
    person.click(filling.lines["name"])
    person.type_into(filling.lines["name"], "Ada")
    person.picture("fill", filling)
    person.leave(filling, filling.fill)
    person.wait_for(lambda: pane.form.subject.text() == "Hello Ada", 10, "the filled template")
    person.seen["template"] = pane.form.body.text.toPlainText()


def _batch(person: Person, page: MailPage) -> None:
    pane = page.compose
    _write(person, page, "", "News for {{ name }}")
    person.click(pane.each)
    sheet = person.sheet(BatchSheet)
    person.click(sheet.list)
    person.type_into(sheet.list, "email,name\nada@localhost,Ada\nbo@localhost,Bo\nnobody,X")
    person.wait_for(lambda: sheet.send.text() == "Send to 2", 10, "the list checked")
    person.seen["wrong"] = sheet.wrong.toPlainText()
    person.picture("batch", sheet)
    person.click(sheet.send)
    person.wait_for(lambda: sheet.bar.maximum() == sheet.bar.value() == 2, 30, "both at their end")
    person.seen["batch"] = sheet.progress.text()
    person.picture("batch-sent", sheet)
    person.leave(sheet, sheet.close_button)


def _later(person: Person, page: MailPage) -> None:
    pane = page.compose
    _write(person, page, "later@localhost", "Later")
    person.click(pane.later)
    sheet = person.sheet(WhenSheet)
    person.click(sheet.choices[ONCE], sheet.choices[ONCE].rect().center() / 4)
    person.wait_for(lambda: sheet.meaning.text().startswith("Goes out on"), 5, "when it goes out")
    person.picture("later", sheet)
    person.leave(sheet, sheet.set)
    person.wait_for(lambda: pane.send.text() == "Schedule", 5, "the button's other word")
    person.press("ctrl+Return")
    person.wait_for(lambda: person.has_button("Scheduled 1"), 20, "it among the scheduled ones")
    person.seen["scheduled"] = page.outbox.filters["SCHEDULED"].text()
    person.picture("scheduled")


def _repeat(person: Person, page: MailPage) -> None:
    pane = page.compose
    _write(person, page, "again@localhost", "Again")
    person.click(pane.later)
    sheet = person.sheet(WhenSheet)
    person.click(sheet.cron)
    person.press("ctrl+a")
    person.type_into(sheet.cron, "30 8 * * 1-5")
    person.wait_for(lambda: "next on" in sheet.meaning.text(), 10, "the schedule in words")
    assert sheet.choices[CRON].isChecked()
    person.seen["cron"] = sheet.meaning.text().partition(";")[0]
    person.picture("repeat", sheet)
    person.leave(sheet, sheet.set)
    person.click(pane.send)
    person.wait_for(lambda: page.repeats.isVisible() and page.repeats.rows, 20, "the repeat")
    person.picture("repeats")
    person.click(page.repeats.rows[0].switch)
    person.wait_for(lambda: page.repeats.rows[0].switch.text() == "Go on", 10, "it paused")
    person.seen["repeats"] = len(page.repeats.rows)


def _chaos(person: Person, page: MailPage) -> None:
    inbox = page.inbox
    person.press("alt+3")
    for words in ("The next 1", "Says “try later”"):
        person.click(inbox.chaos)
        person.choose(inbox.chaos.menu_shown, words)
    person.wait_for(inbox.warning.isVisible, 10, "the warning")
    person.picture("chaos")
    person.click(inbox.behave)
    person.wait_for(lambda: not inbox.warning.isVisible(), 10, "the catcher well behaved")
    person.seen["chaos"] = inbox.chaos.text()


def _release(person: Person, page: MailPage) -> None:
    inbox = page.inbox
    person.wait_for(lambda: inbox.detail.mail is not None, 10, "a caught mail")
    person.wait_for(inbox.detail.release.isEnabled, 10, "the way to a real server")
    person.click(inbox.detail.release)
    sheet = person.sheet(ReleaseSheet)
    person.picture("release", sheet)
    person.leave(sheet, sheet.release)
    outbox = page.outbox
    person.wait_for(
        lambda: (
            outbox.isVisible()
            and outbox.detail.mail is not None
            and outbox.detail.mail.row.state == "DELIVERED"
        ),
        30,
        "it released",
    )
    person.picture("released")
