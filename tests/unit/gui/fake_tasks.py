"""Tasks without a broker: the history and the folding are real, remote control says what the test
wants and keeps what it was asked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from launcher.core.tasks_arguments import Parameter, Signature
from launcher.core.tasks_fold import Fold
from launcher.core.tasks_schedule import Entry
from launcher.core.tasks_workers import WorkerView
from launcher.runtime.celery_events import EventsState
from launcher.runtime.remote_control import ControlError
from launcher.runtime.task_history import TaskHistory
from launcher.runtime.task_history_keeper import Following

NODE = "launcher-3f8a12bc@localhost"
MAIL_TASK = "send_mail.tasks.send_email_task"
RELAY = "send_mail.tasks.relay"
WORKER = WorkerView(
    NODE,
    pool="eventlet",
    size=50,
    active=3,
    waiting=2,
    queues=("celery", "celery.relay"),
    tasks=(RELAY, "send_mail.tasks.send_due_task", MAIL_TASK, "shop.tasks.resize"),
    done=1_204,
    prefetch=50,
    pid=5171,
    uptime=723.0,
    memory=85_000_000,
)
SCHEDULE = (
    Entry(
        "relay",
        RELAY,
        "freq: 3.00 seconds",
        queue="celery.relay",
        last_at=1_773_493_923.0,
        next_at=1_773_493_926.0,
        count=241,
    ),
)


class FakeControl:
    """Remembers each order as a tuple in `calls`; `refuse` makes all of them fail."""

    def __init__(self, calls: list[tuple[str, ...]]) -> None:
        self.refuse = ""
        self.taken: Mapping[str, Signature] = {
            MAIL_TASK: Signature(
                (Parameter("mail_id", type="int"),), "Send the mail with this id."
            ),
            "shop.tasks.resize": Signature(
                (
                    Parameter("path", type="str"),
                    Parameter("width", required=False, type="int", default="800"),
                )
            ),
        }
        self._calls = calls

    def signatures(self, workers: Sequence[str]) -> Mapping[str, Signature]:
        return self.taken

    def publish(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], queue: str) -> str:
        self._note("publish", name, repr([*args]), repr({**kwargs}), queue)
        return "published-1"

    def revoke(self, task_id: str, *, terminate: bool) -> None:
        self._note("revoke", task_id, str(terminate))

    def resize(self, worker: str, by: int) -> None:
        self._note("resize", worker, str(by))

    def shut_down(self, worker: str) -> None:
        self._note("shut_down", worker)

    def consume(self, worker: str, queue: str) -> None:
        self._note("consume", worker, queue)

    def stop_consuming(self, worker: str, queue: str) -> None:
        self._note("stop_consuming", worker, queue)

    def _note(self, *call: str) -> None:
        if self.refuse:
            raise ControlError(self.refuse)
        self._calls.append(call)


class FakeTasks:
    """The surface of `TaskKeeper`; the test tells events."""

    def __init__(self, calls: list[tuple[str, ...]]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="celery-launcher-tasks-")
        self.history: TaskHistory | None = TaskHistory(Path(self._folder.name) / "tasks.sqlite3")
        self.control = FakeControl(calls)
        self.following = Following(
            begun=True,
            events=EventsState(connected=True, connections=1),
            workers=(WORKER,),
            schedule=SCHEDULE,
        )
        self.fold = Fold(self.history.load)
        self.watchers = 0
        self.looks = 0
        self._clock = 0

    def watch(self, *, on: bool) -> None:
        self.watchers += 1 if on else -1

    def look(self) -> None:
        self.looks += 1

    def stands(self, **changes: Any) -> None:
        """How following stands from now on."""
        self.following = replace(self.following, **changes)

    def tell(self, kind: str, task_id: str, at: float = 1_773_493_923.0, **more: Any) -> None:
        """Hear one event, and write it."""
        self._clock += 1
        worker = {} if kind == "sent" else {"hostname": NODE, "pid": 1}
        told = {"type": f"task-{kind}", "uuid": task_id, "clock": self._clock, "at": at}
        self.fold.hear({"hostname": "web@localhost", "pid": 2, **told, **worker, **more})
        self.save()

    def task(self, task_id: str, *kinds: str, name: str = "shop.tasks.resize", **more: Any) -> None:
        """Hear of a task: published, and what came after."""
        shown = {"name": name, "args": "['cat.png']", "kwargs": "{}", "queue": "celery"}
        last = {
            key: more.pop(key)
            for key in ("result", "exception", "traceback", "runtime")
            if key in more
        }
        self.tell("sent", task_id, retries=0, **{**shown, **more})
        for kind in kinds:
            self.tell(kind, task_id, **(last if kind == kinds[-1] else {}))

    def save(self) -> None:
        assert self.history is not None
        self.history.save(self.fold.take_changed())

    def close(self) -> None:
        history, self.history = self.history, None
        if history is not None:
            history.close()
            self._folder.cleanup()
