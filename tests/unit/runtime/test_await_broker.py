"""The command that imports first and then waits for the broker, as a real process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

from launcher.runtime.await_broker import _accepts, _wait_for

ROOT = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_waits_until_somebody_accepts() -> None:
    port = free_port()
    waited = threading.Thread(target=_wait_for, args=(f"amqp://u:p@127.0.0.1:{port}/v",))
    waited.start()
    waited.join(0.2)
    assert waited.is_alive()
    assert not _accepts("127.0.0.1", port)
    with socket.create_server(("127.0.0.1", port)):
        waited.join(5)
    assert not waited.is_alive()


def test_an_address_without_a_port_is_not_waited_for() -> None:
    for url in ("", "filesystem://localhost/x", "memory://"):
        _wait_for(url)


def test_it_is_celery_with_the_pool_s_patches_in_place_before_the_app_is_imported(
    tmp_path: Path,
) -> None:
    (tmp_path / "little.py").write_text(
        "import socket\n"
        "from celery import Celery\n"
        "app = Celery('little', broker='memory://')\n"
        "print('patched', socket.socket.__module__, flush=True)\n"
    )
    done = subprocess.run(
        [
            *(sys.executable, "-m", "launcher", "celery", "-A", "little"),
            *("worker", "-P", "eventlet", "--help"),
        ],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "patched eventlet.greenio" in done.stdout
    assert "Start worker instance" in done.stdout
