"""Tasks as the launcher follows them: real RabbitMQ, a real eventlet worker, which is killed."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from launcher.app import Wishes, open_session
from launcher.core.tasks import Kind, Task, TaskState
from launcher.core.tasks_arguments import ArgumentsError, check
from launcher.mail import Chaos, Draft
from launcher.paths import Home
from launcher.runtime.task_history import Wanted
from launcher.session import Session
from tests.helpers.needs import need_rabbitmq
from tests.helpers.waiting import eventually

MAIL_TASK = "send_mail.tasks.send_email_task"
BULK_TASK = "send_mail.tasks.send_due_task"
RELAY = "send_mail.tasks.relay"
SERVICES = ("rabbitmq", "migrate", "django", "worker", "beat", "catcher")


@pytest.fixture
def home() -> Iterator[Home]:
    folder = Path(tempfile.mkdtemp(prefix="celery-launcher-test-"))
    yield Home(folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(home: Home, broker: str) -> Iterator[Session]:
    """A session with all that mails need, whose tasks are followed."""
    with open_session(home, Wishes(broker=broker)) as session:
        assert session.tasks.history is None, "nothing is followed before a worker is ready"
        wanted = [name for name in SERVICES if name in session.specs()]
        session.start_only(wanted)
        assert session.wait_until(
            lambda statuses: all(statuses[name].satisfies for name in wanted), 90
        )
        eventually(lambda: session.tasks.following.events.connected, 20, lambda: "listening")
        yield session


def node(session: Session) -> str:
    return session.plan.worker_node(1)


def task(session: Session, task_id: str) -> Task | None:
    history = session.tasks.history
    number = None if history is None else history.number_of(task_id)
    return None if history is None or number is None else history.get(number)


def until(
    session: Session, task_id: str, wanted: Callable[[Task], bool], seconds: float = 20
) -> Task:
    """The task, once it is as wanted."""

    def look() -> Task | None:
        found = task(session, task_id)
        return found if found is not None and wanted(found) else None

    found = eventually(look, seconds, lambda: f"{task_id}, is {task(session, task_id)}")
    assert found is not None
    return found


def in_state(state: TaskState) -> Callable[[Task], bool]:
    return lambda task: task.state is state


def send(session: Session) -> int:
    draft = Draft(to=("you@example.org",), subject="Followed", text=".")
    return session.mail.submit(draft, uuid.uuid4().hex).id


@pytest.fixture(params=["rabbitmq", pytest.param("embedded", marks=pytest.mark.long)])
def broker(request: pytest.FixtureRequest) -> str:
    if request.param == "rabbitmq":
        need_rabbitmq()
    return str(request.param)


def test_tasks_are_followed_acted_on_and_kept_over_a_restart(home: Home, broker: str) -> None:
    with running(home, broker) as session:
        session.tasks.watch(on=True)
        sent = mail_is_followed(session)
        failed = failure_is_kept(session)
        mail_is_not_sent_twice(session, sent)
        pool_grows_and_shrinks(session)
        revoked = paused_task_is_revoked(session)
        ticks_can_be_left_out(session)
        death_of_a_worker_is_said(session, comes_again=broker == "rabbitmq")
    with running(home, broker) as session:
        for task_id, state in (
            (f"mail-{sent}-1", TaskState.SUCCEEDED),
            (failed, TaskState.FAILED),
            (revoked, TaskState.REVOKED),
        ):
            kept = task(session, task_id)
            assert kept is not None
            assert kept.state is state
        kept = task(session, failed)
        assert kept is not None
        assert "Traceback" in kept.traceback


def mail_is_followed(session: Session) -> int:
    """From the publishing of its wake-up on; gives its id."""
    mail_id = send(session)
    sent = until(session, f"mail-{mail_id}-1", in_state(TaskState.SUCCEEDED))
    told = [Kind.SENT, Kind.RECEIVED, Kind.STARTED, Kind.SUCCEEDED]
    # The relay may publish the same wake-up beside the publisher: then each step is there twice.
    assert [*dict.fromkeys(step.kind for step in sent.steps)] == told
    assert (sent.name, sent.args, sent.worker) == (MAIL_TASK, f"[{mail_id}]", node(session))
    return mail_id


def failure_is_kept(session: Session) -> str:
    """Run by hand, with JSON that the form would have refused; gives the task's id."""
    control = session.tasks.control
    taken = control.signatures([node(session)])
    assert taken[MAIL_TASK].text == "(mail_id: int)"
    with pytest.raises(ArgumentsError, match="limit has to be int, not a text"):
        check(taken[BULK_TASK], ["many"], {})
    task_id = control.publish(BULK_TASK, ["many"], {}, "celery")
    failed = until(session, task_id, in_state(TaskState.FAILED))
    assert "Traceback" in failed.traceback
    assert "send_due" in failed.traceback
    return task_id


def mail_is_not_sent_twice(session: Session, mail_id: int) -> None:
    """A task run by hand goes through the claim, and a delivered mail gives none."""
    task_id = session.tasks.control.publish(MAIL_TASK, [mail_id], {}, "celery")
    until(session, task_id, in_state(TaskState.SUCCEEDED))
    assert len(session.mail.inbox().results) == 1


def pool_grows_and_shrinks(session: Session) -> None:
    control, worker = session.tasks.control, node(session)
    size = session.plan.settings.concurrency
    for by, wanted in ((3, size + 3), (-2, size + 1)):
        control.resize(worker, by)
        assert control.look([worker])[0].view.size == wanted


def paused_task_is_revoked(session: Session) -> str:
    """A worker that leaves a queue, a message that waits, and a worker that refuses it."""
    control, worker = session.tasks.control, node(session)
    control.stop_consuming(worker, "celery")
    eventually(
        lambda: control.look([worker])[0].view.queues == ("celery.relay",), 10, lambda: "it leaves"
    )
    task_id = control.publish(BULK_TASK, [1], {}, "celery")
    until(session, task_id, in_state(TaskState.WAITING))
    assert control.depths(["celery"])["celery"] == 1
    control.revoke(task_id, terminate=False)
    control.consume(worker, "celery")
    until(session, task_id, in_state(TaskState.REVOKED))
    return task_id


def ticks_can_be_left_out(session: Session) -> None:
    eventually(lambda: session.tasks.following.schedule, 10, lambda: "a schedule")
    ticks = frozenset(entry.task for entry in session.tasks.following.schedule)
    assert RELAY in ticks
    history = session.tasks.history
    assert history is not None
    names = {row.name for row in history.rows(Wanted(without=ticks), None, 100)}
    assert names == {MAIL_TASK, BULK_TASK}


def death_of_a_worker_is_said(session: Session, *, comes_again: bool) -> None:
    """Killed in the middle of a mail, for which the catcher takes 5 s."""
    session.mail.set_chaos(Chaos("slow", 1))
    task_id = f"mail-{send(session)}-1"
    until(session, task_id, in_state(TaskState.RUNNING))
    pid = session.statuses()["worker"].pid
    assert pid is not None
    psutil.Process(pid).kill()
    killed = until(session, task_id, lambda one: one.deaths > 0)
    lost = next(step for step in killed.steps if step.kind is Kind.LOST)
    assert lost.detail == "Worker was ended by signal 9."
    if comes_again:
        # Its message was not acknowledged, so the next worker gets it.
        ended = until(session, task_id, in_state(TaskState.SUCCEEDED), 40)
        assert ended.deaths == 1
