"""R13: a port that somebody else holds: before the start, pinned, and lost while stopped."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from pathlib import Path

import psutil

from launcher.core.facts import Endpoint
from launcher.runtime import port_choice
from tests.faults.setting import Options, repeat
from tests.helpers.measuring import NotMeasured, Tally
from tests.helpers.ports import Foreign, free_port
from tests.helpers.stack import Stack

USUAL = {
    "django": ("127.0.0.1", 8000),
    "flower": ("127.0.0.6", 5566),
    "catcher": ("127.0.0.1", 1025),
    "amqp": ("127.0.0.1", 5672),
    "management": ("127.0.0.1", 15672),
    "distribution": ("127.0.0.1", 25672),
    "epmd": ("127.0.0.1", 24369),
}
_SERVICE = {"amqp": "rabbitmq", "epmd": "epmd"}
PINNED_LIMIT = 15.0


def r13(options: Options) -> Tally:
    """All usual ports are taken; then one is lost while stopped; then a pinned one is taken."""
    tally = Tally("R13", options.repeats)

    def trial() -> None:
        with contextlib.ExitStack() as both:
            foreign = both.enter_context(holding(options.broker_or("rabbitmq")))
            stack = both.enter_context(
                Stack(broker=options.broker_or("rabbitmq"), settings=options.settings())
            )
            usual_taken(stack, foreign, tally)
            lost_while_stopped(stack, tally, "silent")
            lost_while_stopped(stack, tally, "http")
        pinned_taken(tally)

    repeat(tally, trial)
    return tally


def holding(broker: str) -> Foreign:
    """A foreign program on every usual port that nobody else holds already."""
    names = [n for n in USUAL if broker == "rabbitmq" or n in ("django", "flower", "catcher")]
    return Foreign(f"{USUAL[n][0]}:{USUAL[n][1]}" for n in names)


def usual_taken(stack: Stack, foreign: Foreign, tally: Tally) -> None:
    """Each port that the foreign program holds is named with its owner, and another is used."""
    if not foreign.held:
        raise NotMeasured("the usual ports are all held by other programs", "end those programs")
    notices = stack.status()["notices"]
    owner = psutil.Process(foreign.pid).name()
    services = stack.services()
    for name, (address, port) in USUAL.items():
        if f"{address}:{port}" not in foreign.held:
            continue
        told = [words for words in notices if f"Port {port} " in words]
        assert told, f"nothing is said of port {port}: {notices}"
        assert f"{owner} ({foreign.pid})" in told[0], told[0]
        if name in services or name in _SERVICE:
            used = services[_SERVICE.get(name, name)]["port"]
            assert used != port
        tally.count("ports_taken")
    _unharmed(foreign)


def lost_while_stopped(stack: Stack, tally: Tally, mode: str, name: str = "django") -> None:
    """A service's port is taken while it is stopped: it moves, and its address is told anew."""
    stack.ask("stop", service=name)
    stack.wait_state(name, "stopped")
    lost = stack.service(name)["port"]
    address = stack.service(name)["address"]
    with Foreign([f"{address}:{lost}"], mode) as foreign:
        assert foreign.held, f"port {lost} was not given back"
        began = time.monotonic()
        stack.ask("start", service=name)
        found = stack.wait_state(name, "ready", "failed", timeout=40)
        tally.sample(f"moved_{mode}", time.monotonic() - began)
        assert found["state"] == "ready", found
        assert found["port"] != lost
        told = [words for words in stack.status()["notices"] if f"Port {lost} " in words]
        assert told, stack.status()["notices"]
        assert str(foreign.pid) in told[-1], told
        _unharmed(foreign)


def pinned_taken(tally: Tally, mode: str = "silent") -> None:
    """A port that the user set is never moved: FAILED, its owner named, nothing killed."""
    port = free_port()
    home = Path(tempfile.mkdtemp(prefix="celery-launcher-pinned-"))
    with (
        Foreign([f"127.0.0.1:{port}"], mode) as foreign,
        Stack(only="catcher", home=home, settings=f"[ports]\ncatcher = {port}\n", wait=False) as s,
    ):
        began = time.monotonic()
        found = s.wait_state("catcher", "failed", timeout=PINNED_LIMIT)
        tally.sample("pinned_failed", time.monotonic() - began)
        words = f"{found['detail']} {found['remedy']}"
        assert str(port) in words, words
        assert f"({foreign.pid})" in words, words
        assert found["remedy"], found
        assert found["port"] == port
        _unharmed(foreign)
    shutil.rmtree(home, ignore_errors=True)


def _unharmed(foreign: Foreign) -> None:
    assert foreign.running, "the foreign program was killed"
    for held in foreign.held:
        address, _, port = held.rpartition(":")
        assert not port_choice.is_free(Endpoint(address, int(port))), f"it lost {held}"
