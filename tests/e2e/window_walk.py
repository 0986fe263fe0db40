"""A person walks through the window: real services, real mouse and keys sent through the X server.

Run by test_window.py in a process of its own, since a process has one Qt application. Prints one
JSON object with what was seen at each step.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QLabel,
    QLineEdit,
)

from launcher.app import Wishes, open_session
from launcher.gui.mail.compose.address_chip import AddressChip
from launcher.gui.mail.compose.attachment_chip import AttachmentChip
from launcher.gui.main import make_application
from launcher.gui.window import Window
from launcher.paths import Home
from tests.e2e.person import Person, at_the_window, pause, xdotool
from tests.e2e.sheets_walk import SETTINGS, use_sheets
from tests.helpers.smtp.process import MailServer

SUBJECT = "Hello from a real window"


def walk(person: Person, *, sheets: bool) -> None:
    window, seen = person.window, person.seen
    seen["before"] = person.states()
    person.click(person.button("Start all"))
    person.wait_for(
        lambda: set(person.states().values()) <= {"Ready", "Done"}, 120, "all services green"
    )
    seen["started"] = person.states()
    # The sparklines need a few looks before they show anything.
    pause(person.patience_ms)
    person.picture("services")

    person.press("ctrl+n")
    _write_to_nobody(person)
    _write(person)
    outbox = _outbox(person)
    person.wait_for(lambda: "elivered" in _first(outbox), 30, "delivered")
    seen["outbox"] = _first(outbox)
    pause(1500)  # the detail looks again every second
    person.picture("mail")
    _resend(person)
    _draft(person)

    person.click(person.button("Inbox"))
    person.wait_for(
        lambda: any(
            SUBJECT in str(view.model().index(0, 0).data(_ACCESSIBLE))
            for view in window.findChildren(QAbstractItemView)
            if view.isVisible()
        ),
        30,
        "the mail in the inbox",
    )
    inbox = person.find(QAbstractItemView, lambda view: view.accessibleName() == "Inbox")
    person.click(inbox.viewport(), inbox.visualRect(inbox.model().index(0, 0)).center())
    person.wait_for(
        lambda: any(
            label.isVisible() and label.text() == SUBJECT for label in window.findChildren(QLabel)
        ),
        10,
        "the opened mail",
    )
    person.wait_for(lambda: person.has_button("Files 1"), 10, "its attachment")
    seen["inbox"] = SUBJECT
    person.picture("inbox")

    person.press("ctrl+2")
    pause(300)
    person.picture("logs")
    if sheets:
        use_sheets(person)
    person.press("ctrl+1")
    person.click(person.button("Stop all"))
    person.wait_for(lambda: set(person.states().values()) == {"Stopped"}, 40, "all stopped")
    seen["stopped"] = person.states()


_ACCESSIBLE = Qt.ItemDataRole.AccessibleTextRole


def _write_to_nobody(person: Person) -> None:
    """An invalid address: its chip says why, nothing is lost, and the keyboard removes it."""
    person.focus("To")
    person.type("nobody at all")
    person.press("ctrl+Return")
    person.wait_for(lambda: person.says("Not sent: see what is marked above."), 10, "the refusal")
    person.picture("refused")
    person.press("ctrl+n")
    person.focus("To")
    chip = person.find(AddressChip, lambda one: bool(one.address.reason))
    person.seen["kept"] = chip.text()
    person.press("BackSpace")
    person.wait_for(chip.hasFocus, 10, "the keyboard on the chip")
    person.press("Delete")
    person.wait_for(
        lambda: not any(one.isVisible() for one in person.window.findChildren(AddressChip)),
        10,
        "no chip",
    )
    person.focus("To")


def _write(person: Person) -> None:
    """To, then Tab to the subject and the text, a file, then Ctrl+Enter: the keyboard alone."""
    person.type("you@localhost")
    while (focused := person.window.focusWidget()) and focused.accessibleName() != "Subject":
        person.tab()
    person.seen["chips"] = [
        one.text() for one in person.window.findChildren(AddressChip) if one.isVisible()
    ]
    person.type(SUBJECT)
    person.tab()
    person.focus("Text")
    person.type("Typed by keys, sent by Ctrl and Enter.")
    _attach(person)
    person.wait_for(lambda: person.says("Kept as a draft."), 20, "the draft")
    person.picture("compose")
    person.press("ctrl+Return")
    outbox = _outbox(person)
    person.wait_for(
        lambda: outbox.isVisible() and _first(outbox).startswith(SUBJECT), 20, "it in the outbox"
    )


def _attach(person: Person) -> None:
    """Ctrl+Shift+A, the file's path, Enter."""
    notes = person.pictures / "notes.txt"
    notes.write_text("Some notes.\n")
    person.press("ctrl+shift+a")
    dialog: list[QFileDialog] = []

    def opened() -> bool:
        dialog[:] = [one for one in person.window.findChildren(QFileDialog) if one.isVisible()]
        return bool(dialog)

    person.wait_for(opened, 10, "the file dialog")
    person.go_to(dialog[0])
    xdotool("type", "--delay", "2", str(notes))
    person.press("Return")
    # Without a window manager nobody gives the focus back.
    person.wait_for(lambda: not opened(), 10, "the end of the file dialog")
    person.go_to(person.window)
    person.wait_for(
        lambda: any("bytes" in one.text() for one in _chips(person)), 10, "the attached file"
    )
    person.seen["attached"] = _chips(person)[0].text()


def _chips(person: Person) -> list[AttachmentChip]:
    return person.window.findChildren(AttachmentChip)


def _resend(person: Person) -> None:
    """The delivered mail once more: another row, delivered as well."""
    outbox = _outbox(person)
    before = outbox.model().rowCount()
    person.click(person.button("Resend"))
    person.wait_for(lambda: outbox.model().rowCount() == before + 1, 20, "the mail sent again")
    person.wait_for(lambda: "elivered" in _first(outbox), 30, "the second delivery")
    person.seen["resent"] = outbox.model().rowCount()


def _draft(person: Person) -> None:
    """Half a mail, left; found again among the drafts and gone on with."""
    person.press("ctrl+n")
    person.focus("To")
    person.type("later@localhost")
    while (focused := person.window.focusWidget()) and focused.accessibleName() != "Subject":
        person.tab()
    person.type("Half a mail")
    person.wait_for(lambda: person.says("Kept as a draft."), 20, "the draft")
    person.press("alt+2")
    person.wait_for(lambda: person.has_button("Drafts 1"), 10, "the drafts' count")
    person.click(person.button("Drafts"))
    outbox = _outbox(person)
    person.wait_for(lambda: _first(outbox).startswith("Half a mail"), 10, "the draft in the list")
    person.wait_for(lambda: person.has_button("Go on writing"), 10, "its button")
    person.picture("draft")
    person.click(person.button("Go on writing"))
    person.wait_for(
        lambda: any(
            line.isVisible() and line.text() == "Half a mail"
            for line in person.window.findChildren(QLineEdit)
        ),
        10,
        "the draft in the form",
    )
    person.seen["draft"] = "Half a mail"


def _outbox(person: Person) -> QAbstractItemView:
    (found,) = [
        view
        for view in person.window.findChildren(QAbstractItemView)
        if view.accessibleName() == "Outbox"
    ]
    return found


def _first(view: QAbstractItemView) -> str:
    return str(view.model().index(0, 0).data(_ACCESSIBLE) or "")


def main(home: str, broker: str, pictures: str, size: str = "1000x650", patience: str = "0") -> int:
    place, sheets = Home(Path(home)), broker == "embedded"
    with contextlib.ExitStack() as end:
        if sheets:
            server = end.enter_context(MailServer())
            place.prepare()
            place.settings_file.write_text(SETTINGS.format(port=server.port), encoding="utf-8")
        session = end.enter_context(open_session(place, Wishes(broker=broker)))
        app = make_application()
        if font := os.environ.get("WALK_FONT"):
            app.setFont(QFont(font, app.font().pointSize()))
        app.setQuitOnLastWindowClosed(False)
        window = Window(session)
        width, height = size.split("x")
        window.resize(int(width), int(height))
        person = Person(window, Path(pictures), int(patience))
        at_the_window(window, person, partial(walk, sheets=sheets))
        if sheets:
            person.seen["released"] = [mail.subject for mail in server.taken()]
    left = session.left()
    person.seen["left"] = {"processes": left.processes, "ports": left.ports}
    print(json.dumps(person.seen))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
