"""What was handed over of mails that were claimed in groups, by those who write it no more.

Processes that are dead, that is, and files that a living one has let go of (``handing_over``).
"""

import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from send_mail.services import journal_file


@dataclass
class Handed:
    """What a file has told: mails whose dot was sent, and what was to be written of them."""

    begun: set[tuple[str, int]] = field(default_factory=set)
    answered: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)


def told_by_the_dead(token: str) -> Handed | None:
    """Return what the file of *token* tells; None when somebody may append to it or it is gone."""
    if not token.startswith(journal_file.MARK):
        return None
    path = journal_file.path_of(journal_file.name_in(token))
    with journal_file.of_a_dead_one(path) as file:
        return None if file is None else _read(file)


def sweep(still_claimed: Callable[[str], bool]) -> None:
    """Remove the files that nobody appends to, but where a mail has a token that starts so."""
    for path in journal_file.folder().glob("*.log"):
        with journal_file.of_a_dead_one(path) as file:
            done = file is not None and not still_claimed(journal_file.MARK + path.stem)
            if done and sys.platform != "win32":
                # Under the lock, so that one who has just begun it sees that it is gone.
                path.unlink(missing_ok=True)
        if done and sys.platform == "win32":
            with suppress(PermissionError):  # nobody can take the file that another has open
                path.unlink(missing_ok=True)


def _read(file: int) -> Handed | None:
    with os.fdopen(os.dup(file), "rb") as lines:
        header, *rest = lines.read().split(b"\n")[:-1] or [b""]
    if len(header) + 1 != len(journal_file.header()) or not journal_file.same_boot(header):
        return None
    handed = Handed()
    for line in rest:
        try:
            token, mail_id, *finish = json.loads(line)
        except ValueError:
            continue  # cut off: what it was about was not done
        handed.begun.add((token, mail_id))
        if finish:
            handed.answered[token, mail_id] = finish[0]
    return handed
