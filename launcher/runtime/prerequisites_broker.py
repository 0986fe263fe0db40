"""Erlang, RabbitMQ, whether they go together, and what else of them stands in the way.

What was found is `launcher.runtime.installations`; whether versions fit is `launcher.core.checks`.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from launcher.core.checks import CheckResult, Verdict, check_pair
from launcher.runtime.installations import Choice, Erlang, Places, Server, choose, is_erlang_home
from launcher.runtime.repair import RABBITMQ, broker_remedy, can_install_broker

SERVICE = "RabbitMQ"
"""Windows' own service of RabbitMQ, as its installer names it."""


def check_broker(places: Places) -> list[CheckResult]:
    """Erlang, RabbitMQ, whether they go together, and the port mapper that Erlang brings."""
    chosen = choose(places)
    results = [_check_erlang(chosen, places), _check_server(chosen.server)]
    if chosen.server and chosen.erlang:
        results.append(_check_pair(chosen, chosen.server, chosen.erlang))
        results.append(_check_epmd(chosen.erlang))
    return results


def _check_erlang(chosen: Choice, places: Places) -> CheckResult:
    home, erlang = places.environment.get("ERLANG_HOME", ""), chosen.erlang
    if home and not is_erlang_home(home, places):
        return CheckResult(
            "Erlang",
            Verdict.WARN,
            f"ERLANG_HOME is {home}, where there is no {Path('bin', places.erl)}",
            "Correct or remove ERLANG_HOME",
        )
    if erlang is None:
        return CheckResult(
            "Erlang", Verdict.WARN, "not found; RabbitMQ needs it", broker_remedy(), RABBITMQ
        )
    told = f"Erlang {_version(erlang)} at {erlang.erl}"
    if not chosen.others:
        return CheckResult("Erlang", Verdict.OK, told)
    others = ", ".join(f"{_version(one)} at {one.erl}" for one in chosen.others)
    why = "since ERLANG_HOME names it" if home else "since it fits" if chosen.fits else "as first"
    return CheckResult(
        "Erlang",
        Verdict.OK,
        f"{told}, {why}; also there: {others}",
        "Set ERLANG_HOME to the folder of the one to use, if it is not this",
    )


def _version(erlang: Erlang) -> str:
    return erlang.version or "of an unknown version"


def _check_server(server: Server | None) -> CheckResult:
    if server is None:
        return CheckResult(
            "RabbitMQ",
            Verdict.WARN,
            "not found, so the embedded broker is used",
            broker_remedy(),
            RABBITMQ,
        )
    version = server.version or "of an unknown version"
    return CheckResult("RabbitMQ", Verdict.OK, f"RabbitMQ {version} at {server.path}")


def _check_pair(chosen: Choice, server: Server, erlang: Erlang) -> CheckResult:
    told = check_pair(server.version, erlang.version)
    if told.verdict is not Verdict.FAIL:
        return told
    better = chosen.better
    if better is not None:
        root = Path(better.erl).parent.parent
        return replace(
            told,
            remedy=f"Remove ERLANG_HOME, or set it to {root}: Erlang {better.version} there fits",
        )
    if can_install_broker():
        return replace(told, remedy=broker_remedy(), fix=RABBITMQ)
    return told


def _check_epmd(erlang: Erlang) -> CheckResult:
    if erlang.epmd:
        return CheckResult("epmd", Verdict.OK, erlang.epmd)
    return CheckResult(
        "epmd",
        Verdict.WARN,
        f"the Erlang at {erlang.erl} has no epmd, which RabbitMQ needs",
        "Install Erlang anew; until then the embedded broker is used",
    )


# -- Windows' own service ------------------------------------------------------------------------


def check_windows_service(places: Places) -> list[CheckResult]:
    """Whether RabbitMQ runs as a service of Windows, and whether its tools answer this user.

    Nothing is told on other systems.
    """
    if not _service_runs():
        return []
    running = CheckResult(
        "RabbitMQ service",
        Verdict.OK,
        f"the Windows service {SERVICE} runs; it is left as it is, and keeps its port",
        'To use it instead of a node of our own: broker = "amqp://guest:guest@127.0.0.1:5672//"',
    )
    return [running, *check_cookie(places)]


def _service_runs() -> bool:
    if sys.platform != "win32":
        return False
    from launcher.platform.windows import services  # noqa: PLC0415 - for Windows alone

    with suppress(OSError):
        return services.state_of(SERVICE) is services.ServiceState.RUNNING
    return False


def check_cookie(places: Places) -> list[CheckResult]:
    """Whether this user's Erlang cookie is that of the service; nothing where either is hidden.

    With another one `rabbitmqctl` does not reach the service. A node of our own has a cookie of its
    own, which no other matters to.
    """
    user = places.environment.get("HOMEDRIVE", "") + places.environment.get("HOMEPATH", "")
    system = places.environment.get("SYSTEMROOT", "")
    mine = Path(user, _COOKIE)
    theirs = Path(system, "System32", "config", "systemprofile", _COOKIE)
    try:
        same = mine.read_bytes().strip() == theirs.read_bytes().strip()
    except OSError:
        # Not there, or for administrators alone: nothing that could be told.
        return []
    if same:
        return []
    return [
        CheckResult(
            "Erlang cookie",
            Verdict.WARN,
            f"{mine} is not the cookie of the service {SERVICE}, so rabbitmqctl does not reach it; "
            "a node of our own is not touched by it",
            f'As administrator: copy "{theirs}" "{mine}"',
        )
    ]


_COOKIE = ".erlang.cookie"
