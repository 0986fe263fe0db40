"""Writes lines to a file: what a filter wants, or all that is held."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from launcher.core.logs import LogRecord
from launcher.gui.logs.line_filter import LineFilter

if TYPE_CHECKING:
    from launcher.gui.session import Logs

_STEP = 2_000
"""Lines between two looks at whether to go on."""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many lines were written; `missed` were dropped from memory before their turn came."""

    path: Path
    lines: int
    missed: int


class ExportCancelledError(Exception):
    """The reader wanted it no longer; nothing is left behind."""


def export(
    logs: Logs,
    wanted: LineFilter,
    path: Path,
    go_on: Callable[[float], bool],
) -> Exported:
    """Write the lines that are held now to `path`, which is whole or not there.

    `go_on` is told how far it is, from 0 to 1, and answers whether to go on. Blocks: not for the
    window's thread. Raises OSError, and ExportCancelledError.
    """
    part = path.with_name(f"{path.name}.part")
    position, end = logs.begin, logs.end
    begin, lines, missed = position, 0, 0
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            while position < end:
                if not go_on((position - begin) / (end - begin)):
                    raise ExportCancelledError
                missed += max(0, logs.begin - position)
                records, position = logs.read(position, _STEP, wanted.service)
                told = [_told(one) for one in records if one.position < end and wanted.wants(one)]
                file.write("".join(told))
                lines += len(told)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Exported(path, lines, missed)


def _told(record: LogRecord) -> str:
    whole, part = divmod(record.at, 1)
    day = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(whole))
    return f"{day}.{int(part * 1000):03d} {record.service:<10} {record.text}\n"
