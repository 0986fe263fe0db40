"""A person tries the Exchange lab in a real window on the launcher's own RabbitMQ.

Run by test_lab.py in a process of its own. Prints one JSON object with what was seen; with "killed"
as its last word it then kills itself in the middle, as nobody cleans up after.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QScrollArea, QWidget

from launcher.app import Wishes, open_session
from launcher.core.lab import Settle
from launcher.gui.lab.page import LabPage
from launcher.gui.main import make_application
from launcher.gui.window import LAB, Window
from launcher.paths import Home
from launcher.session import Session
from tests.e2e.person import Person, at_the_window, pause, xdotool


class Walk:
    """The page, and a person before it."""

    def __init__(self, person: Person, session: Session, *, dies: bool) -> None:
        self.person, self.session, self.dies = person, session, dies
        page = person.window.page(LAB)
        assert isinstance(page, LabPage)
        self.page = page

    def run(self) -> None:
        person, page = self.person, self.page
        self.session.start_only(["rabbitmq"])
        person.click(person.button("Exchange lab"))
        person.wait_for(page.start.isEnabled, 60, "RabbitMQ ready")
        self._animals()
        if self.dies:
            print(json.dumps(person.seen), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        self._drag()
        self._work_queue()
        person.picture("lab-consumers")
        person.click(page.stop)
        person.wait_for(page.start.isVisible, 20, "the lab removed")
        person.seen["story"] = page.story.lines.item(0).text()

    def _animals(self) -> None:
        """A key is typed, its way is foretold, it is sent, and RabbitMQ agrees."""
        person, page = self.person, self.page
        self.show(page.message.key)
        person.click(page.message.key)
        xdotool("key", "ctrl+a")
        person.type_into(page.message.key, "lazy.orange.elephant")
        person.seen["foretold"] = self.verdicts()
        xdotool("key", "Return")
        person.wait_for(lambda: "got it" in self.verdicts().values(), 30, "where it went")
        person.seen["went"] = self.verdicts()
        person.seen["outcome"] = page.routes.outcome.text()
        person.seen["vhost"] = page.desk.stands.vhost
        self.show(page.routes)
        person.picture("lab")

    def _drag(self) -> None:
        """From the exchange to a queue: one binding more, and it matches everything."""
        person, page = self.person, self.page
        picture = page.picture
        self.show(picture)
        begin = picture.mapToGlobal(picture.exchange_rect().center().toPoint())
        end = picture.mapToGlobal(picture.queue_rect("rabbits").center().toPoint())
        xdotool("mousemove", str(begin.x()), str(begin.y()), "mousedown", "1")
        pause(50)
        xdotool("mousemove", str(end.x()), str(end.y()), "mouseup", "1")
        person.wait_for(lambda: len(page.desk.lab.bindings) == 4, 10, "the binding dragged")
        self.show(page.message.send)
        person.click(page.message.send)
        person.wait_for(lambda: self.verdicts().get("rabbits") == "got it", 20, "it routed, too")

    def _work_queue(self) -> None:
        """Two consumers compete; one dies with a message in hand, the other gets it."""
        person, page = self.person, self.page
        person.click(page.example)
        person.choose(page.example.menu_shown, "Work queue")
        person.wait_for(lambda: len(page.desk.hands) == 2, 20, "two consumers")
        self.show(page.message.send)
        person.click(page.message.send)
        person.click(page.message.send)
        person.wait_for(lambda: all(page.desk.hands.values()), 20, "one message each")
        first, second = page.consumers.cards[:2]
        self.show(first.kill)
        person.click(first.kill)
        person.wait_for(lambda: "worker-1" not in page.desk.hands, 20, "worker-1 gone")
        self.show(second.lines[0])
        person.click(second.lines[0].buttons[Settle.ACK])
        person.wait_for(
            lambda: "redelivered" in second.lines[0].words.text(), 20, "what the dead one held"
        )
        person.seen["again"] = second.lines[0].words.text()

    def verdicts(self) -> dict[str, str]:
        rows = [row for row in self.page.routes.rows if not row.isHidden()]
        return {row.name.text(): row.verdict.text() for row in rows}

    def show(self, widget: QWidget) -> None:
        """Scroll to it, as a wheel would."""
        scroll = self.page.findChildren(QScrollArea)[0]
        scroll.ensureWidgetVisible(widget, 0, 60)
        pause(100)
        assert (
            scroll.viewport()
            .rect()
            .contains(
                widget.mapTo(scroll.viewport(), QPoint(widget.width() // 2, widget.height() // 2))
            )
        )


def main(home: Path, pictures: Path, *, dies: bool) -> None:
    _held = make_application()
    with contextlib.ExitStack() as stack:
        session = stack.enter_context(open_session(Home(home), Wishes("rabbitmq")))
        window = Window(session)
        window.resize(1180, 760)
        person = Person(window, pictures, 0)
        at_the_window(window, person, lambda each: Walk(each, session, dies=dies).run())
        left = session.left()
    print(json.dumps({**person.seen, "left": [left.processes, left.ports]}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), dies=sys.argv[3:] == ["killed"])
