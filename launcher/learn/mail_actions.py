"""Actions with mails to oneself: answers side by side, many at once, one that is tried again."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, metadata

from launcher.core.lessons import Seen
from launcher.learn.blocking_form import BlockingForm
from launcher.learn.stage import ADDRESS, SLOW_SECONDS, LessonError, Stage, Tell

AT_ONCE = 1.0
"""Seconds within which an answer did not wait for a mail server that takes five."""
MAILS = 4
_PATIENCE = 30.0


def responses(stage: Stage, tell: Tell) -> str:
    """The same mail by a form that waits for the mail server, and by one that queues it."""
    stage.need_inbox()
    with stage.catcher_does("slow", 2), BlockingForm(_catcher(stage), ADDRESS) as form:
        blocking = _Timed(lambda: form.post("Lesson: blocking"))
        blocking.start()
        began = time.monotonic()
        mail = stage.send("Lesson: queued")
        queued = time.monotonic() - began
        tell(Seen("The queued form answered", f"{queued:.3f} s", queued))
        waited = blocking.wait(stage)
        tell(Seen("The blocking form answered", f"{waited:.3f} s", waited))
        stage.wait_delivered([mail], _PATIENCE)
        took = delivered_after(stage, mail)
        tell(Seen("The queued mail was delivered", f"{took:.3f} s, without anybody waiting", took))
    return "at once" if queued < AT_ONCE < waited else "as long"


def together(stage: Stage, tell: Tell) -> str:
    """Four mails to a slow server, and how the worker takes them."""
    stage.need_inbox()
    with stage.control() as control:
        for answer in control.look(stage.workers()):
            view = answer.view
            tell(Seen("The worker's pool", f"{view.pool}, {view.size} tasks at once"))
    with stage.catcher_does("slow", MAILS):
        began = time.monotonic()
        mails = [stage.send(f"Lesson: {number} of {MAILS}") for number in range(1, MAILS + 1)]
        stage.wait_delivered(mails, MAILS * SLOW_SECONDS + _PATIENCE)
        took = time.monotonic() - began
    for number, mail in enumerate(mails, 1):
        one = delivered_after(stage, mail)
        tell(Seen(f"Mail {number} was delivered", f"{one:.2f} s after it was saved", one))
    tell(Seen("Ways to start a process here", ", ".join(multiprocessing.get_all_start_methods())))
    tell(Seen("eventlet says of itself", _eventlet_words()))
    return "together" if took < 2 * SLOW_SECONDS else "one by one"


def retry(stage: Stage, tell: Tell) -> str:
    """A server that says "try again later" once."""
    stage.need_inbox()
    with stage.catcher_does("451", 1):
        mail = stage.send("Lesson: try again later")
        stage.wait_for(
            lambda: stage.sent(mail).row.state not in _UNDER_WAY, _PATIENCE, "The first try"
        )
        after = stage.sent(mail)
        tell(Seen("Try 1", after.row.last_reply or after.row.state_words))
        tell(Seen("The mail then", after.row.state_words))
        state = after.row.state
    stage.mail.resend(mail)
    stage.wait_delivered([mail], _PATIENCE)
    done = stage.sent(mail)
    tell(Seen("The next try, asked for at once", done.row.last_reply or "delivered"))
    return "again" if state == "RETRYING" else "lost"


def delivered_after(stage: Stage, mail: int) -> float:
    """Seconds from saving to delivery, by the mail's own timeline."""
    steps = {step.event: step.at_ms for step in stage.sent(mail).timeline}
    if "delivered" not in steps:
        raise LessonError("The mail was not delivered.", "See it in the outbox.")
    return steps["delivered"] / 1000


_UNDER_WAY = ("QUEUED", "SENDING")


class _Timed:
    """Something that blocks, on a thread of its own, and how long it took."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._seconds = 0.0
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wait(self, stage: Stage) -> float:
        """Seconds that it took."""
        stage.wait_for(lambda: not self._thread.is_alive(), _PATIENCE, "The blocking answer")
        if self._error is not None:
            raise LessonError(
                f"The blocking form failed: {self._error}.", "Is the mail catcher ready?"
            )
        return self._seconds

    def _run(self) -> None:
        began = time.monotonic()
        try:
            self._work()
        except OSError as error:
            self._error = error
        self._seconds = time.monotonic() - began


def _catcher(stage: Stage) -> tuple[str, int]:
    spec = stage.running.specs()["catcher"]
    return spec.address, spec.port or 25


def _eventlet_words() -> str:
    """What the installed package's own description says first of its future."""
    try:
        text = str(metadata("eventlet").json.get("description", ""))
    except PackageNotFoundError:
        return "it is not installed here"
    words = " ".join(text.replace("*", "").split())
    begin, end = "Only maintenance for", "retirement of eventlet"
    first, last = words.find(begin), words.find(end)
    if first < 0 or last < first:
        return "nothing about its future"
    return f"“{words[first : last + len(end)]} …”"
