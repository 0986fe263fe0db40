"""RabbitMQ's batch files, with stand-ins that build its tree: cmd.exe, a node, its port program.

The service is described by the product for an installation of batch files; its node listens on the
port and logs to the file that the description names, and `rabbitmqctl.bat shutdown` asks it to end.
"""

from __future__ import annotations

import queue
import socket
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest

from launcher.app import bundled_project
from launcher.core.facts import BrokerMode, Endpoint, Endpoints, RabbitInstallation
from launcher.core.spec import LineMeaning, LineWatch, ServiceSpec, StopAction
from launcher.paths import Home
from launcher.platform import current
from launcher.runtime.logs import LogStore
from launcher.runtime.process import Children
from launcher.services.plan import Plan
from launcher.services.rabbitmq import node_files, private_node
from launcher.settings import Settings
from tests.windows.inside.programs import SLEEPER, eventually, gone, running

RUN = uuid.uuid4().hex

NODE = f"""
import os, pathlib, socket, subprocess, sys, threading
base = pathlib.Path(os.environ["RABBITMQ_BASE"])
log = base / "log" / (os.environ["RABBITMQ_NODENAME"] + ".log")
log.parent.mkdir(parents=True, exist_ok=True)
helper = subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], stdout=subprocess.PIPE)
helper.stdout.readline()
server = socket.create_server(("127.0.0.1", int(os.environ["RABBITMQ_NODE_PORT"])))
def say(words):
    with log.open("a") as file:
        file.write(words + "\\n")
say(f"port program {{helper.pid}} in {{os.environ['HOMEDRIVE']}}{{os.environ['HOMEPATH']}}")
say("Server startup complete; 4 plugins started.")
while not (base / "shutdown").exists():
    threading.Event().wait(0.05)
for store in ("transient", "persistent"):
    say(f"Message store for directory '{{store}}' is stopped")
helper.kill()
say("ended in order")
"""

SERVER = """@echo off\r
setlocal\r
if "%ERLANG_HOME%"=="" exit /b 3\r
if exist "%RABBITMQ_CONF_ENV_FILE%" call "%RABBITMQ_CONF_ENV_FILE%"\r
if not "%STAND_IN_CALLED%"=="yes" exit /b 4\r
"%STAND_IN_PYTHON%" "%~dp0node.py"\r
"""
CONTROL = """@echo off\r
if not "%1"=="shutdown" exit /b 64\r
echo. > "%RABBITMQ_BASE%\\shutdown"\r
"""


class Node:
    """The stand-in as a service of the product."""

    def __init__(self, folder: Path) -> None:
        sbin = folder / "RabbitMQ Server" / "rabbitmq_server-4.2.9" / "sbin"
        sbin.mkdir(parents=True)
        (sbin / "rabbitmq-server.bat").write_text(SERVER, encoding="ascii", newline="")
        (sbin / "rabbitmqctl.bat").write_text(CONTROL, encoding="ascii", newline="")
        (sbin / "node.py").write_text(NODE, encoding="utf-8")
        found = RabbitInstallation(
            *(str(sbin / "rabbitmq-server.bat"), "4.2.9"),
            *(r"C:\Erlang OTP\bin\erl.exe", "27.3", r"C:\Erlang OTP\bin\epmd.exe"),
        )
        ports = {name: free_port() for name in ("amqp", "management", "distribution", "epmd")}
        plan = Plan(
            settings=Settings(),
            project=bundled_project(),
            home=Home(folder / "home of mine"),
            run=RUN,
            broker=BrokerMode.RABBITMQ,
            endpoints=Endpoints({name: Endpoint("127.0.0.1", at) for name, at in ports.items()}),
            secrets={"broker_password": "word"},
            rabbitmq=found,
        )
        for path, text in node_files(plan, found).items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            if path.suffix == ".bat":
                # What RabbitMQ's script calls is run as a batch file, not opened in an editor.
                path.write_text("set STAND_IN_CALLED=yes\r\n", encoding="ascii")
        self.port = ports["amqp"]
        self.spec: ServiceSpec = private_node(plan, found)
        self.system = current()
        self.logs = LogStore(folder)
        self.exits: queue.Queue[int] = queue.Queue()
        self.seen: queue.Queue[LineMeaning] = queue.Queue()
        children = Children(self.system, RUN, self.logs, lambda _: None, lambda _: None)
        self.child = children.spawn(self.spec, self._saw, self.exits.put)

    def _saw(self, watch: LineWatch, groups: Sequence[str]) -> None:
        del groups
        self.seen.put(watch.meaning)

    def lines(self) -> list[str]:
        return [record.text for record in self.logs.read(0, 1000, "rabbitmq")[0]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    monkeypatch.setenv("STAND_IN_PYTHON", sys.executable)
    node = Node(tmp_path)
    yield node
    node.system.end_tree(RUN, None, ())


def test_its_log_file_tells_when_it_is_up_and_its_tree_is_known(node: Node) -> None:
    assert node.seen.get(timeout=30) is LineMeaning.READY_HINT
    assert "Server startup complete; 4 plugins started." in node.lines()
    home = node.spec.environment["RABBITMQ_BASE"]
    assert any(line.endswith(f" in {home}") for line in node.lines())
    socket.create_connection(("127.0.0.1", node.port), timeout=5).close()
    # cmd.exe, the node and its port program.
    assert len(node.system.marked(RUN, "rabbitmq")) >= 3


def test_it_is_asked_by_rabbitmqctl_and_ends_in_order(node: Node) -> None:
    assert node.seen.get(timeout=30) is LineMeaning.READY_HINT
    node.child.act(StopAction.TERMINATE)
    assert node.seen.get(timeout=30) is LineMeaning.MAY_END
    assert node.exits.get(timeout=30) == 0
    assert eventually(lambda: "ended in order" in node.lines())
    assert node.system.marked(RUN) == []


def test_its_whole_tree_is_killed(node: Node) -> None:
    assert node.seen.get(timeout=30) is LineMeaning.READY_HINT
    members = node.system.marked(RUN, "rabbitmq")
    node.child.act(StopAction.KILL_TREE)
    assert node.exits.get(timeout=10) == 1
    assert eventually(lambda: all(gone(pid) for pid in members))
    with pytest.raises(OSError):  # noqa: PT011 - nobody listens any more, in the system's words
        socket.create_connection(("127.0.0.1", node.port), timeout=1)


LAUNCHER = """
import sys
from pathlib import Path
from tests.windows.inside.test_rabbitmq_script import Node, RUN
node = Node(Path(sys.argv[1]))
node.seen.get(timeout=30)
print(*node.system.marked(RUN), flush=True)
node.exits.get()
"""


def test_a_launcher_that_is_killed_takes_it_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_PYTHON", sys.executable)
    with running(LAUNCHER, str(tmp_path)) as launcher:
        members = [int(word) for word in launcher.stdout.readline().split()]
        assert len(members) >= 3
        launcher.kill()
        assert eventually(lambda: all(gone(pid) for pid in members), 5)
