"""What a double-click waits for: nothing is loaded that no start needs.

Counted in modules and not in seconds, which are those of the machine; P2 measures them.
"""

from __future__ import annotations

import json
import subprocess
import sys

from tests.helpers.programs import ROOT, environment

LATER = (
    *("launcher.mail.client", "launcher.diagnostics", "launcher.runtime.shipped"),
    *("launcher.cli.up", "launcher.cli.smtp", "launcher.cli.remote", "launcher.cli.demo"),
    *("PySide6", "rich", "django", "celery", "kombu", "amqp", "keyring.backends"),
)


def loaded(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import json, sys; print(json.dumps([*sys.modules]))"],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_run_is_opened_without_what_it_may_need_later() -> None:
    modules = loaded("import launcher.cli")
    assert "launcher.session" in modules
    assert [name for name in LATER if name in modules] == []


def test_the_window_is_loaded_without_its_pages() -> None:
    modules = loaded("from launcher.__main__ import _load_window; _load_window()")
    assert "launcher.gui.window" in modules
    pages = ("services", "logs", "mail", "settings", "flow", "tasks", "lab", "first_run")
    assert [page for page in pages if f"launcher.gui.{page}.page" in modules] == []
    assert "PySide6.QtNetwork" not in modules
