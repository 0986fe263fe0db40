"""A person at the Learn page: real services, real mouse and keys. Run by test_learn.py.

Foretells the first lesson wrongly, runs it, reads what was measured, and chooses again. Prints one
JSON object with what was seen.
"""

from __future__ import annotations

import contextlib
import json
import sys
from functools import partial
from pathlib import Path

from launcher.app import Wishes, open_session
from launcher.gui.learn.code_sheet import CodeSheet
from launcher.gui.learn.page import LearnPage
from launcher.gui.main import make_application
from launcher.gui.window import LEARN, Window
from launcher.learn.progress_file import NAME
from launcher.paths import Home
from launcher.session import Session
from tests.e2e.person import Person, at_the_window


def walk(person: Person, session: Session) -> None:
    seen = person.seen
    session.start_all()
    person.wait_for(
        lambda: all(status.satisfies for status in session.statuses().values()), 60, "all ready"
    )
    person.press("ctrl+7")
    person.wait_for(lambda: LEARN in person.window.open_pages, 10, "the Learn page")
    page = person.window.page(LEARN)
    assert isinstance(page, LearnPage)
    pane = page.pane
    seen["before a choice"] = pane.run.button.isEnabled()
    # The words, not the little circle before them.
    person.click(pane.check.rows["as long"].words)
    person.wait_for(pane.run.button.isEnabled, 10, "a run that is allowed")
    while person.window.focusWidget() is not pane.run.button:
        person.tab()
    person.press("space")
    person.wait_for(lambda: page._running, 5, "it runs")
    person.wait_for(lambda: not page._running, 30, "the end of the run")
    seen["trouble"] = pane.run.trouble.words.text() if pane.run.trouble.isVisible() else ""
    seen["seconds"] = {row.seen.label: row.seen.seconds for row in pane.run.rows}
    seen["wrong"] = pane.check.verdict.text()
    person.picture("learn-wrong")

    person.click(pane.check.rows["as long"].words)
    person.press("Down")
    person.wait_for(lambda: pane.check.key == "at once", 5, "the next choice")
    person.press("space")
    person.wait_for(lambda: page.rows["why"].done, 5, "the lesson done")
    seen["right"] = pane.check.verdict.text()
    kept = Path(session.home) / "data" / NAME
    person.wait_for(lambda: "why" in kept.read_text(encoding="utf-8"), 5, "the progress kept")
    seen["kept"] = json.loads(kept.read_text(encoding="utf-8"))
    person.picture("learn-right")

    pane.ensureWidgetVisible(pane.code)
    person.click(pane.code.links[0])
    sheet = person.sheet(CodeSheet)
    person.wait_for(sheet.copy.isEnabled, 10, "the code")
    seen["code"] = sheet.text.toPlainText()
    person.leave(sheet, sheet.close_button)
    seen["catcher"] = session.mail.chaos().mode
    session.stop_all()
    person.wait_for(
        lambda: not any(status.alive for status in session.statuses().values()), 30, "all stopped"
    )


def main(home: str, broker: str, pictures: str) -> int:
    with contextlib.ExitStack() as end:
        session = end.enter_context(open_session(Home(Path(home)), Wishes(broker=broker)))
        make_application().setQuitOnLastWindowClosed(False)
        window = Window(session)
        window.resize(1180, 900)
        person = Person(window, Path(pictures), 0)
        at_the_window(window, person, partial(walk, session=session))
    left = session.left()
    person.seen["left"] = {"processes": left.processes, "ports": left.ports}
    print(json.dumps(person.seen))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
