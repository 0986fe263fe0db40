"""A person walks through the window on Windows' Python: real services, real mouse and keys.

Qt's native `windows` plugin draws it. A program of Linux cannot be started from here, so what
xdotool is to do is printed, and `tests.windows.test_window` does it. The last line says what was
seen.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication

from launcher.app import Wishes, open_session
from launcher.gui.main import make_application
from launcher.gui.window import Window
from launcher.paths import Home
from tests.e2e import person as at_the_mouse
from tests.e2e.person import Person, at_the_window, pause

SUBJECT = "Hello from Windows"
START_LIMIT = 400
"""Seconds until all is green; Wine on a busy machine is slow to start programs."""


def main(home: str, pictures: str) -> int:
    at_the_mouse.xdotool = _ask_for
    with open_session(Home(Path(home)), Wishes(broker="embedded")) as session:
        make_application().setQuitOnLastWindowClosed(False)
        window = Window(session)
        window.resize(1100, 700)
        person = Person(window, Path(pictures), patience_ms=0)
        person.seen["plugin"] = QApplication.platformName()
        at_the_window(window, person, _walk)
    left = session.left()
    person.seen["left"] = {"processes": left.processes, "ports": left.ports}
    _say(seen=person.seen)
    return 0


def _walk(person: Person) -> None:
    # Nothing is in a hurry here: the page is there when the window has been for a while.
    person.wait_for(lambda: person.has_button("Start all") or person.has_button("Skip"), 60, "it")
    if person.has_button("Skip"):
        person.click(person.button("Skip"))
    person.wait_for(lambda: person.has_button("Start all"), 30, "the services")
    person.click(person.button("Start all"))
    person.wait_for(
        lambda: set(person.states().values()) == {"Ready", "Done"},
        START_LIMIT,
        lambda: f"all services green: {person.states()}",
    )
    person.seen["started"] = person.states()
    person.picture("services")

    person.press("ctrl+n")
    person.focus("To")
    person.type("you@localhost")
    while (focused := person.window.focusWidget()) and focused.accessibleName() != "Subject":
        person.tab()
    person.type(SUBJECT)
    person.tab()
    person.focus("Text")
    person.type("Typed by keys, sent by Ctrl and Enter.")
    person.press("ctrl+Return")
    person.wait_for(lambda: "elivered" in _first(person, "Outbox"), 60, "delivered")
    person.seen["outbox"] = _first(person, "Outbox")
    pause(1500)  # the detail looks again every second
    person.picture("mail")
    person.click(person.button("Inbox"))
    person.wait_for(lambda: SUBJECT in _first(person, "Inbox"), 30, "the mail in the inbox")
    person.seen["inbox"] = _first(person, "Inbox")


def _first(person: Person, name: str) -> str:
    """What a list says of its first row."""
    found = [
        view
        for view in person.window.findChildren(QAbstractItemView)
        if view.accessibleName() == name and view.isVisible()
    ]
    accessible = Qt.ItemDataRole.AccessibleTextRole
    return str(found[0].model().index(0, 0).data(accessible) or "") if found else ""


def _ask_for(*words: str) -> None:
    _say(xdotool=words)


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
