"""The system's own packages: which are missing, and how they are installed.

Owns the command lines of Debian's and Ubuntu's apt. Which packages serve which purpose is told in
`launcher.runtime.repair`. Nothing is installed that is there already.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

LINUX = sys.platform == "linux"
"""Whether processes can be tied to the launcher by the kernel, with util-linux' setpriv."""

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]

_LISTS_AGE = 24 * 3600.0
"""Seconds after which the package lists are read again before something is installed."""

_ENVIRONMENT = ("DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")


@dataclass(frozen=True, slots=True)
class InstallOutcome:
    """What came of an installation: one sentence, and what the user does where it failed.

    `copied` is the command in the remedy, "" where the remedy is one as a whole.
    """

    ok: bool
    words: str
    remedy: str = ""
    cancelled: bool = False
    copied: str = ""


class Apt:
    """Debian and its children.

    A package that brings a system service would start it at once, on the standard port and with
    its standard password, although the launcher runs a node of its own. Three ways lead to a start,
    as read in Debian 12's rabbitmq-server.postinst and /usr/sbin/invoke-rc.d, and none is taken:

    - a container's /usr/sbin/policy-rc.d answers 101 already; it is the administrator's and is
      never written here;
    - System V init asks for the runlevel, which RUNLEVEL=1 answers with one that starts nothing;
    - systemd ignores the runlevel, yet leaves a masked unit alone: the unit is masked until the
      next boot (`mask --runtime`), and after the installation unmasked and disabled.
    """

    def __init__(self, run: Run | None = None, root: Path = Path("/")) -> None:
        self._run: Run = run or _run
        self._root = root

    def missing(self, packages: Iterable[str]) -> tuple[str, ...]:
        """Those of `packages` that are not installed, in the order given."""
        wanted = tuple(dict.fromkeys(packages))
        if not wanted:
            return ()
        form = "-f=${Package} ${db:Status-Status}\n"
        # It ends with 1 as soon as one is unknown, and still lists the others.
        listed = self._run(["dpkg-query", "-W", form, *wanted]).stdout.splitlines()
        present = {words[0] for line in listed if (words := line.split())[1:] == ["installed"]}
        return tuple(name for name in wanted if name not in present)

    def command(self, packages: Iterable[str]) -> str:
        """The line that an administrator types to install `packages`."""
        return f"apt-get update && apt-get install -y {shlex.join(packages)}"

    def install(
        self,
        packages: Iterable[str],
        say: Callable[[str], None],
        quiet_services: Iterable[str] = (),
    ) -> InstallOutcome:
        """Install what is missing of `packages`; takes minutes. Progress goes to `say`.

        `quiet_services` are packages whose service of the same name must not run because of this.
        """
        missing = self.missing(packages)
        if not missing:
            return InstallOutcome(ok=True, words="everything is installed already")
        prefix = self._as_root()
        if prefix is None:
            return InstallOutcome(
                ok=False,
                words=f"installing {', '.join(missing)} needs the administrator's rights",
                remedy=f"sudo sh -c {shlex.quote(self.command(missing))}",
            )
        silenced = [name for name in quiet_services if name in missing] if self._systemd() else []
        self._systemctl(prefix, ["mask", "--runtime"], silenced)
        try:
            failure = self._install(prefix, missing, say)
        finally:
            self._systemctl(prefix, ["unmask", "--runtime"], silenced)
            self._systemctl(prefix, ["disable"], silenced)
        if failure is not None:
            return InstallOutcome(ok=False, words=failure, remedy=self.command(missing))
        return InstallOutcome(ok=True, words=f"installed {', '.join(missing)}")

    def _install(
        self, prefix: Sequence[str], missing: Sequence[str], say: Callable[[str], None]
    ) -> str | None:
        """None, or why it failed. Reads the package lists first when they are old or lack one."""
        apt = [*prefix, "env", *_ENVIRONMENT, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
        install = [*apt, "install", "-y", "--no-install-recommends", *missing]
        updated = self._lists_are_old()
        if updated:
            say("Reading the package lists ...")
            self._run([*apt, "update"])
        say(f"Installing {', '.join(missing)} ...")
        done = self._run(install)
        if done.returncode and not updated:
            say("Reading the package lists and trying again ...")
            self._run([*apt, "update"])
            done = self._run(install)
        return f"apt-get failed: {_last_words(done)}" if done.returncode else None

    def _as_root(self) -> list[str] | None:
        """What to put before a command so that it runs as root, None when nothing helps."""
        if sys.platform != "win32" and os.geteuid() == 0:
            return []
        if shutil.which("sudo") is None:
            return None
        if self._run(["sudo", "-n", "true"]).returncode == 0:
            return ["sudo", "-n"]
        # At a terminal sudo may ask for the password; a window has nowhere to be asked.
        return ["sudo"] if sys.stdin is not None and sys.stdin.isatty() else None

    def _systemd(self) -> bool:
        return (self._root / "run/systemd/system").is_dir()

    def _systemctl(self, prefix: Sequence[str], verb: Sequence[str], units: Iterable[str]) -> None:
        """A refusal is no failure: the package itself is what was asked for."""
        for unit in units:
            self._run([*prefix, "systemctl", *verb, f"{unit}.service"])

    def _lists_are_old(self) -> bool:
        lists = self._root / "var/lib/apt/lists"
        ages = [file.stat().st_mtime for file in lists.glob("*_Packages*")]
        stamp = self._root / "var/lib/apt/periodic/update-success-stamp"
        if stamp.exists():
            ages.append(stamp.stat().st_mtime)
        if lists.is_dir():
            # apt replaces files by renaming them into the folder, whose time therefore is the
            # time of the last update, where the files carry the archive's own times.
            ages.append(lists.stat().st_mtime)
        has_lists = any(lists.glob("*_Packages*"))
        return not has_lists or time.time() - max(ages) > _LISTS_AGE


def package_system(root: Path = Path("/")) -> Apt | None:
    """The one of this machine; None where the user has to install things by hand."""
    if not LINUX or shutil.which("apt-get") is None:
        return None
    release = os_release(root)
    family = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    return Apt(root=root) if family & {"debian", "ubuntu"} else None


def os_release(root: Path = Path("/")) -> Mapping[str, str]:
    """The entries of /etc/os-release, os-release(5); none on systems without it."""
    try:
        text = (root / "etc/os-release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    entries = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, mark, value in entries if mark}


def missing_libraries(binary: Path) -> tuple[str, ...]:
    """Names of shared libraries that the loader does not find for `binary`; () where unknown."""
    if not LINUX or shutil.which("ldd") is None:
        return ()
    lines = _run(["ldd", str(binary)]).stdout.splitlines()
    return tuple(line.split()[0] for line in lines if line.endswith("=> not found"))


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - fixed commands with names from our own tables
            list(command),
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except OSError as error:
        return subprocess.CompletedProcess(command, 127, "", str(error))


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The line that says most: apt's first E: line, or else the last line of all."""
    lines = [line.strip() for line in (done.stderr + "\n" + done.stdout).splitlines()]
    errors = [line for line in lines if line.startswith("E:")]
    return (errors or [line for line in lines if line] or ["no reason given"])[0]
