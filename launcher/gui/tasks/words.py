"""Tasks, workers and the schedule as the page says them; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from launcher.core.explain import Tone, duration
from launcher.core.tasks import Kind, Step, Task, TaskState
from launcher.core.tasks_schedule import Entry as Scheduled
from launcher.core.tasks_workers import WorkerView
from launcher.gui.mail.words import STATE_TONES as MAIL_TONES
from launcher.gui.mail.words import STATE_WORDS as MAIL_WORDS
from launcher.gui.mail.words import Entry
from launcher.gui.words import counted, memory
from launcher.mail import MailRow
from launcher.runtime.task_history import TaskRow

S, K = TaskState, Kind

TONES: Mapping[TaskState, Tone] = {
    S.WAITING: Tone.WAITING,
    S.RECEIVED: Tone.WAITING,
    S.SCHEDULED: Tone.WAITING,
    S.RUNNING: Tone.WORKING,
    S.RETRYING: Tone.TROUBLE,
    S.SUCCEEDED: Tone.READY,
    S.FAILED: Tone.FAILED,
    S.REVOKED: Tone.OFF,
    S.REJECTED: Tone.FAILED,
    S.LOST: Tone.FAILED,
    S.UNKNOWN: Tone.TROUBLE,
}
WORDS: Mapping[TaskState, str] = {
    S.WAITING: "Waiting",
    S.RECEIVED: "Received",
    S.SCHEDULED: "Scheduled",
    S.RUNNING: "Running",
    S.RETRYING: "Retrying",
    S.SUCCEEDED: "Succeeded",
    S.FAILED: "Failed",
    S.REVOKED: "Revoked",
    S.REJECTED: "Rejected",
    S.LOST: "Worker died",
    S.UNKNOWN: "End unknown",
}
FILTERS: tuple[tuple[str, frozenset[TaskState], TaskState | None], ...] = (
    ("All", frozenset(), None),
    ("Waiting", frozenset({S.WAITING, S.RECEIVED}), S.WAITING),
    ("Scheduled", frozenset({S.SCHEDULED}), S.SCHEDULED),
    ("Running", frozenset({S.RUNNING}), S.RUNNING),
    ("Retrying", frozenset({S.RETRYING}), S.RETRYING),
    ("Worker died", frozenset({S.LOST}), S.LOST),
    ("End unknown", frozenset({S.UNKNOWN}), S.UNKNOWN),
    ("Failed", frozenset({S.FAILED, S.REJECTED}), S.FAILED),
    ("Revoked", frozenset({S.REVOKED}), S.REVOKED),
    ("Succeeded", frozenset({S.SUCCEEDED}), S.SUCCEEDED),
)

STEPS: Mapping[Kind, tuple[str, Tone]] = {
    K.SENT: ("Published", Tone.READY),
    K.RECEIVED: ("Received", Tone.READY),
    K.STARTED: ("Started", Tone.READY),
    K.SUCCEEDED: ("Succeeded", Tone.READY),
    K.FAILED: ("Failed", Tone.FAILED),
    K.RETRIED: ("This attempt failed, another one comes", Tone.TROUBLE),
    K.REVOKED: ("Revoked", Tone.OFF),
    K.REJECTED: ("Rejected", Tone.FAILED),
    K.FOUND: ("A worker says that it executes it", Tone.WORKING),
    K.HELD: ("A worker says that it has it in hand", Tone.WAITING),
    K.LOST: ("Its worker died in the middle of it", Tone.FAILED),
    K.RETURNED: ("Its worker died before it began; the broker gives it to another", Tone.TROUBLE),
    K.UNSEEN: ("Over, its end was not heard", Tone.TROUBLE),
    K.GONE: ("Its message is gone", Tone.TROUBLE),
}

WHY: Mapping[TaskState, str] = {
    S.LOST: "Its worker died, or is silent, while it executed the task. A message that was not "
    "acknowledged comes again: then the task is executed once more, and that shows here.",
    S.UNKNOWN: "It is over, and nobody said how. Look at the worker's log; run it again if it may "
    "be executed twice.",
    S.REJECTED: "The worker gave the message back for good. It lies among the dead letters.",
}

_MAIL_TASK = "send_mail.tasks.send_email_task"
_BULK_TASK = "send_mail.tasks.send_due_task"
_LOUD_MAILS = frozenset({"FAILED", "UNKNOWN", "RETRYING"})


def mail_of(name: str, args: str) -> int | None:
    """The mail that a task is the wake-up of, None for other tasks."""
    found = re.fullmatch(r"[\[(](\d{1,18}),?[\])]", args) if name == _MAIL_TASK else None
    return int(found[1]) if found else None


def of_the_outbox(name: str) -> bool:
    """Whether what a task does follows the outbox's rules: mails are claimed, never sent twice."""
    return name in (_MAIL_TASK, _BULK_TASK)


def short_name(name: str) -> str:
    """A task's name without its modules."""
    return name.rpartition(".")[2] or "(name not heard)"


def task_entry(row: TaskRow, mail: MailRow | None = None) -> Entry:
    """A task as the list shows it; with its mail, whose end counts more than the task's."""
    tone = TONES[row.state]
    about = [clock(row.first_at)]
    if mail is not None:
        about.append(f"mail {mail.id} {MAIL_WORDS.get(mail.state, mail.state).lower()}")
        if row.state is S.SUCCEEDED and mail.state in _LOUD_MAILS:
            tone = MAIL_TONES[mail.state]
    if row.eta and row.state is S.SCHEDULED:
        about.append(f"not before {due(row.eta)}")
    if row.note and row.state in (S.FAILED, S.RETRYING):
        about.append(row.note)
    if row.deaths and row.state is not S.LOST:
        about.append(f"{counted(row.deaths, 'worker')} died with it")
    if row.worker:
        about.append(row.worker)
    return Entry(
        row.number, tone, f"{short_name(row.name)}{call(row)}", " · ".join(about), aside(row)
    )


def call(row: TaskRow | Task) -> str:
    """The arguments as a call shows them: "(12)", "(to='you')"."""
    args = row.args.strip("()[]").rstrip(",") if row.args not in ("", "()", "[]") else ""
    kwargs = row.kwargs if row.kwargs not in ("", "{}") else ""
    return f"({', '.join(part for part in (args, kwargs) if part)})"


def aside(row: TaskRow) -> str:
    """The state in a word or two, with what matters most beside it."""
    words = WORDS[row.state]
    if row.state is S.SUCCEEDED and row.runtime is not None:
        return f"{words} {took(row.runtime)}"
    if row.state is S.RETRYING and row.attempt:
        return f"{words} ({row.attempt})"
    return words


def took(seconds: float) -> str:
    """A runtime: "41 ms", "3.2 s", "2 min"."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else duration(seconds)


def time_of_day(at: float) -> str:
    """A local time with milliseconds."""
    then = datetime.fromtimestamp(at).astimezone()
    return f"{then:%H:%M:%S}.{then.microsecond // 1000:03}"


def clock(at: float) -> str:
    """A local time of day; with its date when that is not today."""
    if at <= 0:
        return ""
    then = datetime.fromtimestamp(at).astimezone()
    time = f"{then:%H:%M:%S}"
    same_day = then.date() == datetime.now().astimezone().date()
    return time if same_day else f"{then:%Y-%m-%d} {time}"


def due(eta: str) -> str:
    """A time as Celery writes it, as a local one; as it is when it cannot be read."""
    try:
        return clock(datetime.fromisoformat(eta).timestamp())
    except (ValueError, OverflowError, OSError):
        return eta


def step_words(step: Step) -> tuple[str, Tone]:
    """One line of the timeline."""
    words, tone = STEPS[step.kind]
    said = [words]
    if step.kind is K.REJECTED and step.detail:
        said, tone = ["Given back"], Tone.TROUBLE
    if step.worker and step.kind not in (K.LOST, K.RETURNED):
        said[0] = f"{said[0]} by {step.worker}"
    said += [f"attempt {step.attempt + 1}"] if step.attempt else []
    said += [f"not before {due(step.eta)}"] if step.eta else []
    said += [step.detail] if step.detail else []
    said += [f"in {took(step.runtime)}"] if step.runtime is not None else []
    return " · ".join(said), tone


def facts(task: Task) -> tuple[tuple[str, str], ...]:
    """What else is known of a task, as pairs of a word and a value."""
    pairs = (
        ("Id", task.id),
        ("First seen", clock(task.first_at)),
        ("Queue", task.queue),
        ("Worker", task.worker),
        ("Attempt", str(task.attempt + 1) if task.attempt else ""),
        ("Not before", due(task.eta) if task.eta else ""),
        ("Expires", due(task.expires) if task.expires else ""),
        ("Parent", task.parent),
        ("Root", task.root if task.root != task.id else ""),
    )
    return tuple(pair for pair in pairs if pair[1])


def worker_line(view: WorkerView) -> str:
    """What a worker is and does, in one line."""
    size = f"{view.pool} ×{view.size}" if view.pool != "solo" else "solo"
    parts = [size, f"{counted(view.done, 'task')} since its start"]
    parts += [f"prefetch {view.prefetch}"] if view.prefetch else []
    parts += [f"pid {view.pid}"] if view.pid else []
    parts += [f"up {duration(view.uptime)}"] if view.uptime else []
    parts += [f"{memory(view.memory)} at most"] if view.memory else []
    return " · ".join(parts)


def load_line(view: WorkerView) -> str:
    """What a worker has in hand."""
    waits = f", {view.waiting} more in hand" if view.waiting else ""
    return f"{view.active} of {view.size} busy{waits}"


def schedule_line(entry: Scheduled, now: float) -> str:
    """When an entry comes next and came last."""
    if entry.next_at is None:
        comes = "beat has not said when it comes next"
    elif entry.next_at <= now:
        comes = "due now"
    else:
        comes = f"next in {duration(entry.next_at - now)}, at {clock(entry.next_at)}"
    last = f"last at {clock(entry.last_at)}" if entry.last_at and entry.count else "not yet run"
    return f"{comes} · {last} · {counted(entry.count, 'run')}"
