"""R16: a grandchild that holds the pipe, a child that ignores its stop, a quit while all hangs."""

from __future__ import annotations

import signal
import time

from launcher.core.spec import ServiceSpec, StopAction, StopPlan, StopStep
from launcher.core.state import ServiceState
from tests.faults.setting import Options, repeat
from tests.helpers import processes
from tests.helpers.measuring import Tally
from tests.helpers.rig import Rig, python
from tests.helpers.stack import Stack
from tests.helpers.waiting import eventually

EXITED_LIMIT = 2.0
QUIT_LIMIT = 20.0
_POLITE = 0.5

# The children below live until they are ended; ten minutes are their end if nobody does.
_LEAVES_A_HOLDER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
time.sleep(600)
"""
_IGNORES = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(int(sys.argv[2])):
    subprocess.Popen([sys.executable, "-c", sys.argv[1], "", "0"])
print("ignoring", flush=True)
time.sleep(600)
"""


def r16(options: Options) -> Tally:
    """A repeat is all of it once: the pipe, the deaf child, and a quit while everything hangs."""
    tally = Tally("R16", options.repeats)

    def trial() -> None:
        grandchild_holds_pipe(tally)
        child_ignores_stop(tally)
        with Stack(broker=options.broker_or("embedded"), settings=options.settings()) as stack:
            quit_while_all_hang(stack, tally)

    repeat(tally, trial)
    return tally


def grandchild_holds_pipe(tally: Tally) -> None:
    """The main process dies while a grandchild in another session keeps its output open."""
    with Rig(ServiceSpec(name="holder", title="Holder", command=python(_LEAVES_A_HOLDER))) as rig:
        rig.supervisor.start("holder")
        rig.wait("holder", ServiceState.READY)
        eventually(lambda: len(processes.of_run(rig.run)) == 2, 10, "the grandchild")
        pid, began = rig.status("holder").pid, time.monotonic()
        assert pid is not None
        processes.end(pid)
        rig.wait("holder", ServiceState.BACKOFF, ServiceState.WAITING, ServiceState.STARTING)
        took = time.monotonic() - began
        tally.sample("exited", took, limit=EXITED_LIMIT)
        exited = rig.status("holder").last_exit
        assert exited is not None
        assert exited.code == -signal.SIGKILL, exited
        copies = processes.copies(rig.run, "holder")
        assert pid not in [process.pid for process in copies]


def child_ignores_stop(tally: Tally) -> None:
    """It and those below it ignore SIGTERM: the whole tree is killed when its time is up."""
    plan = StopPlan(
        (
            StopStep(StopAction.TERMINATE, timeout=_POLITE),
            StopStep(StopAction.KILL_TREE, timeout=5.0),
        )
    )
    spec = ServiceSpec(
        name="deaf", title="Deaf", command=python(_IGNORES, _IGNORES, "2"), stop=plan
    )
    with Rig(spec) as rig:
        rig.supervisor.start("deaf")
        rig.wait("deaf", ServiceState.READY)
        eventually(lambda: len(processes.of_run(rig.run)) == 3, 10, "the tree")
        eventually(lambda: _lines(rig) >= 3, 10, "all of it to be deaf")
        began = time.monotonic()
        rig.supervisor.stop("deaf")
        rig.wait("deaf", ServiceState.STOPPED, timeout=10)
        took = time.monotonic() - began
        tally.sample("tree_killed", took)
        assert took >= _POLITE, "it was not deaf: the test tests nothing"
        assert not processes.of_run(rig.run), "some of the tree is left"


def _lines(rig: Rig) -> int:
    records, _ = rig.logs.read(0, 100, "deaf")
    return len(records)


def quit_while_all_hang(stack: Stack, tally: Tally) -> None:
    """Every service is frozen (SIGSTOP), so none hears SIGTERM: quit still ends in time."""
    for pid in stack.pids().values():
        if pid is not None:
            processes.end(pid, signal.SIGSTOP)
    began = time.monotonic()
    code = stack.stop()
    took = time.monotonic() - began
    tally.sample("quit", took, limit=QUIT_LIMIT)
    assert code == 0, f"it ended with {code}"
