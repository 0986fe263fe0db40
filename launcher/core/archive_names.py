"""Which names in an archive may become files, on Windows above all.

Windows finds devices (`CON`), streams (`a:b`) and other files than the ones that were named
(`trail.`, `A` and `a`) behind names that other systems take as they are.
https://learn.microsoft.com/windows/win32/fileio/naming-a-file
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
_LONGEST_STEP = 255
_LONGEST = 200
"""Characters below the folder that it is unpacked into: Windows' programs take 259 in all."""


def refusal(name: str) -> str:
    """Why an archive's member of this name is not unpacked; "" where it may be.

    `name` is the one in the archive, with `/` between its steps and at the end of a folder's.
    """
    if not name:
        return "has no name"
    if "\\" in name:
        return "has a backslash"
    if name.startswith("/"):
        return "begins at the root of the disk"
    if len(name) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    for step in name.removesuffix("/").split("/"):
        if reason := _step_refusal(step):
            return reason
    return ""


def clashes(names: Iterable[str]) -> str:
    """The first name that Windows would take for one before it, or for a folder of one; or ""."""
    files: set[str] = set()
    folders: set[str] = set()
    for name in names:
        key = name.removesuffix("/").casefold()
        steps = key.split("/")
        above = {"/".join(steps[:count]) for count in range(1, len(steps))}
        is_folder = name.endswith("/")
        if key in files or above & files or (not is_folder and key in folders):
            return name
        (folders if is_folder else files).add(key)
        folders |= above
    return ""


def _step_refusal(step: str) -> str:
    if step in ("", ".", ".."):
        return "leads out of its folder" if step == ".." else "has an empty step"
    if _FORBIDDEN.search(step):
        return "has a character that Windows forbids"
    if step[-1] in ". ":
        return "ends with a dot or a space"
    # Windows heeds what stands before the first dot, less trailing spaces: `NUL.tar.gz` is NUL.
    if _DEVICE.fullmatch(step.partition(".")[0].rstrip(" ")):
        return "is the name of a device"
    if len(step) > _LONGEST_STEP:
        return "has too long a step"
    return ""
