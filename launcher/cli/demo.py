"""`demo`: everything once, from nothing to a mail in the inbox and back to nothing."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from launcher.app import Wishes, open_session
from launcher.cli.options import CommandError, common, emit
from launcher.cli.up import broker_option
from launcher.control_verbs import milliseconds
from launcher.core.state import ServiceState, ServiceStatus
from launcher.mail import Draft, MailUnavailable
from launcher.paths import Home
from launcher.session import Session

_READY_LIMIT = 120.0
_MAIL_LIMIT = 30.0
_LOOK_AGAIN = 0.05


@click.command()
@broker_option
@common
def demo(broker: str | None, home: str | None, as_json: bool) -> int:
    """Start everything, send one mail, see it arrive, stop everything, say what is left.

    Uses a temporary home and free ports unless told otherwise.
    """
    told = Told(silent=as_json)
    with _place(home) as place:
        result = run_demo(place, broker, told)
    if as_json:
        emit(result)
    return 0 if result["ok"] else 1


def run_demo(home: Home, broker: str | None, told: Told) -> dict[str, Any]:
    """One demo on `home`; the result is what `--json` prints."""
    began = time.monotonic()
    mail: dict[str, Any] = {"id": None, "state": None, "timeline": []}
    error = ""
    with open_session(home, Wishes(broker=broker)) as session:
        told.step(session.broker_words)
        try:
            _start(session, told)
            mail = _send(session, told)
        except (CommandError, MailUnavailable) as failure:
            error = str(failure)
            told.step(f"◆ {error}")
        services = _services(session)
        told.step("stopping in order")
        left = session.close()
    told.step(f"stopped: {left.processes} processes and {left.ports} ports are left")
    ok = not error and mail["state"] == "delivered" and not left.processes and not left.ports
    result = {
        "ok": ok,
        "broker": session.broker.value,
        "services": services,
        "mail": mail,
        "left": {"processes": left.processes, "ports": left.ports},
        "total_ms": milliseconds(time.monotonic() - began),
    }
    return result | ({"error": error} if error else {})


def _start(session: Session, told: Told) -> None:
    def over(statuses: Mapping[str, ServiceStatus]) -> bool:
        told.follow(session, statuses)
        states = [status.state for status in statuses.values()]
        return ServiceState.FAILED in states or all(s.satisfies for s in statuses.values())

    session.start_all()
    in_time = session.wait_until(over, _READY_LIMIT)
    for name, status in session.statuses().items():
        if status.state is ServiceState.FAILED and status.problem is not None:
            raise CommandError(f"{name} failed: {status.problem.words} {status.problem.remedy}")
    if not in_time:
        late = [name for name, status in session.statuses().items() if not status.satisfies]
        raise CommandError(f"not ready after {_READY_LIMIT:g} s: {', '.join(late)}")


def _send(session: Session, told: Told) -> dict[str, Any]:
    draft = Draft(
        to=("you@localhost",),
        subject="Hello from the queue",
        text="Saved, published, received by the worker, sent: this is how a mail travels.",
    )
    saved = session.mail.submit(draft, "demo")
    told.step("mail saved")
    deadline = time.monotonic() + _MAIL_LIMIT
    pause = threading.Event()
    while time.monotonic() < deadline:
        found = session.mail.get(saved.id)
        arrived = any(caught.mail_id == saved.id for caught in session.mail.inbox().results)
        if found.row.final and (arrived or found.row.state != "DELIVERED"):
            break
        pause.wait(_LOOK_AGAIN)
    timeline = [{"event": step.event, "at_ms": step.at_ms} for step in found.timeline]
    for step in timeline:
        told.step(f"mail {step['event']} after {step['at_ms']} ms", indent=True)
    if not arrived:
        raise CommandError(
            f"the mail is {found.row.state.lower()} and not in the inbox: {found.row.last_reply}"
        )
    told.step("mail is in the inbox")
    return {"id": saved.id, "state": found.row.state.lower(), "timeline": timeline}


def _services(session: Session) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "state": session.statuses()[name].state.value,
            "ready_after_ms": milliseconds(session.statuses()[name].ready_after),
            "pid": session.statuses()[name].pid,
            "url": spec.links[0].url if spec.links else None,
        }
        for name, spec in session.specs().items()
    ]


@contextlib.contextmanager
def _place(home: str | None) -> Iterator[Home]:
    if home is not None:
        yield Home(Path(home).expanduser().absolute())
        return
    with tempfile.TemporaryDirectory(prefix="celery-launcher-demo-") as folder:
        yield Home(Path(folder))


class Told:
    """Steps with milliseconds since the beginning, unless a program reads."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent
        self._began = time.monotonic()
        self._states: dict[str, ServiceState] = {}

    def step(self, words: str, *, indent: bool = False) -> None:
        """One step, now."""
        if not self._silent:
            passed = (time.monotonic() - self._began) * 1000
            click.echo(f"{passed:7.0f} ms  {'  ' if indent else ''}{words}")

    def follow(self, session: Session, statuses: Mapping[str, ServiceStatus]) -> None:
        """A step for each service that became ready or failed."""
        for name, status in statuses.items():
            if self._states.get(name) is status.state:
                continue
            self._states[name] = status.state
            if status.satisfies or status.state is ServiceState.FAILED:
                took = milliseconds(status.ready_after)
                after = f" {took} ms after its start" if took is not None else ""
                self.step(f"{session.specs()[name].title}: {status.state.value}{after}")
