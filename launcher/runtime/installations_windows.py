r"""Where Windows' installers put Erlang and RabbitMQ, in the order to look.

Erlang's writes `HKLM\SOFTWARE\Ericsson\Erlang\<erts version>`, or HKCU without an administrator,
whose own value is its folder; RabbitMQ's `VMware, Inc.\RabbitMQ Server` with Install_Dir. Both are
programs of 32 bits in older versions, so both views of the registry count.
Read in https://github.com/erlang/otp/blob/master/erts/etc/win32/nsis/erlang20.nsi; for RabbitMQ in
scripts that read those keys. Plain file access, so that it is tested on any system.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from launcher.platform.places import Registry

_ERLANGS = (r"HKLM\SOFTWARE\Ericsson\Erlang", r"HKCU\Software\Ericsson\Erlang")
_NO_ERLANG = "ErlSrv"
"""A key beside the versions: the settings of services that run Erlang."""
_SERVER = r"HKLM\SOFTWARE\VMware, Inc.\RabbitMQ Server"
_UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\RabbitMQ"
_PROGRAMS = ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)")


def erlang_roots(environment: Mapping[str, str], registry: Registry | None) -> Iterator[Path]:
    """Folders that may hold an Erlang, the newest of a place first."""
    if registry is not None:
        for key in _ERLANGS:
            names = [name for name in registry.keys(key) if name != _NO_ERLANG]
            for name in sorted(names, key=_numbers, reverse=True):
                if folder := registry.text(rf"{key}\{name}"):
                    yield Path(folder)
    for programs in _program_folders(environment):
        yield programs / "Erlang OTP"
        yield from newest_first(str(programs / "erl[0-9-]*"))
    if home := environment.get("USERPROFILE"):
        yield Path(home, "scoop", "apps", "erlang", "current")


def server_roots(environment: Mapping[str, str], registry: Registry | None) -> Iterator[Path]:
    """Folders that may hold a RabbitMQ, above its `sbin`."""
    if registry is not None and (base := registry.text(_SERVER, "Install_Dir")):
        version = registry.text(_UNINSTALL, "DisplayVersion")
        if version:
            yield Path(base) / f"rabbitmq_server-{version}"
        yield from newest_first(str(Path(base) / "rabbitmq_server-*"))
    for programs in _program_folders(environment):
        yield from newest_first(str(programs / "RabbitMQ Server" / "rabbitmq_server-*"))
    if home := environment.get("USERPROFILE"):
        yield Path(home, "scoop", "apps", "rabbitmq", "current")


def newest_first(pattern: str) -> list[Path]:
    """What a glob finds, by the numbers in the names; a pattern without a wildcard is itself."""
    path = Path(pattern).expanduser()
    if "*" not in pattern:
        return [path]
    index = next(number for number, part in enumerate(path.parts) if "*" in part)
    found = Path(*path.parts[:index]).glob(str(Path(*path.parts[index:])))
    return sorted(found, key=lambda each: _numbers(str(each)), reverse=True)


def _program_folders(environment: Mapping[str, str]) -> list[Path]:
    named = [environment.get(name, "") for name in _PROGRAMS]
    return [Path(folder) for folder in dict.fromkeys(named) if folder]


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))
