"""The Learn page: a lesson before and after its run, one that needs RabbitMQ, its code."""

from __future__ import annotations

import threading

from launcher.core.facts import BrokerMode
from launcher.core.lessons import Action, Seen
from launcher.core.lessons_course import BY_ID
from launcher.gui.learn.page import LearnPage
from launcher.gui.window import LEARN, Window
from launcher.learn.stage import LessonError, Running, Tell
from tests.screenshots.scene import Act, Scene, page_of, showing
from tests.screenshots.sessions import lively
from tests.screenshots.waiting import wait
from tests.unit.gui.fakes import FakeSession

SEEN = (
    Seen("The queued form answered", "0.160 s", 0.160),
    Seen("The blocking form answered", "5.285 s", 5.285),
    Seen("The queued mail was delivered", "5.309 s, without anybody waiting", 5.309),
)


def without_rabbitmq() -> FakeSession:
    session = lively()
    session.broker = BrokerMode.EMBEDDED
    session.broker_remedy = "celery-launcher doctor --fix"
    return session


def shows(_action: Action, _running: Running, tell: Tell, _leave: threading.Event) -> str:
    for seen in SEEN:
        tell(seen)
    return "at once"


def fails(_action: Action, _running: Running, _tell: Tell, _leave: threading.Event) -> str:
    raise LessonError(
        "Mail goes through Work, so this lesson would send real mail.",
        "Choose the built-in inbox under Mail servers, then run it again.",
    )


def lesson(name: str, *, low: bool = False) -> Act:
    def act(window: Window) -> None:
        page = page_of(window, LEARN, LearnPage)
        page.open(name)
        wait(100)
        if low:
            bar = page.pane.verticalScrollBar()
            bar.setValue(bar.maximum())

    return act


def ran(choice: str, how: object = shows, down: float = 0.5) -> Act:
    def act(window: Window) -> None:
        page = page_of(window, LEARN, LearnPage)
        page._carry_out = how
        page._keep = lambda _failed: None  # a made-up home
        page.pane.check.rows[choice].radio.click()
        page.pane.run.button.click()
        wait(300)
        bar = page.pane.verticalScrollBar()
        bar.setValue(round(bar.maximum() * down))

    return act


def code(window: Window) -> None:
    page = page_of(window, LEARN, LearnPage)
    page._show_code(BY_ID["why"].code[0])
    wait(300)


SCENES = (
    Scene("learn", lively, showing(LEARN)),
    Scene("learn-right", lively, ran("at once")),
    Scene("learn-wrong", lively, ran("half")),
    Scene("learn-refused", lively, ran("half", fails)),
    Scene("learn-workers", lively, lesson("workers")),
    Scene("learn-scale", lively, lesson("scale", low=True)),
    Scene("learn-exchanges", lively, lesson("exchanges")),
    Scene("learn-commands", lively, lesson("exchanges", low=True)),
    Scene("learn-embedded", without_rabbitmq, lesson("exchanges")),
    Scene("learn-code", lively, code),
)
