"""The embedded broker's folder at the start of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from launcher.runtime.embedded_broker import prepare


def test_queues_of_the_dead_go_and_tasks_stay(tmp_path: Path) -> None:
    folder = tmp_path / "broker"
    names = [
        "messages/1_a.celeryev.0b.msg",
        "messages/2_b.launcher-1@localhost.celery.pidbox.msg",
        "messages/3_c.celery.msg",
        "control/celeryev.exchange",
        "control/celery.pidbox.exchange",
        "control/reply.celery.pidbox.exchange",
        "control/celery.exchange",
    ]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    (folder / "control/celery.exchange").write_text('[["celery", "", "celery"]]')
    prepare(folder)
    assert [path.name for path in (folder / "messages").iterdir()] == ["3_c.celery.msg"]
    bindings = {
        path.name.removesuffix(".exchange"): json.loads(path.read_text())
        for path in (folder / "control").iterdir()
    }
    assert bindings == {
        "celeryev": [],
        "celery.pidbox": [],
        "reply.celery.pidbox": [],
        "celery": [["celery", "", "celery"]],
        "celery.relay": [],
    }


def test_processes_that_bind_at_once_all_succeed(tmp_path: Path) -> None:
    prepare(tmp_path)
    script = (
        "import sys\n"
        "from kombu import Connection, Exchange, Queue\n"
        "folder, name = sys.argv[1:]\n"
        "data, control = folder + '/messages', folder + '/control'\n"
        "options = dict(data_folder_in=data, data_folder_out=data, control_folder=control)\n"
        "with Connection('filesystem://localhost', transport_options=options) as connection:\n"
        "    sys.stdin.readline()\n"
        "    exchange = Exchange('celeryev', type='topic', durable=False)\n"
        "    Queue(name, exchange, routing_key='#')(connection.channel()).declare()\n"
    )
    binders = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), f"queue-{number}"],
            stdin=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    for binder in binders:
        assert binder.stdin is not None
        binder.stdin.write("go\n")
        binder.stdin.flush()
    assert [binder.wait(timeout=60) for binder in binders] == [0] * 6
    table = json.loads((tmp_path / "control" / "celeryev.exchange").read_text())
    assert {queue for _, _, queue in table} == {f"queue-{number}" for number in range(6)}


def test_a_new_folder_is_private(tmp_path: Path) -> None:
    prepare(tmp_path / "a" / "broker")
    prepare(tmp_path / "a" / "broker")
    assert (tmp_path / "a" / "broker").stat().st_mode & 0o777 == 0o700
