#!/usr/bin/env python3
"""Prepare this checkout and run it: `python3 run.py [arguments of celery-launcher]`.

Makes the virtual environment `.venv` beside this file, installs the project with the versions of
constraints.txt, and hands over. `python3 run.py test [arguments of pytest]` installs all that the
tests need and runs every gate; `python3 run.py installer build` does the same for Windows'
installer. Later calls install again only when the project's requirements have changed. Needs
nothing but Python's own library, so that it works on a fresh machine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
STAMP = VENV / "installed.json"
VERSION = "{}.{}".format(*sys.version_info[:2])
REQUIREMENTS = (ROOT / "pyproject.toml", ROOT / "constraints.txt")

# Each gate of the tests: what it is called and its command.
GATES = (
    ("ruff check", [str(PYTHON), "-m", "ruff", "check", "."]),
    ("ruff format", [str(PYTHON), "-m", "ruff", "format", "--check", "."]),
    ("mypy", [str(PYTHON), "-m", "mypy"]),
    (
        "mypy for Windows",
        [str(PYTHON), "-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"],
    ),
    ("import contracts", [str(BIN / "lint-imports")]),
)
# The whole suite, by file: the tests of a file share what they start. Those that start services
# come first, for they are the longest; they wait more than they work, so three fit on two cores.
WHOLE_SUITE = [
    *("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"),
    # What takes minutes is left to `pytest -m long`.
    *("-m", "not long"),
    # What the time goes to, so that what has become slow is seen.
    *("--durations", "25", "--durations-min", "5"),
    *("tests/e2e", "tests/windows", "tests/django", "tests/unit"),
]
TESTS_FAILED = 1
"""pytest's exit code when it ran to the end and some tests failed."""

# A test that failed among three processes on a busy machine is run once more, alone: only what
# fails then too fails the gate. What needed the second run is named (docs/decisions/0019).
ONCE_MORE = [*("--last-failed", "--last-failed-no-failures", "none"), *("--maxfail", "3")]


class SetupError(Exception):
    """The checkout cannot be prepared; the message says why and what to do."""


def main(arguments: list[str]) -> int:
    """Prepare what `arguments` need and run it; returns the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what says so on an older one
        sys.stderr.write(
            f"Celery Launcher needs Python 3.11 or newer, and this is {VERSION} "
            f"({sys.executable}).\nInstall a newer one, then run this file with it.\n"
        )
        return 5
    working = WORKS.get(arguments[0]) if arguments else None
    try:
        make_environment()
        install("test" if working else "")
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return 5
    if working:
        return working(arguments[1:])
    return hand_over([str(BIN / "celery-launcher"), *arguments])


# -- the environment -----------------------------------------------------------------------------


def make_environment() -> None:
    """Make `.venv`, or make it anew when its Python is gone, broken or of another version."""
    if environment_works():
        return
    ensure_venv_module()
    say("Making the environment in .venv ...")
    made = run([sys.executable, "-m", "venv", "--clear", str(VENV)])
    if made.returncode or not environment_works():
        raise SetupError(
            f"{made.stdout.strip()}\n\nThe environment {VENV} could not be made. "
            "Is this folder writable, and is there room on the disk?"
        )


def environment_works() -> bool:
    """Whether `.venv` has a Python of our version, with pip."""
    if not PYTHON.exists():
        return False
    answer = run([str(PYTHON), "-c", "import sys, pip; print(*sys.version_info[:2], sep='.')"])
    return answer.returncode == 0 and answer.stdout.strip() == VERSION


def ensure_venv_module() -> None:
    """Debian keeps the module in a package of its own, python3-venv."""
    if importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        return
    package = f"python{VERSION}-venv"
    command = f"apt-get update && apt-get install -y {package}"
    remedy = f"Python's venv module is missing. Install it:\n    sudo sh -c '{command}'"
    if WINDOWS or not shutil.which("apt-get"):
        raise SetupError("Python's venv module is missing. Install Python 3.11 or newer anew.")
    prefix = as_root()
    if prefix is None:
        raise SetupError(remedy)
    say(f"Installing {package} ...")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = run([*apt, *step])
    if done.returncode:
        raise SetupError(f"{done.stdout.strip()}\n\n{remedy}")


def as_root() -> list[str] | None:
    """What to put before a command so that it runs as root; None when nothing helps."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and (sys.stdin.isatty() or not run(["sudo", "-n", "true"]).returncode):
        return ["sudo"]
    return None


# -- the packages --------------------------------------------------------------------------------


def install(extra: str) -> None:
    """Install the project, editable, with `extra`; does nothing when that is done already."""
    digest = hashlib.sha256()
    for file in REQUIREMENTS:
        digest.update(file.read_bytes())
    same, extras = read_stamp(digest.hexdigest())
    if same and (not extra or extra in extras):
        return
    say("Installing the packages (a minute or two, this time only) ...")
    STAMP.unlink(missing_ok=True)
    target = f".[{extra}]" if extra else "."
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    done = run([*pip, "-c", "constraints.txt", "-e", target])
    if done.returncode:
        raise SetupError(
            f"{done.stdout.strip()}\n\nThe packages could not be installed; pip's own words stand "
            "above. Check the connection to the package index, then run this again."
        )
    extras = [*(extras if same else []), *([extra] if extra else [])]
    stamp = {"requirements": digest.hexdigest(), "extras": extras}
    STAMP.write_text(json.dumps(stamp), encoding="utf-8")


def read_stamp(digest: str) -> tuple[bool, list[str]]:
    """Whether these requirements are installed, and with which extras."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp["requirements"] == digest, list(stamp["extras"])
    except (OSError, ValueError, TypeError, KeyError):
        return False, []


# -- running -------------------------------------------------------------------------------------


def hand_over(command: list[str]) -> int:
    """Become the command, so that signals and the exit code are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.environ["CELERY_LAUNCHER_PROGRAM"] = "py run.py" if WINDOWS else "python3 run.py"
    if not WINDOWS:
        os.execv(command[0], command)  # noqa: S606 - no shell is wanted
    # Windows cannot replace a process. Ctrl-C goes to both, and the launcher is who stops in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.call([command[0] + ".exe", *command[1:]])


def run_tests(arguments: list[str]) -> int:
    """Every gate, then pytest; all are run, so that one call shows all that is wrong."""
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["VIRTUAL_ENV"] = str(VENV)
    # Not the end: the tests that need what is missing are skipped and say so themselves.
    if install_tools():
        # All is there, so a test that misses something fails: see tests/helpers/needs.py.
        os.environ["CELERY_LAUNCHER_TESTS_NEED_ALL"] = "1"
    failed = []
    for name, command in GATES:
        say(f"Running {name} ...")
        if subprocess.call(command, cwd=str(ROOT)):
            failed.append(name)
    say("Running pytest ...")
    pytest = [str(PYTHON), "-m", "pytest"]
    code = subprocess.call([*pytest, *(arguments or WHOLE_SUITE)], cwd=str(ROOT))
    held = "All gates hold."
    if code == TESTS_FAILED and not arguments:
        say("Running once more, alone, what failed ...")
        code = subprocess.call([*pytest, *ONCE_MORE], cwd=str(ROOT))
        held = "All gates hold, but the tests named FAILED above held only when they ran alone."
    if code:
        failed.append("pytest")
    say(f"Failed: {', '.join(failed)}" if failed else held)
    return 1 if failed else 0


def install_tools() -> bool:
    """Install what tests and installer need of the system; False, with words, where it fails."""
    say("Checking and installing what is needed of the system ...")
    doctor = run([str(PYTHON), "-m", "launcher", "doctor", "--fix", "--for-tests"])
    if doctor.returncode:
        say(doctor.stdout)
    return not doctor.returncode


def run_installer(arguments: list[str]) -> int:
    """Build Windows' installer, or verify it."""
    install_tools()
    return subprocess.call([str(PYTHON), "-m", "installer", *arguments], cwd=str(ROOT))


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in this folder and keep what it says, both streams together."""
    try:
        return subprocess.run(
            command,
            check=False,
            cwd=str(ROOT),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, str(error))


# What is done with this checkout rather than by the program.
WORKS = {"test": run_tests, "installer": run_installer}


def say(words: str) -> None:
    """Progress goes to stderr: stdout belongs to the command that is run."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
