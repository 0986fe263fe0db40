"""The Tasks page: the list with every state, workers, the schedule, and what is asked."""

from __future__ import annotations

import time
from dataclasses import replace

from launcher.gui.tasks.page import SCHEDULE, WORKERS, TasksPage
from launcher.gui.window import TASKS, Window
from launcher.runtime.celery_events import EventsState
from tests.screenshots.scene import Act, Scene, page_of
from tests.screenshots.sessions import lively
from tests.screenshots.troubled import embedded
from tests.screenshots.waiting import settle
from tests.unit.gui.fake_tasks import MAIL_TASK, NODE, WORKER
from tests.unit.gui.fakes import FakeSession

AT = 1_773_493_923.201
TRACE = """Traceback (most recent call last):
  File "celery/app/trace.py", line 453, in trace_task
    R = retval = fun(*args, **kwargs)
  File "shop/tasks.py", line 41, in resize
    with Image.open(path) as picture:
FileNotFoundError: [Errno 2] No such file or directory: 'cat.png'
"""


def busy() -> FakeSession:
    """Tasks in every state, one of them a mail's."""
    session = lively()
    tasks = session.tasks
    error = "FileNotFoundError(2, 'No such file or directory')"
    for number in range(1, 8):
        tasks.task(
            f"mail-{number}-1",
            *("received", "started", "succeeded"),
            name=MAIL_TASK,
            args=f"[{number}]",
            runtime=0.041,
            result="None",
        )
    tasks.task("7d1c", "received", "started", "failed", exception=error, traceback=TRACE)
    tasks.task("9b20", "received", "started", "retried", exception=error, traceback=TRACE)
    tasks.task("11ab", "received", "started", args="['a very long name of a picture.png', 1024]")
    tasks.fold.worker_died(NODE, AT + 4, "Worker was ended by signal 9.", comes_again=True)
    tasks.task("3c1e", "received", "started")
    tasks.task("55f0", eta="2030-01-01T09:00:00+00:00")
    tasks.task("60a1", "received", "revoked")
    tasks.task("7e77")
    tasks.save()
    return session


def tasks_pane(pane: int) -> Act:
    return lambda window: page_of(window, TASKS, TasksPage).show_pane(pane)


def chosen(task_id: str) -> Act:
    def choose(window: Window) -> None:
        page_of(window, TASKS, TasksPage).show_task(task_id)
        settle(window)
        settle(window)

    return choose


def run(window: Window) -> None:
    page = page_of(window, TASKS, TasksPage)
    settle(window)
    page.run.click()
    settle(window)


def refused(window: Window) -> None:
    run(window)
    from launcher.gui.tasks.run_sheet import RunSheet

    (sheet,) = window.findChildren(RunSheet)
    sheet.task.setCurrentText(MAIL_TASK)
    sheet.form.args.setPlainText('["twelve"]')


def two_workers() -> FakeSession:
    session = busy()
    other = replace(WORKER, name="celery@build-7.example.org", pool="prefork", size=4, active=4)
    session.tasks.stands(
        workers=(WORKER, other),
        schedule=tuple(
            replace(e, next_at=time.time() + 2.4, last_at=AT)
            for e in session.tasks.following.schedule
        ),
    )
    return session


def deaf() -> FakeSession:
    session = busy()
    words = "Celery's events are not received: nobody listens there. It is tried again."
    session.tasks.stands(events=EventsState(connected=False, problem=words), workers=())
    return session


SCENES = (
    Scene("tasks", busy, chosen("3c1e")),
    Scene("tasks-failed", busy, chosen("7d1c")),
    Scene("tasks-died", busy, chosen("11ab")),
    Scene("tasks-mail", busy, chosen("mail-7-1")),
    Scene("tasks-empty", embedded, tasks_pane(0)),
    Scene("tasks-deaf", deaf, tasks_pane(0)),
    Scene("tasks-run", busy, run),
    Scene("tasks-refused", busy, refused),
    Scene("tasks-workers", two_workers, tasks_pane(WORKERS)),
    Scene("tasks-schedule", two_workers, tasks_pane(SCHEDULE)),
)
