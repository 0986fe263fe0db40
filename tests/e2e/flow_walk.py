"""A person at the Flow page: real services, real mouse. Run by test_flow.py in its own process.

Sends a mail and follows its dot to SMTP, reads the message, pauses consuming and sees the queue
fill, resumes and sees it drain. Prints one JSON object with what was seen.
"""

from __future__ import annotations

import contextlib
import json
import sys
import uuid
from functools import partial
from pathlib import Path

from launcher.app import Wishes, open_session
from launcher.gui.flow.page import FlowPage
from launcher.gui.main import make_application
from launcher.gui.window import FLOW, Window
from launcher.mail import Draft
from launcher.paths import Home
from launcher.session import Session
from tests.e2e.person import Person, at_the_window, pause

WHILE_PAUSED = 12
QUEUE = "celery"


def walk(person: Person, session: Session) -> None:
    seen = person.seen
    session.start_all()
    person.wait_for(
        lambda: all(status.satisfies for status in session.statuses().values()), 60, "all ready"
    )
    person.click(person.window.navigation.buttons[FLOW])
    page = person.window.page(FLOW)
    assert isinstance(page, FlowPage)
    person.wait_for(lambda: QUEUE in page.table.rows and page.flow.workers, 20, "queue and worker")
    person.wait_for(lambda: page.feed.calm and _records(page, session), 15, "contents recorded")

    mail = _send(session, "Seen on its way")
    message = f"mail-{mail}-1"
    stops: list[str] = []

    def arrived() -> bool:
        for dot in page.flow.motion.dots():
            if dot.id == message and dot.here not in stops[-1:]:
                stops.append(dot.here)
        return "s:" in stops

    person.wait_for(arrived, 20, lambda: f"the dot at SMTP; it came through {stops}")
    seen["stops"] = stops
    person.picture("flow-mail")
    at = page.canvas.where(message)
    assert at is not None
    person.click(page.canvas, at.toPoint())
    person.wait_for(lambda: page.detail.message_id == message, 5, "the message that was clicked")
    if session.broker == "rabbitmq":
        person.wait_for(lambda: "header task" in page.detail.text.toPlainText(), 10, "its headers")
    seen["text"] = page.detail.text.toPlainText()
    seen["steps"] = page.detail.steps.toPlainText()
    person.picture("flow-message")
    person.click(page.detail.back)

    person.click(page.table.rows[QUEUE].hold)
    person.wait_for(lambda: page.table.rows[QUEUE].hold.text() == "Resume", 15, "it paused")
    for number in range(WHILE_PAUSED):
        _send(session, f"While paused {number}")
    person.wait_for(lambda: _depth(page) == WHILE_PAUSED, 15, lambda: f"depth {_depth(page)}")
    seen["filled"] = _depth(page)
    pause(1500)
    person.picture("flow-paused")
    person.click(page.table.rows[QUEUE].hold)
    person.wait_for(lambda: _depth(page) == 0, 20, lambda: f"it drained, not {_depth(page)}")
    person.wait_for(lambda: _delivered(session) == WHILE_PAUSED + 1, 20, "all delivered")
    person.wait_for(lambda: page.table.rows[QUEUE].hold.text() == "Pause", 15, "it goes on")
    seen["drained"] = _depth(page)
    seen["banner"] = page.banner.words.text() if page.banner.isVisible() else ""
    pause(500)
    person.picture("flow-drained")
    session.stop_all()
    person.wait_for(
        lambda: not any(status.alive for status in session.statuses().values()), 30, "all stopped"
    )


def _records(page: FlowPage, session: Session) -> bool:
    look = page._look
    return look is not None and (look.recording or session.broker != "rabbitmq")


def _send(session: Session, subject: str) -> int:
    return session.mail.submit(Draft(("you@localhost",), subject), str(uuid.uuid4())).id


def _depth(page: FlowPage) -> int | None:
    numbers = page.flow.topology.queue(QUEUE)
    return None if numbers is None else numbers.ready


def _delivered(session: Session) -> int:
    return session.mail.queue().counts.get("DELIVERED", 0)


def main(home: str, broker: str, pictures: str, size: str = "1000x650") -> int:
    with contextlib.ExitStack() as end:
        session = end.enter_context(open_session(Home(Path(home)), Wishes(broker=broker)))
        make_application().setQuitOnLastWindowClosed(False)
        window = Window(session)
        width, height = size.split("x")
        window.resize(int(width), int(height))
        person = Person(window, Path(pictures), 0)
        at_the_window(window, person, partial(walk, session=session))
    left = session.left()
    person.seen["left"] = {"processes": left.processes, "ports": left.ports}
    print(json.dumps(person.seen))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
