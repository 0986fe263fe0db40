"""Gathers the parts from the home and, when something runs with it, from the run. Blocks."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from launcher import __version__
from launcher.core.checks import CheckResult
from launcher.core.explain import explain
from launcher.core.spec import ServiceSpec
from launcher.core.state import ServiceStatus
from launcher.diagnostics.masking import MASK, Masker, Part
from launcher.mail_servers import MailServers
from launcher.paths import Home
from launcher.runtime.passwords import PasswordError
from launcher.runtime.shipped import version_of
from launcher.settings import load

LOG_BYTES = 200_000
"""Of the end of each log file: some 2,000 lines."""
_PACKAGES = (
    *("celery", "kombu", "amqp", "vine", "billiard", "eventlet", "gevent", "Django", "waitress"),
    *("flower", "aiosmtpd", "psutil", "keyring", "PySide6-Essentials", "psycopg"),
)
_SECRET_VARIABLES = ("PASSWORD", "SECRET", "TOKEN", "KEY", "COOKIE")


@dataclass(frozen=True, slots=True)
class Live:
    """The run, as it stands now; `pids` are all of its processes, `secrets` what it knows."""

    words: Mapping[str, str]
    specs: Mapping[str, ServiceSpec]
    statuses: Mapping[str, ServiceStatus]
    now: float
    pids: Sequence[int]
    secrets: Sequence[str]


def collect(
    home: Home,
    checks: Sequence[CheckResult],
    live: Live | None = None,
    secrets: Iterable[str] = (),
) -> tuple[Part, ...]:
    """All parts, masked. `secrets` are further ones, such as passwords from the system's store.

    What cannot be read is said in its part; nothing is left out in silence.
    """
    known = [*secrets, *(live.secrets if live else ()), *_secrets_of(home), *_secrets_around()]
    mask = Masker(known, str(Path.home())).mask
    makers: list[tuple[str, Callable[[], str]]] = [
        ("versions.txt", lambda: _versions(home, live)),
        ("checks.txt", lambda: _checks(checks)),
        ("settings.toml", lambda: _settings(home)),
    ]
    if live is not None:
        makers += [
            ("services.txt", lambda: _services(live)),
            ("plan.txt", lambda: _plan(live)),
            ("processes.txt", lambda: _processes(live.pids)),
        ]
    makers += [
        (f"logs/{path.name}", lambda path=path: _tail(path))  # type: ignore[misc]  # mypy infers no lambda with a default
        for path in sorted(home.logs.glob("*.log"))
    ]
    parts = [Part(name, mask(_made(make))) for name, make in makers]
    return (Part("README.txt", _readme(parts)), *parts)


def passwords(servers: MailServers) -> list[str]:
    """Those of all the user's mail servers that the system's store gives."""
    found = []
    for name, profile in servers.profiles.items():
        if profile.user:
            # A store that is locked: what it holds was not read by this program either.
            with contextlib.suppress(PasswordError):
                found.append(servers.passwords.get(name))
    return found


def _made(make: Callable[[], str]) -> str:
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - one part that fails must not take the others along
        return f"This could not be read: {type(error).__name__}: {error}\n"


def _readme(parts: Sequence[Part]) -> str:
    lines = [f"{len(part.text.encode('utf-8', 'replace')):>10,}  {part.name}" for part in parts]
    return (
        "Diagnostics of Celery Launcher. Every file is plain text, made to be read before it is\n"
        f"given away. Passwords, tokens and keys are replaced by {MASK}, and so is what stands\n"
        "before the @ of mail addresses. Contents of mails are not in here, but a line of a log\n"
        "may quote a subject.\n\n" + "\n".join(lines) + "\n"
    )


def _versions(home: Home, live: Live | None) -> str:
    rows = {
        "Made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "Celery Launcher": __version__,
        "Python": f"{platform.python_version()} ({platform.python_implementation()})",
        "System": platform.platform(),
        "Machine": f"{platform.machine()}, {os.cpu_count()} cores, "
        f"{psutil.virtual_memory().total / 1e9:.1f} GB",
        "Folder": str(home.root),
        "Runs": "yes" if live else "no",
        **(live.words if live else {}),
        **{name: version_of(name) or "not installed" for name in _PACKAGES},
    }
    return _table(rows.items())


def _checks(checks: Sequence[CheckResult]) -> str:
    lines = []
    for check in checks:
        lines.append(f"{check.verdict.name:<5} {check.name}: {check.fact}")
        if check.remedy:
            lines.append(f"      {check.remedy}")
    return "\n".join(lines) + "\n"


def _settings(home: Home) -> str:
    """As the file says, with its remarks: where somebody looks for what is wrong in it."""
    try:
        text = home.settings_file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return "# There is no settings file: all defaults hold.\n"
    wrong = "".join(f"# {error.words}\n" for error in load(home.settings_file)[1])
    return text + (f"\n# What is wrong in it:\n{wrong}" if wrong else "")


def _services(live: Live) -> str:
    titles = {name: spec.title for name, spec in live.specs.items()}
    blocks = []
    for name, spec in live.specs.items():
        status = live.statuses[name]
        words = explain(spec, status, live.now, titles)
        wish = "wanted" if status.wanted else "not wanted"
        blocks.append(
            _table(
                (
                    ("service", name),
                    (
                        "state",
                        f"{status.state.value}, {wish}",
                    ),
                    ("words", f"{words.headline} {words.sentence} {words.remedy}".strip()),
                    ("pid", str(status.pid)),
                    ("since", f"{live.now - status.since:.1f} s"),
                    ("ready after", f"{status.ready_after} s"),
                    ("starts", str(status.generation)),
                    ("restarts", str(status.restarts)),
                    ("failures", str(status.failures)),
                )
            )
        )
    return "\n".join(blocks)


def _plan(live: Live) -> str:
    blocks = []
    for name, spec in live.specs.items():
        rows = [
            ("service", name),
            ("command", " ".join(spec.command) or "none of ours"),
            ("folder", spec.folder),
            ("address", f"{spec.address}:{spec.port}" if spec.port else "none"),
            ("port", "pinned" if spec.port_pinned else "chosen"),
            ("after", ", ".join(spec.depends_on) or "nothing"),
        ]
        rows += [(f"  {key}", _variable(key, value)) for key, value in spec.environment.items()]
        blocks.append(_table(rows))
    return "\n".join(blocks)


def _variable(name: str, value: str) -> str:
    if any(word in name.upper() for word in _SECRET_VARIABLES):
        return MASK if value else "(empty)"
    return value


def _processes(pids: Sequence[int]) -> str:
    lines = [f"{'pid':>8} {'parent':>8} {'state':<10} {'age s':>8} {'MB':>7}  command"]
    for pid in sorted({*pids, os.getpid()}):
        # One that ends while it is asked is no more; one that may not be asked is named.
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            with process.oneshot():
                age = time.time() - process.create_time()
                size = process.memory_info().rss / 1e6
                lines.append(
                    f"{pid:>8} {process.ppid():>8} {process.status():<10} {age:>8.0f} {size:>7.1f}"
                    f"  {' '.join(process.cmdline()) or process.name()}"
                )
    return "\n".join(lines) + "\n"


def _tail(path: Path) -> str:
    """The last whole lines: half of a secret at the cut would not be known for one."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - LOG_BYTES))
        data = file.read(LOG_BYTES)
    if size <= LOG_BYTES:
        return data.decode("utf-8", "replace")
    _, found, rest = data.partition(b"\n")
    left_out = f"({size - len(rest):,} bytes before this are left out)\n"
    return left_out + (rest.decode("utf-8", "replace") if found else "")


def _secrets_of(home: Home) -> list[str]:
    """Every value of the files that hold credentials."""
    found: list[str] = []
    for path in (home.secrets_file, home.run / "control.json"):
        with contextlib.suppress(OSError, ValueError):
            stored = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(stored, dict):
                found += [value for value in stored.values() if isinstance(value, str)]
    return found


def _secrets_around() -> list[str]:
    return [
        value
        for name, value in os.environ.items()
        if len(value) > 3 and any(word in name.upper() for word in _SECRET_VARIABLES)
    ]


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{name:<20} {value}\n" for name, value in rows)
