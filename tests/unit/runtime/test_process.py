"""Real children: their lines, their end, their tree and their environment."""

from __future__ import annotations

import os
import queue
import sys
import textwrap
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from launcher.core.spec import LineMeaning, LineWatch, ServiceSpec, StopAction
from launcher.platform import current
from launcher.platform.system import RUN_VARIABLE, SERVICE_VARIABLE, System
from launcher.runtime.logs import LogStore
from launcher.runtime.process import Child, Children, child_environment
from tests.helpers.waiting import eventually

RUN = uuid.uuid4().hex


class Nursery:
    """Starts a Python script as a service and collects what is told of it."""

    def __init__(
        self,
        folder: Path,
        system: System | None = None,
        on_end: Callable[[int], object] | None = None,
    ) -> None:
        self.store = LogStore(folder)
        self.began: list[int] = []
        self.ended: list[int] = []
        self.exits: queue.Queue[int] = queue.Queue()
        self.seen: queue.Queue[tuple[LineWatch, Sequence[str]]] = queue.Queue()
        self.children = Children(
            system or current(), RUN, self.store, self.began.append, on_end or self.ended.append
        )

    def run(self, script: str, *watches: LineWatch) -> Child:
        spec = ServiceSpec(
            "job",
            "Job",
            command=(sys.executable, "-c", textwrap.dedent(script)),
            watches=watches,
        )
        return self.children.spawn(
            spec, lambda watch, groups: self.seen.put((watch, groups)), self.exits.put
        )

    def lines(self) -> list[str]:
        return [record.text for record in self.store.read(0, 1000, "job")[0]]


@pytest.fixture
def nursery(tmp_path: Path) -> Nursery:
    return Nursery(tmp_path)


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_all_lines_are_there_when_the_exit_is_told(nursery: Nursery) -> None:
    child = nursery.run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert nursery.exits.get(timeout=10) == 3
    assert sorted(nursery.lines()) == ["err", "out"]
    assert nursery.began == nursery.ended == [child.pid]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("where", ["its tree", "the file of pids"])
def test_an_end_is_told_whatever_goes_wrong_beside_it(tmp_path: Path, where: str) -> None:
    def refuse(*_: object) -> int:
        raise OSError(24, "Too many open files")

    system = current()
    if where == "its tree":
        system.end_tree = refuse  # type: ignore[method-assign]
    nursery = Nursery(tmp_path, system, refuse if where == "the file of pids" else None)
    nursery.run("import sys; sys.exit(3)")
    assert nursery.exits.get(timeout=10) == 3


def test_a_watched_line_is_told_once_with_its_groups(nursery: Nursery) -> None:
    ready = LineWatch(r"ready on (\d+)", LineMeaning.READY_HINT)
    both = LineWatch("store closed", LineMeaning.MAY_END, count=2)
    nursery.run(
        "print('store closed\\nready on 8000\\nready on 9000\\nstore closed\\nstore closed')",
        ready,
        both,
    )
    nursery.exits.get(timeout=10)
    told = [nursery.seen.get_nowait() for _ in range(2)]
    assert {(watch.meaning, tuple(groups)) for watch, groups in told} == {
        (LineMeaning.READY_HINT, ("8000",)),
        (LineMeaning.MAY_END, ()),
    }
    assert nursery.seen.empty()


def test_a_grandchild_that_holds_the_pipe_neither_delays_the_exit_nor_outlives_it(
    nursery: Nursery,
) -> None:
    nursery.run(
        """
        import subprocess, sys
        child = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
        )
        print(child.pid, flush=True)
        """
    )
    assert nursery.exits.get(timeout=10) == 0
    (pid,) = nursery.lines()
    assert gone(int(pid))


def test_a_child_that_ignores_the_polite_stop_is_killed_with_its_tree(nursery: Nursery) -> None:
    ready = LineWatch(r"pid (\d+)", LineMeaning.READY_HINT)
    child = nursery.run(
        """
        import os, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pid = os.fork()
        if pid:
            print("pid", pid, flush=True)
        time.sleep(60)
        """,
        ready,
    )
    _, (grandchild,) = nursery.seen.get(timeout=10)
    child.act(StopAction.TERMINATE)
    with pytest.raises(queue.Empty):
        nursery.exits.get(timeout=0.3)
    child.act(StopAction.KILL_TREE)
    assert nursery.exits.get(timeout=10) == -9
    assert gone(int(grandchild))


def test_stopping_what_has_ended_does_nothing(nursery: Nursery) -> None:
    child = nursery.run("pass")
    nursery.exits.get(timeout=10)
    child.act(StopAction.TERMINATE)
    child.act(StopAction.KILL_TREE)


def test_a_program_that_is_not_there_raises_with_its_name(nursery: Nursery) -> None:
    spec = ServiceSpec("job", "Job", command=("no-such-program-anywhere",))
    with pytest.raises(FileNotFoundError, match="no-such-program-anywhere"):
        nursery.children.spawn(spec, lambda *_: None, lambda _: None)


def test_the_environment_is_cleaned_marked_and_completed() -> None:
    own = {
        "PATH": os.environ["PATH"],
        "CELERY_BROKER_URL": "amqp://somebody:else@elsewhere",
        "DJANGO_SETTINGS_MODULE": "other.settings",
        "FLOWER_UNAUTHENTICATED_API": "true",
        "LANG": "de_DE.UTF-8",
    }
    made = child_environment(own, {"SECRET_KEY": "s"}, "run-1", "django")
    assert made[RUN_VARIABLE] == "run-1"
    assert made[SERVICE_VARIABLE] == "django"
    assert made["SECRET_KEY"] == "s"
    assert made["LANG"] == "de_DE.UTF-8"
    assert made["PYTHONUTF8"] == "1"
    assert not {"CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "FLOWER_UNAUTHENTICATED_API"} & set(
        made
    )


def test_a_process_of_another_run_is_never_touched(nursery: Nursery) -> None:
    ready = LineWatch("ready", LineMeaning.READY_HINT)
    child = nursery.run("import time; print('ready', flush=True); time.sleep(60)", ready)
    nursery.seen.get(timeout=10)
    assert current().end_tree("another run", None, ()) == 0
    assert not gone(child.pid)
    assert current().marked(RUN) == [child.pid]
    assert current().marked(RUN, "another service") == []
    child.act(StopAction.KILL_TREE)
    nursery.exits.get(timeout=10)


def test_a_service_with_a_stop_command_of_its_own_is_asked_by_it(
    nursery: Nursery, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    patient = f"""
        import os, pathlib, signal, threading
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("up", flush=True)
        while not pathlib.Path({str(asked)!r}).exists():
            threading.Event().wait(0.02)
        print(pathlib.Path({str(asked)!r}).read_text(), flush=True)
    """
    ask = f"import os, pathlib; pathlib.Path({str(asked)!r}).write_text(os.environ['WORD'])"
    spec = ServiceSpec(
        "job",
        "Job",
        command=(sys.executable, "-c", textwrap.dedent(patient)),
        environment={"WORD": "asked in order"},
        stop_command=(sys.executable, "-c", ask),
    )
    child = nursery.children.spawn(spec, lambda *_: None, nursery.exits.put)
    child.act(StopAction.TERMINATE)
    assert nursery.exits.get(timeout=10) == 0
    assert nursery.lines() == ["up", "asked in order"]


def test_a_stop_command_that_hangs_ends_with_the_tree(nursery: Nursery) -> None:
    sleep = (sys.executable, "-c", "import time; time.sleep(60)")
    spec = ServiceSpec("job", "Job", command=sleep, stop_command=sleep)
    child = nursery.children.spawn(spec, lambda *_: None, nursery.exits.put)
    asking = threading.Thread(target=child.act, args=(StopAction.TERMINATE,))
    asking.start()
    eventually(lambda: len(current().marked(RUN)) == 2, 10, "the service and who asks it")
    child.act(StopAction.KILL_TREE)
    assert nursery.exits.get(timeout=10) == -9
    asking.join(10)
    assert not asking.is_alive()
    assert current().marked(RUN) == []


def test_the_log_file_of_a_service_is_read_as_if_it_were_printed(
    nursery: Nursery, tmp_path: Path
) -> None:
    log = tmp_path / "log" / "node.log"
    writer = f"""
        import pathlib, sys
        log = pathlib.Path({str(log)!r})
        log.parent.mkdir()
        print("printed", flush=True)
        with log.open("w") as file:
            file.write("Server startup complete; 5 plugins started.\\n")
        sys.stdin.read()
    """
    watch = LineWatch("startup complete; (.*) plugins", LineMeaning.READY_HINT)
    spec = ServiceSpec(
        "job",
        "Job",
        command=(sys.executable, "-c", textwrap.dedent(writer)),
        log_file=str(log),
        watches=(watch,),
    )
    nursery.children.spawn(
        spec, lambda seen, groups: nursery.seen.put((seen, groups)), nursery.exits.put
    )
    assert nursery.seen.get(timeout=10) == (watch, ["5"])
    assert nursery.exits.get(timeout=10) == 0
    assert sorted(nursery.lines()) == ["Server startup complete; 5 plugins started.", "printed"]
