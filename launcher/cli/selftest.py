"""`selftest`: whether an installation answers, part by part, in a home of its own.

Every module that the product stands on is imported, the real window is painted, and a mail goes its
whole way on the embedded broker. Nothing of the user's is touched.
"""

from __future__ import annotations

import importlib
import json
import os
import platform as machine
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

import click

from launcher import __version__
from launcher.cli.demo import Told, run_demo
from launcher.cli.options import common, emit, has_display
from launcher.paths import HOME_VARIABLE, Home
from launcher.platform import current
from launcher.runtime import shipped
from launcher.runtime.process import program_folder

MODULES: Mapping[str, str] = {
    "aiosmtpd": "aiosmtpd.smtp",
    "celery": "celery.bin.celery",
    "click": "click",
    "cron-descriptor": "cron_descriptor",
    "django": "django.core.management",
    "django-environ": "environ",
    "djangorestframework": "rest_framework",
    "drf-spectacular": "drf_spectacular",
    "email-validator": "email_validator",
    "eventlet": "eventlet",
    "flower": "flower.command",
    "keyring": "keyring",
    "platformdirs": "platformdirs",
    "psutil": "psutil",
    "rich": "rich",
    "tomlkit": "tomlkit",
    "tzdata": "tzdata",
    "waitress": "waitress.runner",
    "whitenoise": "whitenoise.middleware",
    "pywin32": "win32file",
}
"""What each of our requirements is imported by; Qt is proven by the window itself."""
_NOT_HERE = () if sys.platform == "win32" else ("tzdata", "pywin32")
_WINDOW_LIMIT = 120.0
"""Seconds for the window; it takes about one."""
_SAID = 600
"""Letters of what it said last; Qt takes three sentences to say that its plugin is missing."""

Step = dict[str, Any]


@click.command()
@common
def selftest(home: str | None, as_json: bool) -> int:
    """Prove this installation: modules, window, services, one mail, and nothing left."""
    steps: list[Step] = []

    def did(step: Step) -> None:
        steps.append(step)
        if not as_json:
            mark = "ok    " if step["ok"] else "FAILED"
            click.echo(f"{mark} {step['step']:<9} {step['seconds']:6.1f} s  {step['words']}")

    packages = {package.name: package.version for package in shipped.packages()}
    if not as_json:
        for name, version in packages.items():
            click.echo(f"       {name} {version}")
    did(_timed("imports", _import_all))
    did(_timed("window", _paint_window))
    with tempfile.TemporaryDirectory(prefix="celery-launcher-selftest-") as folder:
        place = Home(Path(home).expanduser().absolute() if home else Path(folder))
        for step in _use(place):
            did(step)
    ok = all(step["ok"] for step in steps)
    if as_json:
        told = {"ok": ok, "version": __version__, "python": machine.python_version()}
        emit(told | {"system": sys.platform, "steps": steps, "packages": packages})
    return 0 if ok else 1


def _timed(name: str, prove: Callable[[], str]) -> Step:
    """The step: what `prove` says, or why it failed."""
    began = time.monotonic()
    try:
        words, ok = prove(), True
    except Exception as error:  # noqa: BLE001 - whatever a damaged installation makes of it
        words, ok = f"{type(error).__name__}: {error}", False
    return _step(name, ok=ok, seconds=time.monotonic() - began, words=words)


def _step(name: str, *, ok: bool, seconds: float, words: str) -> Step:
    return {"step": name, "ok": ok, "seconds": round(seconds, 2), "words": words}


def _import_all() -> str:
    wanted = {name: module for name, module in MODULES.items() if name not in _NOT_HERE}
    with warnings.catch_warnings():
        # eventlet says at each import that it is in retirement.
        warnings.simplefilter("ignore")
        for module in wanted.values():
            importlib.import_module(module)
    return f"{len(wanted)} packages"


def _paint_window() -> str:
    """In a process of its own: where a library is missing, Qt ends the whole process."""
    environment = dict(os.environ)
    if not has_display():
        environment["QT_QPA_PLATFORM"] = "offscreen"
    # Into files: what a window system starts of its own may hold a pipe open for ever.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        done = subprocess.run(  # noqa: S603 - our own program
            [current().interpreter, "-m", "launcher", "prove-window"],
            cwd=program_folder(),
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            timeout=_WINDOW_LIMIT,
        )
        told, said = _lines(output), " / ".join(_lines(errors))
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {said[-_SAID:]}")
    seen = json.loads(told[-1])
    return (
        f"Qt {seen['qt']} by its {seen['plugin']} plugin, first picture {seen['painted_ms']} ms "
        f"after its start, {seen['colours']} colours in it"
    )


def _lines(file: IO[bytes]) -> list[str]:
    """All that was written to it, without empty lines."""
    file.seek(0)
    text = file.read().decode("utf-8", "replace")
    return [line for line in text.splitlines() if line.strip()]


def _use(place: Home) -> list[Step]:
    """Start everything on the embedded broker, send a mail, stop: what a demo does, as steps."""
    # The services must not find the user's own home.
    os.environ.pop(HOME_VARIABLE, None)
    began = time.monotonic()
    result = run_demo(place, "embedded", Told(silent=True))
    services = {service["name"]: service for service in result["services"]}
    why = result.get("error", "")
    mail, left = result["mail"], result["left"]
    took = {name: (service["ready_after_ms"] or 0) / 1000 for name, service in services.items()}
    ready = [name for name, one in services.items() if one["state"] in ("ready", "done")]
    late = [name for name in services if name not in ready]
    timeline = mail["timeline"]
    return [
        _step(
            "migrate",
            ok="migrate" in ready,
            seconds=took["migrate"],
            words=services["migrate"]["state"],
        ),
        _step(
            "services",
            ok=not late,
            seconds=max(took.values()),
            words=why or f"ready: {', '.join(ready)}",
        ),
        _step(
            "mail",
            ok=mail["state"] == "delivered",
            seconds=timeline[-1]["at_ms"] / 1000 if timeline else 0.0,
            words=why or f"{mail['state']}, and in the inbox",
        ),
        _step(
            "stop",
            ok=not left["processes"] and not left["ports"],
            seconds=time.monotonic() - began - max(took.values()),
            words=f"{left['processes']} processes and {left['ports']} ports left",
        ),
    ]
