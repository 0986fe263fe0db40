"""A new user: the first steps on an empty home, then a setting changed, saved and put into effect.

Run by test_first_steps.py in a process of its own. Prints one JSON object with what was seen.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import psutil
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit

from launcher.app import Wishes, open_session
from launcher.gui.first_run.page import FirstRunPage
from launcher.gui.main import make_application
from launcher.gui.settings.page import SettingsPage
from launcher.gui.window import FIRST_RUN, SETTINGS, Window
from launcher.paths import Home
from launcher.session import Session
from tests.e2e.person import Person, at_the_window, pause


def walk(person: Person, session: Session) -> None:
    _first_steps(person)
    _settings(person, session)


def _first_steps(person: Person) -> None:
    window = person.window
    page = window.page(FIRST_RUN)
    assert isinstance(page, FirstRunPage)
    assert window.stack.currentWidget() is page
    person.wait_for(lambda: page.look.words.text() != "Looking around …", 20, "what was found")
    person.picture("welcome")
    person.press("space")  # the keyboard is where the next step is
    person.wait_for(
        lambda: person.has_button("Send it") and page.send.button.isEnabled(), 90, "Send"
    )
    person.picture("welcome-started")
    person.click(person.button("Send it"))
    person.wait_for(lambda: person.has_button("Open it in the inbox"), 60, "the arrival")
    person.seen["way"] = [line.text.text() for line in page._way.values()]
    person.picture("welcome-arrived")
    person.press("space")
    person.wait_for(
        lambda: any(
            label.isVisible() and label.text() == "My first mail"
            for label in window.findChildren(QLabel)
        ),
        15,
        "the opened mail",
    )
    inbox = person.find(QAbstractItemView, lambda view: view.accessibleName() == "Inbox")
    person.seen["rows"] = inbox.model().rowCount()
    pause(300)
    person.picture("welcome-inbox")


def _settings(person: Person, session: Session) -> None:
    window = person.window
    person.wait_for(
        lambda: all(status.satisfies for status in session.statuses().values()), 60, "all ready"
    )
    person.press(f"ctrl+{SETTINGS + 1}")
    page = window.page(SETTINGS)
    assert isinstance(page, SettingsPage)
    row = page.rows["concurrency"]
    field = person.find(QLineEdit, lambda one: one is row.edit.control)
    before = _worker(session)
    person.click(field)
    person.press("ctrl+a")
    person.type("7000")
    person.seen["refused"] = row.error.text()
    person.press("ctrl+a")
    person.type("7")
    person.press("Return")
    person.wait_for(lambda: person.has_button("Restart Worker"), 10, "what waits")
    person.picture("settings-waiting")
    person.click(person.button("Restart Worker"))
    person.wait_for(lambda: _worker(session) not in (None, before), 60, "another worker")
    person.wait_for(lambda: session.statuses()["worker"].satisfies, 60, "the worker")
    person.seen["worker"] = _command(_worker(session))
    person.wait_for(lambda: not page.notices.services.isVisible(), 10, "nothing waits")
    # Somebody edits the file meanwhile.
    path = session.settings.file.path
    path.write_text(
        path.read_text(encoding="utf-8").replace('# theme = "system"', 'theme = "dark"')
    )
    person.wait_for(lambda: session.settings.now.theme == "dark", 10, "the other theme")
    person.seen["file"] = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "")
    ]
    person.picture("settings-after")


def _worker(session: Session) -> int | None:
    return session.statuses()["worker"].pid


def _command(pid: int | None) -> list[str]:
    return psutil.Process(pid).cmdline()


def main(home: str, pictures: str, size: str) -> int:
    with open_session(Home(Path(home)), Wishes(broker="embedded")) as session:
        app = make_application()
        app.setQuitOnLastWindowClosed(False)
        window = Window(session)
        width, height = size.split("x")
        window.resize(int(width), int(height))
        person = Person(window, Path(pictures), 0)
        at_the_window(window, person, lambda one: walk(one, session), skip=False)
    left = session.left()
    person.seen["left"] = {"processes": left.processes, "ports": left.ports}
    person.seen["new"] = Home(Path(home)).is_new
    print(json.dumps(person.seen))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
